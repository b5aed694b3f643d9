#include <algorithm>
#include <utility>

#include "vm/script/constant_parser.hpp"
#include "vm/script/script.hpp"
#include "vm/script/script_tokens.hpp"

namespace icvm::vm {
namespace {

/// What an assertion is about.
enum class Subject : u8 { action, module, either };

struct CommandWord {
    std::string_view text;
    Command::Kind kind;
    Subject subject = Subject::action;
    bool message = true;  ///< ends with one
};

constexpr CommandWord assertions[] = {
    {"assert_return", Command::Kind::assert_return, Subject::action, false},
    {"assert_exception", Command::Kind::assert_exception, Subject::action, false},
    {"assert_trap", Command::Kind::assert_trap, Subject::either},
    {"assert_exhaustion", Command::Kind::assert_exhaustion},
    {"assert_malformed", Command::Kind::assert_malformed, Subject::module},
    {"assert_malformed_custom", Command::Kind::assert_malformed_custom, Subject::module},
    {"assert_invalid", Command::Kind::assert_invalid, Subject::module},
    {"assert_invalid_custom", Command::Kind::assert_invalid_custom, Subject::module},
    {"assert_unlinkable", Command::Kind::assert_unlinkable, Subject::module}};

const CommandWord* find_assertion(std::string_view text) {
    const auto* found = std::ranges::find(assertions, text, &CommandWord::text);
    return found == std::end(assertions) ? nullptr : found;
}

bool is_action(std::string_view word) { return word == "invoke" || word == "get"; }

class ScriptParser {
public:
    explicit ScriptParser(std::string_view text) : tokens_(text) {}
    Result<Script, TextError> parse();

private:
    Result<Command, TextError> parse_command();
    Result<Command, TextError> parse_body(const Token& left, const Token& word);
    Result<Command, TextError> parse_module_command(const Token& left);
    Result<Command, TextError> parse_instance();
    Result<Command, TextError> parse_register();
    Result<Command, TextError> parse_assertion(const CommandWord& assertion);
    Result<void, TextError> parse_subject(const CommandWord& assertion, Command& command);
    Result<Action, TextError> parse_action(std::string_view word);
    Result<ScriptModule, TextError> parse_module(const Token& left);
    Result<std::string, TextError> parse_strings();
    Result<bool, TextError> is_bare_module();
    Command bare_module() const;

    ScriptTokens tokens_;
};

Result<Script, TextError> ScriptParser::parse() {
    Script script;
    if (TRY(is_bare_module())) {
        script.push_back(bare_module());
        return script;
    }
    TRY(tokens_.start());
    while (!tokens_.at(TokenKind::end)) script.push_back(TRY(parse_command()));
    return script;
}

/// The fields of one module, without "(module".
Result<bool, TextError> ScriptParser::is_bare_module() {
    Lexer lexer(tokens_.text());
    const Token left = TRY(lexer.next());
    if (left.kind != TokenKind::left) return false;
    const Token word = TRY(lexer.next());
    constexpr std::string_view fields[] = {"type",   "rec",    "import", "func", "table", "memory",
                                           "global", "export", "start",  "elem", "data",  "tag"};
    return word.kind == TokenKind::keyword && std::ranges::count(fields, word.text) != 0;
}

Command ScriptParser::bare_module() const {
    Command command;
    command.module.emplace().text = tokens_.text();
    return command;
}

Result<Command, TextError> ScriptParser::parse_command() {
    const Token left = TRY(tokens_.take(TokenKind::left, "a command"));
    const Position position = tokens_.position_of(left);
    const Token word = TRY(tokens_.take(TokenKind::keyword, "the name of a command"));
    Command command = TRY(parse_body(left, word));
    command.position = position;
    return command;
}

Result<Command, TextError> ScriptParser::parse_body(const Token& left, const Token& word) {
    if (word.text == "module") return parse_module_command(left);
    if (word.text == "register") return parse_register();
    if (const CommandWord* assertion = find_assertion(word.text))
        return parse_assertion(*assertion);
    if (!is_action(word.text))
        return tokens_.error_at(word, "unknown command " + std::string(word.text));
    Command command{Command::Kind::action};
    command.action = TRY(parse_action(word.text));
    return command;
}

Result<Command, TextError> ScriptParser::parse_module_command(const Token& left) {
    if (tokens_.at_keyword("instance")) return parse_instance();
    Command command{Command::Kind::module};
    command.module = TRY(parse_module(left));
    return command;
}

Result<Command, TextError> ScriptParser::parse_instance() {
    Command command{Command::Kind::instance};
    TRY(tokens_.advance());
    command.id = TRY(tokens_.take_identifier_if_any());
    command.name = TRY(tokens_.take_identifier_if_any());
    TRY(tokens_.take(TokenKind::right, ")"));
    return command;
}

Result<Command, TextError> ScriptParser::parse_register() {
    Command command{Command::Kind::register_};
    command.name = TRY(tokens_.take_string());
    command.id = TRY(tokens_.take_identifier_if_any());
    TRY(tokens_.take(TokenKind::right, ")"));
    return command;
}

Result<Command, TextError> ScriptParser::parse_assertion(const CommandWord& assertion) {
    Command command{assertion.kind};
    TRY(parse_subject(assertion, command));
    if (assertion.kind == Command::Kind::assert_return)
        while (tokens_.at(TokenKind::left)) command.results.push_back(TRY(parse_result(tokens_)));
    if (assertion.message) command.message = TRY(tokens_.take_string());
    TRY(tokens_.take(TokenKind::right, ")"));
    return command;
}

Result<void, TextError> ScriptParser::parse_subject(const CommandWord& assertion,
                                                    Command& command) {
    const Token left = TRY(tokens_.take(TokenKind::left, "an action or a module"));
    const Token word = TRY(tokens_.take(TokenKind::keyword, "an action or a module"));
    if (word.text == "module" && assertion.subject != Subject::action)
        command.module = TRY(parse_module(left));
    else if (is_action(word.text) && assertion.subject != Subject::module)
        command.action = TRY(parse_action(word.text));
    else
        return tokens_.error_at(
            word, std::string(assertion.text) + " is not about " + std::string(word.text));
    return {};
}

/// Behind its word.
Result<Action, TextError> ScriptParser::parse_action(std::string_view word) {
    Action action{word == "get" ? Action::Kind::get : Action::Kind::invoke};
    action.module = TRY(tokens_.take_identifier_if_any());
    action.name = TRY(tokens_.take_string());
    while (action.kind == Action::Kind::invoke && tokens_.at(TokenKind::left))
        action.arguments.push_back(TRY(parse_argument(tokens_)));
    TRY(tokens_.take(TokenKind::right, ")"));
    return action;
}

/// Behind "module"; `left` is its parenthesis.
Result<ScriptModule, TextError> ScriptParser::parse_module(const Token& left) {
    ScriptModule module;
    module.position = tokens_.position_of(left);
    const Token definition = tokens_.token();
    module.definition = tokens_.at_keyword("definition");
    if (module.definition) TRY(tokens_.advance());
    module.id = TRY(tokens_.take_identifier_if_any());
    const bool binary = tokens_.at_keyword("binary");
    if (binary || tokens_.at_keyword("quote")) {
        module.form = binary ? ScriptModule::Form::binary : ScriptModule::Form::quote;
        TRY(tokens_.advance());
        module.text = TRY(parse_strings());
        if (binary) {
            const Bytes bytes = bytes_of(module.text);
            module.bytes.assign(bytes.begin(), bytes.end());
            module.text.clear();
        }
        return module;
    }
    const u32 end = TRY(tokens_.skip_past_right());
    module.text = tokens_.text().substr(left.offset, end - left.offset);
    // Only a script says it. With blanks in its place, all positions stay.
    if (module.definition)
        module.text.replace(definition.offset - left.offset, definition.text.size(),
                            definition.text.size(), ' ');
    return module;
}

/// Up to the closing parenthesis; what they say, joined.
Result<std::string, TextError> ScriptParser::parse_strings() {
    std::string text;
    while (tokens_.at(TokenKind::string)) text += TRY(tokens_.take_string());
    TRY(tokens_.take(TokenKind::right, "a string or )"));
    return text;
}

}  // namespace

Result<Script, TextError> parse_script(std::string_view text) { return ScriptParser(text).parse(); }

}  // namespace icvm::vm
