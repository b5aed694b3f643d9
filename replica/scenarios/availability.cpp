#include "replica/scenarios/availability.hpp"

#include <map>

namespace icvm::replica::scenarios {

namespace {

/// "ppp:i" by name, for a memory of 32 bits.
const std::map<std::string, std::string>& signatures() {
    static const std::map<std::string, std::string> all{
#define IMPORT(name, signature, ...) {#name, signature},
#include "replica/system_api/imports.def"
    };
    return all;
}

std::string type_of(char letter) { return letter == 'l' ? "i64" : "i32"; }

}  // namespace

const std::vector<ContextCase>& context_cases() {
    static const std::string answer = R"({ reply("") })", refusal = R"({ trap("no") })";
    static const std::vector<ContextCase> cases{
        {"I", "init", {"canister X empty", "install X P"}},
        {"G", "pre upgrade", {"canister X universal { set_pre_upgrade(P) }", "upgrade X"}},
        {"U", "update", {"canister X", "update X P"}},
        {"RQ", "replicated query", {"canister X", "call X \"query\" P"}},
        {"NRQ", "non replicated query", {"canister X", "query X P"}},
        {"TQ",
         "non replicated query",
         {"canister X", "http \"GET https://example.com/\\n=> 200\"",
          "update X { set_transform(P) call(management, \"http_request\", arg(http_request, "
          "`(record "
          "{ url = \"https://example.com/\"; method = variant { get }; headers = vec {}; transform "
          "= "
          "opt record { function = func \"$X\".transform; context = blob \"\" } })`), { "
          "reply(\"\") "
          "}, { msg_reject(msg_reject_msg) }) }"}},
        {"CQ", "composite query", {"canister X", "composite X P"}},
        {"Ry",
         "reply callback",
         {"canister X", "canister Y", "update X { call(Y, \"update\", " + answer + ", P) }"}},
        {"Rt",
         "reject callback",
         {"canister X", "canister Y", "update X { call(Y, \"update\", " + refusal + ", {}, P) }"}},
        {"CRy",
         "composite reply callback",
         {"canister X", "canister Y", "composite X { call(Y, \"query\", " + answer + ", P) }"}},
        {"CRt",
         "composite reject callback",
         {"canister X", "canister Y",
          "composite X { call(Y, \"query\", " + refusal + ", {}, P) }"}},
        {"C",
         "cleanup",
         {"canister X", "canister Y",
          "update X { call(Y, \"update\", " + answer + ", " + refusal + ", {}, P) }"}},
        {"CC",
         "composite cleanup",
         {"canister X", "canister Y",
          "composite X { call(Y, \"query\", " + answer + ", " + refusal + ", {}, P) }"}},
        {"F",
         "inspect message",
         {"canister X universal { set_inspect_message({ run(P) accept_message }) }",
          "update X { reply(\"\") }"}},
        {"T",
         "heartbeat",
         {"canister X heartbeat { set_heartbeat({ run(P) count(1) }) }", "tick",
          "query X { show(less(0, counter)) }"},
         true},
        {"T",
         "global timer",
         {"canister X universal { set_global_timer({ run(P) count(1) }) drop(global_timer_set(1)) "
          "}",
          "tick", "query X { show(counter) }"},
         true},
        {"T",
         "on low Wasm memory",
         {"canister X settings `record { wasm_memory_limit = opt 1_000_000; wasm_memory_threshold "
          "= opt 1_000_000 }` universal { set_low_wasm_memory({ run(P) count(1) }) }",
          "tick", "query X { show(counter) }"},
         true},
        {"s", "start", {"canister X empty", "install X start_module"}},
    };
    return cases;
}

std::set<std::string> meant(const std::set<std::string>& letters) {
    if (!letters.contains("all") && !letters.contains("any")) return letters;
    std::set<std::string> every;
    for (const ContextCase& row : context_cases()) every.insert(row.letters);
    if (!letters.contains("any")) every.erase("s");
    return every;
}

Result<std::string, std::string> start_module(const std::string& name) {
    const auto found = signatures().find(name);
    if (found == signatures().end()) return std::unexpected("no function " + name);
    const size_t colon = found->second.find(':');
    std::string type, operands, result;
    for (const char letter : found->second.substr(0, colon)) {
        type += " (param " + type_of(letter) + ")";
        operands += " (" + type_of(letter) + ".const 0)";
    }
    if (colon + 1 < found->second.size()) {
        type += " (result " + type_of(found->second[colon + 1]) + ")";
        result = " drop";
    }
    return "(module (import \"ic0\" \"" + name + "\" (func $f" + type +
           ")) (memory 1) (func $s (call $f" + operands + ")" + result + ") (start $s))";
}

}  // namespace icvm::replica::scenarios
