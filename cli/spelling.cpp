#include "cli/spelling.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "cli/command.hpp"

namespace icvm::cli {
namespace {

/// Whether the word after `word` is its value.
bool takes_next(std::string_view word) {
    for (const Option& option : options()) {
        if (option.value.empty()) continue;
        if (word.starts_with("--") ? word.substr(2) == option.long_name()
                                   : word.size() == 2 && word[1] == option.short_name())
            return true;
    }
    return false;
}

/// The first word from `start` on that is no option; words.size() when there is none.
size_t find_operand(const std::vector<std::string>& words, size_t start) {
    for (size_t i = start; i < words.size(); i++) {
        if (words[i] == "--") return std::min(i + 1, words.size());
        if (words[i].size() < 2 || words[i][0] != '-') return i;
        if (takes_next(words[i])) i++;
    }
    return words.size();
}

/// The word at `index` is another tool's group: takes it out. The index of what follows it.
size_t drop_group(std::vector<std::string>& words, size_t index) {
    words.erase(words.begin() + std::ptrdiff_t(index));
    return find_operand(words, index);
}

Problem unknown_command(const std::string& word) {
    if (word == "build")
        return usage_problem(
            "icvm compiles nothing: build with dfx, icp, moc or cargo, then install");
    std::vector<std::string_view> names;
    for (const Command& command : commands()) names.push_back(command.name);
    std::string text = fmt::format("unknown command `{}`", word);
    if (const auto near = nearest(word, names)) text += fmt::format("; did you mean `{}`?", *near);
    Problem problem = usage_problem(std::move(text));
    add_note(problem, "next", "icvm help");
    return problem;
}

}  // namespace

std::string shell_word(std::string_view text) {
    constexpr std::string_view plain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=@%+,";
    if (!text.empty() && text.find_first_not_of(plain) == text.npos) return std::string(text);
    std::string word = "'";
    for (const char character : text)
        word += character == '\'' ? std::string("'\\''") : std::string(1, character);
    return word + "'";
}

bool is_module_name(std::string_view word) { return module_stem(word).size() < word.size(); }

std::string module_stem(std::string_view word) {
    for (const std::string_view ending : {".wasm", ".wasm.gz", ".wat"})
        if (word.ends_with(ending)) return std::string(word.substr(0, word.size() - ending.size()));
    return std::string(word);
}

Result<std::string, Problem> take_command(std::vector<std::string>& words) {
    size_t index = find_operand(words, 0);
    const bool group =
        index < words.size() && (words[index] == "canister" || words[index] == "network");
    if (group) {
        const std::string name = words[index];
        index = drop_group(words, index);
        if (index == words.size()) return std::string("help");
    }
    if (index == words.size()) return std::string();
    const std::string word = words[index];
    if (const Command* command = find_command(word)) {
        words.erase(words.begin() + std::ptrdiff_t(index));
        return std::string(command->name);
    }
    if (is_module_name(word) && !group) return std::string("run");
    return std::unexpected(unknown_command(word));
}

}  // namespace icvm::cli
