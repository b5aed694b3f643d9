// Each scenario of replica/scenarios/*.txt is a test case of its own: "calls.txt: a reply …".

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "replica/scenarios/runner.hpp"

namespace icvm::replica::scenarios {

namespace {

namespace fs = std::filesystem;

const std::string folder = "replica/scenarios";

std::vector<fs::path> files() {
    std::vector<fs::path> files;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder, ignored))
        if (entry.path().extension() == ".txt") files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

std::string read_file(const fs::path& path) {
    std::ifstream stream(path, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

class ScenarioTest final : public Catch::ITestInvoker {
public:
    explicit ScenarioTest(Scenario scenario) : scenario_(std::move(scenario)) {}
    void invoke() const override {
        const auto done = run(scenario_);
        if (!done) FAIL(done.error());
        SUCCEED();
    }

private:
    Scenario scenario_;
};

/// A file that cannot be read as scenarios.
class BrokenFileTest final : public Catch::ITestInvoker {
public:
    explicit BrokenFileTest(std::string reason) : reason_(std::move(reason)) {}
    void invoke() const override { FAIL(reason_); }

private:
    std::string reason_;
};

void add_test(Catch::ITestInvoker* test, const std::string& name) {
    const Catch::AutoReg registered(test, CATCH_INTERNAL_LINEINFO, Catch::StringRef(),
                                    Catch::NameAndTags(name, "[scenario]"));
}

size_t add_all() {
    size_t count = 0;
    for (const fs::path& path : files()) {
        const std::string file = path.filename().string();
        const auto scenarios = parse_scenarios(file, read_file(path));
        if (!scenarios) {
            add_test(new BrokenFileTest(scenarios.error()), file);
            continue;
        }
        for (const Scenario& scenario : *scenarios)
            add_test(new ScenarioTest(scenario), file + ": " + scenario.title);
        count += scenarios->size();
    }
    return count;
}

const size_t scenario_count = add_all();

}  // namespace

TEST_CASE("there are scenarios, and docs/spec-map.md names each of their files") {
    REQUIRE(scenario_count > 0);
    const std::string map = read_file("docs/spec-map.md");
    for (const fs::path& path : files()) {
        INFO(path.filename().string());
        CHECK(map.contains("`" + path.filename().string() + "`"));
    }
}

TEST_CASE("each scenario that docs/spec-map.md names by its title exists") {
    const std::string map = read_file("docs/spec-map.md");
    size_t count = 0;
    std::string scenarios;
    // `file.txt` *a title*, *another one*
    for (size_t at = map.find("## The groups"); (at = map.find_first_of("`*", at)) < map.size();) {
        const size_t end = map.find(map[at], at + 1);
        REQUIRE(end != std::string::npos);
        const std::string name = map.substr(at + 1, end - at - 1);
        if (map[at] == '`') {
            scenarios = read_file(fs::path(folder) / name);
        } else {
            INFO(name);
            CHECK(scenarios.contains("\n== " + name + "\n"));
            count++;
        }
        at = end + 1;
    }
    CHECK(count > 200);
}

TEST_CASE("a scenario is what follows its title, behind what precedes the first title") {
    const auto scenarios =
        parse_scenarios("f", "canister A\n== one\n# remark\nupdate A {\n show(1) } => 1\n== two\n");
    REQUIRE(scenarios);
    REQUIRE(scenarios->size() == 2);
    CHECK((*scenarios)[0].title == "one");
    REQUIRE((*scenarios)[0].statements.size() == 2);
    CHECK((*scenarios)[0].statements[1].line == 4);
    CHECK((*scenarios)[0].statements[1].text == "update A {\n show(1) } => 1");
    CHECK((*scenarios)[1].statements.size() == 1);
    CHECK(parse_scenarios("f", "== one\nupdate A {\n").error() == "f:2: it does not end");
    CHECK(parse_scenarios("f", "== one\n== one\n").error() == "f:2: this title occurs above");
}

TEST_CASE("a scenario that does not hold says where, what was expected, and what came") {
    const auto run_text = [](const std::string& text) {
        return run(parse_scenarios("f", text)->front());
    };
    CHECK(run_text("== a\ncanister A\nupdate A { show(1) } => 1\n"));
    CHECK(run_text("== a\ncanister A\nupdate A { show(1) } => 2\n").error() ==
          "f:3: update A { show(1) } => 2\nexpected reply \"2\"\ngot      reply \"1\"");
    CHECK(run_text("== a\ncanister A\nupdate A { trap(\"x\") } => trap \"y\"\n")
              .error()
              .contains("got      reject 5 IC0503 \"Error from Canister"));
    CHECK(run_text("== a\ncanister A\nupdate A { unreachable }\n")
              .error()
              .contains("expected success\ngot      reject 5 IC0502"));
    CHECK(run_text("== a\nfly\n").error() == "f:2: fly\nno command fly");
    CHECK(run_text("== a\nupdate A { show(1) }\n").error().ends_with("no variable A"));
    CHECK(run_text("== a\ncanister A\nupdate A { sho(1) }\n")
              .error()
              .ends_with("no operation sho of 1"));
    CHECK(run_text("== a\ncanister A\nupdate A { show(1, 2) }\n")
              .error()
              .ends_with("no operation show of 2"));
    CHECK(run_text("== a\ncanister A\nupdate A { trap }\n")
              .error()
              .contains("universal: a program takes from an empty stack"));
}

}  // namespace icvm::replica::scenarios
