// Where each function of the System API may be called. The table is the Interface Specification's
// "Overview of imports" (0.66, and the two calls of its draft 0.68), written down apart from
// imports.def: neither is made from the other.

#include <catch2/catch.hpp>
#include <set>
#include <sstream>

#include "replica/system_api/direct_call.hpp"

namespace icvm::replica {

namespace {

using test::DirectCall;

struct Listed {
    std::string_view name;
    std::string_view type;      ///< parameters ":" result; i: i32, l: i64, I: the pointer's width
    std::string_view contexts;  ///< as they are listed there; `*` leaves out `s`
};

constexpr std::string_view responding = "U RQ NRQ TQ CQ Ry Rt CRy CRt";
constexpr std::string_view caller_info = "U RQ NRQ CQ Ry Rt CRy CRt C CC F";
constexpr std::string_view calling = "U CQ Ry Rt CRy CRt T";

constexpr Listed listed[] = {
    {"msg_arg_data_size", ":I", "I U RQ NRQ TQ CQ Ry CRy F"},
    {"msg_arg_data_copy", "III:", "I U RQ NRQ TQ CQ Ry CRy F"},
    {"msg_caller_size", ":I", "*"},
    {"msg_caller_copy", "III:", "*"},
    {"msg_caller_info_data_size", ":I", caller_info},
    {"msg_caller_info_data_copy", "III:", caller_info},
    {"msg_caller_info_signer_size", ":I", caller_info},
    {"msg_caller_info_signer_copy", "III:", caller_info},
    {"msg_reject_code", ":i", "Ry Rt CRy CRt C"},
    {"msg_reject_msg_size", ":I", "Rt CRt"},
    {"msg_reject_msg_copy", "III:", "Rt CRt"},
    // Listed with "Q", which is no context, and described for "all calls to query … methods".
    {"msg_deadline", ":l", "U RQ NRQ TQ CQ Ry Rt CRy CRt"},
    {"msg_reply_data_append", "II:", responding},
    {"msg_reply", ":", responding},
    {"msg_reject", "II:", responding},
    {"msg_cycles_available128", "I:", "U RQ Rt Ry"},
    {"msg_cycles_refunded128", "I:", "Rt Ry"},
    {"msg_cycles_accept128", "llI:", "U RQ Rt Ry"},
    {"cycles_burn128", "llI:", "I G U RQ Ry Rt C T"},
    {"canister_self_size", ":I", "*"},
    {"canister_self_copy", "III:", "*"},
    {"canister_cycle_balance128", "I:", "*"},
    {"canister_liquid_cycle_balance128", "I:", "*"},
    {"canister_status", ":i", "*"},
    {"canister_version", ":l", "*"},
    {"subnet_self_size", ":I", "*"},
    {"subnet_self_copy", "III:", "*"},
    {"subnet_self_node_count", ":i", "*"},
    {"msg_method_name_size", ":I", "F"},
    {"msg_method_name_copy", "III:", "F"},
    {"accept_message", ":", "F"},
    {"call_new", "IIIIIIII:", calling},
    {"call_on_cleanup", "II:", calling},
    {"call_data_append", "II:", calling},
    {"call_with_best_effort_response", "i:", calling},
    {"call_cycles_add128", "ll:", "U Ry Rt T"},
    {"call_perform", ":i", calling},
    {"stable64_size", ":l", "* s"},
    {"stable64_grow", "l:l", "* s"},
    {"stable64_write", "lll:", "* s"},
    {"stable64_read", "lll:", "* s"},
    {"root_key_size", ":I", "I G U RQ Ry Rt C T"},
    {"root_key_copy", "III:", "I G U RQ Ry Rt C T"},
    {"certified_data_set", "II:", "I G U Ry Rt T"},
    {"data_certificate_present", ":i", "*"},
    {"data_certificate_size", ":I", "NRQ CQ"},
    {"data_certificate_copy", "III:", "NRQ CQ"},
    {"time", ":l", "*"},
    {"global_timer_set", "l:l", "I G U Ry Rt C T"},
    {"performance_counter", "i:l", "* s"},
    {"is_controller", "II:i", "* s"},
    {"in_replicated_execution", ":i", "* s"},
    {"cost_call", "llI:", "* s"},
    {"cost_create_canister", "I:", "* s"},
    {"cost_http_request", "llI:", "* s"},
    {"cost_http_request_v2", "III:", "* s"},
    {"cost_sign_with_ecdsa", "IIiI:i", "* s"},
    {"cost_sign_with_schnorr", "IIiI:i", "* s"},
    {"cost_vetkd_derive_key", "IIiI:i", "* s"},
    {"env_var_count", ":I", "*"},
    {"env_var_name_size", "I:I", "*"},
    {"env_var_name_copy", "IIII:", "*"},
    {"env_var_name_exists", "II:i", "*"},
    {"env_var_value_size", "II:I", "*"},
    {"env_var_value_copy", "IIIII:", "*"},
    {"debug_print", "II:", "* s"},
    {"trap", "II:", "* s"},
    // Not in the specification: mainnet has it for one canister.
    {"mint_cycles128", "llI:", "U Ry Rt T"},
};

/// Only where pointers have 32 bits.
constexpr Listed listed_32[] = {
    {"msg_cycles_available", ":l", "U RQ Rt Ry"},
    {"msg_cycles_refunded", ":l", "Rt Ry"},
    {"msg_cycles_accept", "l:l", "U RQ Rt Ry"},
    {"canister_cycle_balance", ":l", "*"},
    {"call_cycles_add", "l:", "U Ry Rt T"},
    {"stable_size", ":i", "* s"},
    {"stable_grow", "i:i", "* s"},
    {"stable_write", "iii:", "* s"},
    {"stable_read", "iii:", "* s"},
};

struct ContextName {
    std::string_view letters;
    Context context;
    std::string_view mode;  ///< as the trap's text names it
};

constexpr ContextName contexts[] = {
    {"s", Context::start, "start"},
    {"I", Context::init, "init"},
    {"G", Context::pre_upgrade, "pre upgrade"},
    {"U", Context::update, "update"},
    {"RQ", Context::replicated_query, "replicated query"},
    {"NRQ", Context::non_replicated_query, "non replicated query"},
    {"TQ", Context::transform, "non replicated query"},
    {"CQ", Context::composite_query, "composite query"},
    {"Ry", Context::reply_callback, "reply callback"},
    {"Rt", Context::reject_callback, "reject callback"},
    {"CRy", Context::composite_reply_callback, "composite reply callback"},
    {"CRt", Context::composite_reject_callback, "composite reject callback"},
    {"C", Context::cleanup, "cleanup"},
    {"CC", Context::composite_cleanup, "composite cleanup"},
    {"F", Context::inspect_message, "inspect message"},
    {"T", Context::heartbeat, "heartbeat"},
    {"T", Context::global_timer, "global timer"},
    {"T", Context::on_low_wasm_memory, "on low Wasm memory"},
};

bool is_listed(std::string_view list, std::string_view letters) {
    std::istringstream words{std::string(list)};
    for (std::string word; words >> word;)
        if (word == letters || (word == "*" && letters != "s")) return true;
    return false;
}

/// "ic0_root_key_size"; mainnet spells two of them with a dot.
std::string told_name(std::string_view name) {
    const bool has_dot = name == "root_key_copy" || name == "subnet_self_copy";
    return (has_dot ? "ic0." : "ic0_") + std::string(name);
}

std::string type_text(const vm::FunctionType& type) {
    const auto letter = [](vm::ValueType value) { return value == vm::types::i64 ? 'l' : 'i'; };
    std::string text;
    for (const vm::ValueType parameter : type.parameters) text += letter(parameter);
    text += ':';
    for (const vm::ValueType result : type.results) text += letter(result);
    return text;
}

std::string type_text(std::string_view listed_type, bool memory64) {
    std::string text(listed_type);
    for (char& letter : text)
        if (letter == 'I') letter = memory64 ? 'l' : 'i';
    return text;
}

void check_availability(const Listed& row, bool memory64) {
    for (const ContextName& in : contexts) {
        DirectCall call(memory64);
        call.execution.context = in.context;
        call.execution.data_certificate = [] { return bytes_of("certificate"); };
        const std::string error = call(row.name);
        const std::string wrong_mode = "IC0504: Canister violated contract: \"" +
                                       told_name(row.name) + "\" cannot be executed in " +
                                       std::string(in.mode) + " mode\nCheck the ICP documentation";
        INFO(row.name << " in " << in.mode << (memory64 ? ", memory64: " : ": ") << error);
        CHECK(error.starts_with(wrong_mode) == !is_listed(row.contexts, in.letters));
    }
}

}  // namespace

TEST_CASE("each call of the System API is there, with its type, and no other") {
    std::set<std::string_view> known;
    for (const Listed& row : listed) {
        for (const bool memory64 : {false, true}) {
            const ImportRow* import = find_import(row.name, memory64);
            INFO(row.name);
            REQUIRE(import);
            CHECK(type_text(type_of(*import, memory64)) == type_text(row.type, memory64));
        }
        known.insert(row.name);
    }
    for (const Listed& row : listed_32) {
        const ImportRow* import = find_import(row.name, false);
        INFO(row.name);
        REQUIRE(import);
        CHECK(type_text(type_of(*import, false)) == row.type);
        CHECK(!find_import(row.name, true));
        known.insert(row.name);
    }
    for (const ImportRow& row : import_rows()) {
        INFO(row.name);
        CHECK(known.contains(row.name));
    }
    CHECK(known.size() == import_rows().size());
    for (const std::string_view gone : {"call_simple", "controller_size", "controller_copy",
                                        "mint_cycles", "canister_cycles_balance", ""})
        CHECK(!find_import(gone, false));
}

TEST_CASE(
    "each call of the System API traps in each context where it is not listed, and there alone") {
    for (const Listed& row : listed)
        for (const bool memory64 : {false, true}) check_availability(row, memory64);
    for (const Listed& row : listed_32) check_availability(row, false);
}

}  // namespace icvm::replica
