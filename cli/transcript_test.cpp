// Replays the transcripts of cli/golden and docs/examples to the letter: each in a fresh folder
// that holds copies of the fixtures beside it (*.wasm, *.wasm.gz, *.wast, *.did, *.http), with
// `icvm` on the PATH. The program is that of the environment variable ICVM, else
// build/release/icvm. UPDATE=1 writes what came back into the files, so that `git diff` is the
// review. ICVM_NO_GUARD=1, which the program reads, runs the same without guard pages.

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

/// A session as text: what is typed after `$ `, and what comes back to the letter (standard output
/// and standard error as they come), with a line `[exit N]` when the exit code is not 0. Lines that
/// begin with `> ` go on with the command above them. Blank lines at the end do not count. Lines
/// that begin with `# ` after a blank line are for the reader.
struct Step {
    std::string lead;      ///< the lines before the command, as they are
    std::string command;   ///< may have several lines
    std::string expected;  ///< ends with a line feed, or is empty
};
struct Transcript {
    std::vector<Step> steps;
    std::string tail;
};

constexpr const char* seconds_max = "120";  // for one command: it hangs

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (size_t start = 0; start < text.size();) {
        const size_t end = std::min(text.find('\n', start), text.size());
        lines.push_back(text.substr(start, end - start));
        start = end + 1;
    }
    return lines;
}

std::string join(const std::vector<std::string>& lines, size_t from, size_t to) {
    std::string text;
    for (size_t i = from; i < to; i++) text += lines[i] + "\n";
    return text;
}

/// Where the output that begins at `from` ends: the blank lines before `to`, and comments after
/// them, are the next step's lead.
size_t end_of_output(const std::vector<std::string>& lines, size_t from, size_t to) {
    size_t end = to;
    for (size_t i = to; i > from && (lines[i - 1].empty() || lines[i - 1].starts_with("# ")); i--)
        if (lines[i - 1].empty()) end = i - 1;
    return end;
}

Transcript parse(const std::string& text) {
    const std::vector<std::string> lines = lines_of(text);
    const auto is_command = [&](size_t line) { return lines[line].starts_with("$ "); };
    Transcript transcript;
    size_t lead = 0, i = 0;
    while (i < lines.size() && !is_command(i)) i++;
    while (i < lines.size()) {
        Step step{join(lines, lead, i), lines[i].substr(2), {}};
        for (i++; i < lines.size() && lines[i].starts_with("> "); i++)
            step.command += "\n" + lines[i].substr(2);
        const size_t output = i;
        while (i < lines.size() && !is_command(i)) i++;
        lead = end_of_output(lines, output, i);
        step.expected = join(lines, output, lead);
        transcript.steps.push_back(std::move(step));
    }
    transcript.tail = join(lines, lead, lines.size());
    return transcript;
}

std::string print(const Transcript& transcript) {
    std::string text;
    for (const Step& step : transcript.steps) {
        text += step.lead + "$ ";
        for (const char character : step.command)
            text += character == '\n' ? std::string("\n> ") : std::string(1, character);
        text += "\n" + step.expected;
    }
    return text + transcript.tail;
}

std::string read_all(const fs::path& path) {
    std::ifstream stream(path, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

fs::path program() {
    const char* given = std::getenv("ICVM");
    return fs::absolute(given != nullptr && *given != '\0' ? given : "build/release/icvm");
}

/// A folder of its own, gone with the object: bin/icvm, home/ with the fixtures, output.
class Room {
public:
    explicit Room(const fs::path& transcript) : examples_(fs::absolute(transcript).parent_path()) {
        std::string name = (fs::temp_directory_path() / "icvm-transcript-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        folder_ = name;
        fs::create_directories(folder_ / "bin");
        fs::create_directories(folder_ / "home");
        fs::create_symlink(program(), folder_ / "bin" / "icvm");
        for (const auto& entry : fs::directory_iterator(examples_)) {
            const std::string file = entry.path().filename().string();
            const bool fixture = file.ends_with(".wasm") || file.ends_with(".wasm.gz") ||
                                 file.ends_with(".wast") || file.ends_with(".did") ||
                                 file.ends_with(".http");
            if (fixture) fs::copy_file(entry.path(), folder_ / "home" / file);
        }
    }
    ~Room() {
        std::error_code ignored;
        fs::permissions(folder_ / "home", fs::perms::owner_all, fs::perm_options::add, ignored);
        fs::remove_all(folder_, ignored);
    }
    Room(const Room&) = delete;

    /// Both streams of the command, and its exit code if it is not 0.
    std::string run(const std::string& command) {
        const pid_t child = fork();
        REQUIRE(child >= 0);
        if (child == 0) become(command);
        int status = 0;
        waitpid(child, &status, 0);
        std::string output = read_all(folder_ / "output");
        if (!output.empty() && output.back() != '\n') output += '\n';
        while (output == "\n" || output.ends_with("\n\n")) output.pop_back();
        const int exit = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        if (exit != 0) output += "[exit " + std::to_string(exit) + "]\n";
        return output;
    }

private:
    [[noreturn]] void become(const std::string& command) {
        const std::string home = (folder_ / "home").string();
        const std::string path = (folder_ / "bin").string() + ":" + std::getenv("PATH");
        setenv("PATH", path.c_str(), 1);
        setenv("HOME", home.c_str(), 1);
        setenv("EXAMPLES", examples_.c_str(), 1);
        setenv("ROOT", fs::current_path().c_str(), 1);
        setenv("LC_ALL", "C.UTF-8", 1);
        setenv("NO_COLOR", "1", 1);
        const int output =
            open((folder_ / "output").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
        const int input = open("/dev/null", O_RDONLY);
        if (output < 0 || input < 0 || chdir(home.c_str()) != 0) _exit(125);
        dup2(input, STDIN_FILENO);
        dup2(output, STDOUT_FILENO);
        dup2(output, STDERR_FILENO);
        execlp("timeout", "timeout", seconds_max, "bash", "-c", command.c_str(), nullptr);
        _exit(127);
    }

    fs::path examples_, folder_;
};

/// What `diff` says of the two.
std::string difference(const std::string& expected, const std::string& actual) {
    const fs::path folder = fs::temp_directory_path();
    const std::string a = (folder / ("icvm-expected-" + std::to_string(getpid()))).string();
    const std::string b = (folder / ("icvm-actual-" + std::to_string(getpid()))).string();
    std::ofstream(a, std::ios::binary) << expected;
    std::ofstream(b, std::ios::binary) << actual;
    std::string text;
    const std::string command = "diff -u --label expected --label actual " + a + " " + b;
    if (FILE* pipe = popen(command.c_str(), "r")) {
        char buffer[4096];
        for (size_t got; (got = fread(buffer, 1, sizeof buffer, pipe)) > 0;)
            text.append(buffer, got);
        pclose(pipe);
    }
    fs::remove(a);
    fs::remove(b);
    return text;
}

/// Of a folder and those in it, without what compilers and package managers put there.
std::vector<std::string> transcripts_in(const char* folder) {
    std::vector<std::string> paths;
    for (auto it = fs::recursive_directory_iterator(folder); it != fs::end(it); ++it) {
        const std::string name = it->path().filename().string();
        if (it->is_directory() && (name == "target" || name == "node_modules" || name[0] == '.'))
            it.disable_recursion_pending();
        if (it->is_regular_file() && name.ends_with(".txt")) paths.push_back(it->path().string());
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

void replay(const std::string& path) {
    const std::string text = read_all(path);
    const Transcript expected = parse(text);
    REQUIRE_FALSE(expected.steps.empty());
    REQUIRE(print(expected) == text);
    Transcript actual = expected;
    Room room(path);
    for (Step& step : actual.steps) step.expected = room.run(step.command);
    const char* update = std::getenv("UPDATE");
    if (update != nullptr && *update == '1') {
        std::ofstream(path, std::ios::binary) << print(actual);
        return;
    }
    INFO(path << "\n" << difference(text, print(actual)));
    CHECK((print(actual) == text));
}

}  // namespace

TEST_CASE("transcripts are replayed to the letter", "[transcript]") {
    if (!fs::exists(program())) FAIL("no program at " << program());
    std::vector<std::string> paths = transcripts_in("cli/golden");
    const auto examples = transcripts_in("docs/examples");
    paths.insert(paths.end(), examples.begin(), examples.end());
    const char* only = std::getenv("ONLY_TRANSCRIPT");
    for (const std::string& path : paths) {
        if (only != nullptr && path.find(only) == std::string::npos) continue;
        DYNAMIC_SECTION(path) { replay(path); }
    }
}

TEST_CASE("a transcript is read as it is written") {
    const std::string text =
        "# A heading.\n\n$ one\nout\n\nmore\n\n# A remark.\n$ two\n> lines\n$ three\n[exit 2]\n\n";
    const Transcript transcript = parse(text);
    REQUIRE(transcript.steps.size() == 3);
    CHECK(transcript.steps[0].lead == "# A heading.\n\n");
    CHECK(transcript.steps[0].expected == "out\n\nmore\n");
    CHECK(transcript.steps[1].lead == "\n# A remark.\n");
    CHECK(transcript.steps[1].command == "two\nlines");
    CHECK(transcript.steps[2].expected == "[exit 2]\n");
    CHECK(transcript.tail == "\n");
    CHECK(print(transcript) == text);
}
