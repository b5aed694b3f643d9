#include "cli/options.hpp"

#include <catch2/catch.hpp>

#include "cli/command.hpp"

using namespace icvm;
using namespace icvm::cli;

namespace {

using Words = std::vector<std::string>;

Invocation parsed(const Words& words) {
    auto invocation = parse(words);
    INFO((invocation ? std::string() : invocation.error().diagnostic.message));
    REQUIRE(invocation.has_value());
    return *invocation;
}

std::string refused(const Words& words) {
    const auto invocation = parse(words);
    REQUIRE_FALSE(invocation.has_value());
    CHECK(invocation.error().diagnostic.exit_code == exit_code::usage);
    return invocation.error().diagnostic.message;
}

}  // namespace

TEST_CASE("options may stand before, behind and between the words of a command") {
    for (const Words& words : {Words{"-s", "dir", "call", "counter", "--query", "get"},
                               Words{"call", "counter", "get", "--state=dir", "--query"},
                               Words{"--query", "call", "-sdir", "counter", "get"}}) {
        const Invocation invocation = parsed(words);
        CHECK(invocation.command == "call");
        CHECK(invocation.operands == Words{"counter", "get"});
        CHECK(invocation.value("state") == "dir");
        CHECK(invocation.has("query"));
    }
}

TEST_CASE("the last of an option given twice counts, and switches may be joined") {
    CHECK(parsed({"ls", "-s", "a", "-s", "b"}).value("state") == "b");
    const Invocation joined = parsed({"ls", "-jq"});
    CHECK(joined.has("json"));
    CHECK(joined.has("quiet"));
}

TEST_CASE("negative numbers are operands, and -- ends the options") {
    CHECK(parsed({"wasm", "m.wasm", "--invoke", "add", "-5", "-0x1p3", "-inf", "-.5"}).operands ==
          Words{"m.wasm", "-5", "-0x1p3", "-inf", "-.5"});
    CHECK(parsed({"call", "c", "m", "--", "--query"}).operands == Words{"c", "m", "--query"});
}

TEST_CASE("a module file as the first word is run") {
    CHECK(parsed({"counter.wasm"}).command == "run");
    CHECK(parsed({"dir/counter.wasm.gz", "inc"}).operands == Words{"dir/counter.wasm.gz", "inc"});
}

TEST_CASE("the words of dfx and icp are understood") {
    CHECK(parsed({"canister", "call", "c", "m"}).command == "call");
    CHECK(parsed({"canister", "--network", "local", "status", "c"}).command == "status");
    CHECK(parsed({"canister", "create", "c"}).command == "new");
    CHECK(parsed({"canister", "uninstall-code", "c"}).command == "uninstall");
    CHECK(parsed({"network", "start", "-d"}).command == "start");
    const Invocation install = parsed({"canister", "install", "--all", "--mode", "upgrade"});
    CHECK(install.command == "install");
    CHECK(install.value("mode") == "upgrade");
    CHECK(install.operands.empty());
}

TEST_CASE("a mistyped command or option names the nearest one") {
    CHECK(refused({"upgrad", "c"}) == "unknown command `upgrad`; did you mean `upgrade`?");
    CHECK(refused({"stats"}) == "unknown command `stats`; did you mean `status`?");
    CHECK(refused({"frobnicate"}) == "unknown command `frobnicate`");
    CHECK(refused({"call", "c", "m", "--qeury"}) ==
          "unknown option --qeury of `icvm call`; did you mean `--query`?");
    CHECK(refused({"call", "c", "m", "--quer"}) ==
          "unknown option --quer of `icvm call`; did you mean `--query`?");  // never abbreviated
    CHECK(refused({"ls", "--query"}) == "unknown option --query of `icvm ls`");
}

TEST_CASE("an option without its value is refused") { CHECK(!refused({"ls", "--state"}).empty()); }

TEST_CASE("values of global options are checked") {
    CHECK(read_globals(parsed({"ls"}))->state == ".icvm");
    CHECK(read_globals(parsed({"ls", "--color", "never"}))->terminal.color == When::never);
    CHECK_FALSE(read_globals(parsed({"ls", "--color", "blue"})));
    CHECK_FALSE(read_globals(parsed({"ls", "--progress", "x"})));
    CHECK_FALSE(read_globals(parsed({"ls", "--no-guard"}))->guard);
}

TEST_CASE("every command has help, and every alias a command") {
    for (const Command& command : commands()) {
        CHECK(!command.help.empty());
        CHECK(find_command(command.name) == &command);
    }
    for (const char* alias : {"create", "uninstall-code", "info", "list"})
        CHECK(find_command(alias) != nullptr);
    for (const Option& option : options())
        CHECK((option.command.empty() || find_command(option.command) != nullptr));
}
