#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "vm/base/bytes.hpp"
#include "vm/base/result.hpp"
#include "vm/text/position.hpp"
#include "vm/wasm/value.hpp"

/// A script of the official suite (the reference interpreter's .wast), as data.

namespace icvm::vm {

/// A module that a script has: its text, or its bytes.
struct ScriptModule {
    enum class Form : u8 { text, binary, quote } form = Form::text;
    std::string id;  ///< "$m", or empty
    /// text: from "(module" to its ")", blanks in place of "definition", or a whole script;
    /// quote: what the strings say.
    std::string text;
    ByteVector bytes;         ///< binary
    bool definition = false;  ///< (module definition …): not instantiated
    Position position{};      ///< where it begins in the script
};

/// A result that is expected (or an argument, which is always `exactly`).
struct Expected {
    enum class Kind : u8 {
        exactly,        ///< number, null or ref.extern/ref.host: `value`
        canonical_nan,  ///< of `value.type`
        arithmetic_nan,
        vector,     ///< by lanes
        reference,  ///< any that is not null and matches `value.type`
        null,       ///< any null
        either,     ///< one of `alternatives`
    } kind = Kind::exactly;
    Value value{};
    u32 lane_bits = 0;              ///< vector: 8, 16, 32, 64
    std::vector<Expected> lanes{};  ///< vector
    std::vector<Expected> alternatives{};
};

struct Action {
    enum class Kind : u8 { invoke, get } kind = Kind::invoke;
    std::string module{};  ///< id; empty: the last one
    std::string name{};
    std::vector<Expected> arguments{};
};

struct Command {
    enum class Kind : u8 {
        module,
        instance,  ///< (module instance $id $definition)
        register_,
        action,
        assert_return,
        assert_exception,
        assert_trap,  ///< of an action, or of a module's instantiation
        assert_exhaustion,
        assert_malformed,
        assert_malformed_custom,
        assert_invalid,
        assert_invalid_custom,
        assert_unlinkable,
    } kind = Kind::module;
    Position position{};
    std::string id{};    ///< instance, register: the instance that is meant
    std::string name{};  ///< register: the name; instance: the definition's id
    std::optional<ScriptModule> module{};
    std::optional<Action> action{};
    std::vector<Expected> results{};
    std::string message{};  ///< what a refusal or trap begins with
};

using Script = std::vector<Command>;

/// Modules in it are not parsed yet: each is a matter of its own command.
Result<Script, TextError> parse_script(std::string_view text);

}  // namespace icvm::vm
