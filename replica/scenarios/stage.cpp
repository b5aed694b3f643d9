#include "replica/scenarios/stage.hpp"

#include <fstream>
#include <sstream>

#include "replica/scenarios/availability.hpp"
#include "replica/scenarios/candid_text.hpp"
#include "vm/vm.hpp"

namespace icvm::replica::scenarios {

namespace {

ByteVector read_file(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    const std::string bytes = text.str();
    return {bytes.begin(), bytes.end()};
}

const std::string folder = "replica/scenarios/";

bool ends_operands(const TokenReader& tokens) { return tokens.at_end() || tokens.peek().is("=>"); }

Outcome reply_of(const std::string& text) {
    return {.kind = Outcome::Kind::reply, .bytes = ByteVector(text.begin(), text.end())};
}

Principal user(std::string_view name) { return Principal::self_authenticating(bytes_of(name)); }

}  // namespace

Stage::Stage() {
    modules_["universal"] = read_file(folder + "universal/universal.wasm");
    modules_["heartbeat"] = read_file(folder + "universal/heartbeat.wasm");
    for (const auto& [name, bytes] : modules_) variables_[name] = Variable::of(bytes);
    variables_["management"] = Variable::of(Principal());
    variables_["anonymous"] = Variable::of(Principal::anonymous());
    variables_["me"] = Variable::of(world_.caller());
    variables_["nobody"] = Variable::of(Principal::canister(0xf0f0f0));
    for (const char* name : {"alice", "bob", "carol"}) variables_[name] = Variable::of(user(name));
}

Stage::Command Stage::find(const std::string& word) {
    static const std::map<std::string, Command> commands = {
        {"canister", &Stage::canister},
        {"install", &Stage::install},
        {"reinstall", &Stage::reinstall},
        {"upgrade", &Stage::upgrade},
        {"update", &Stage::update},
        {"query", &Stage::query},
        {"composite", &Stage::composite},
        {"call", &Stage::call},
        {"ask", &Stage::ask},
        {"stop", &Stage::stop},
        {"start", &Stage::start},
        {"uninstall", &Stage::uninstall},
        {"delete", &Stage::remove},
        {"as", &Stage::as},
        {"version", &Stage::version},
        {"status", &Stage::status},
        {"heap", &Stage::heap},
        {"stable", &Stage::stable},
        {"time", &Stage::time},
        {"module_hash", &Stage::module_hash},
        {"manage", &Stage::manage},
        {"inquire", &Stage::inquire},
        {"balance", &Stage::balance},
        {"await", &Stage::await},
        {"poll", &Stage::poll},
        {"tick", &Stage::tick},
        {"advance", &Stage::advance},
        {"cycles", &Stage::cycles},
        {"capacity", &Stage::capacity},
        {"http", &Stage::http},
    };
    const auto found = commands.find(word);
    return found == commands.end() ? nullptr : found->second;
}

Result<void, std::string> Stage::run(const Statement& statement) {
    if (statement.text.starts_with("module ")) return module(statement.text);
    if (statement.text.starts_with("times ")) return times(statement);
    if (statement.text.starts_with("contexts ")) return contexts(statement.text);
    TokenReader tokens(TRY(tokenize(statement.text)));
    if (tokens.take("let")) return let(tokens);
    if (tokens.take("send")) return send(tokens);
    const Done done = TRY(run_command(tokens));
    if (done.outcome.kind == Outcome::Kind::broken) return std::unexpected(describe(done.outcome));
    Result<void, std::string> met;
    if (tokens.take("=>"))
        met = expect(tokens, variables_, done.outcome, done.canister);
    else if (done.expects_success && done.outcome.kind > Outcome::Kind::reply)
        met = std::unexpected("success");
    if (!met)
        return std::unexpected("expected " + met.error() + "\ngot      " + describe(done.outcome));
    if (!tokens.at_end()) return std::unexpected("too much: " + tokens.peek().text);
    return {};
}

Result<Stage::Done, std::string> Stage::run_command(TokenReader& tokens) {
    const std::string word = tokens.next().text;
    const Command command = find(word);
    if (command == nullptr) return std::unexpected("no command " + word);
    Done done = TRY((this->*command)(tokens));
    if (tokens.take("of")) done.outcome.method = tokens.next().text;
    if (!ends_operands(tokens) && !tokens.peek().is("field"))
        return std::unexpected("too much: " + tokens.peek().text);
    return done;
}

/// times N COMMAND
Result<void, std::string> Stage::times(const Statement& statement) {
    std::istringstream words(statement.text.substr(std::string_view("times ").size()));
    u32 count = 0;
    std::string command;
    words >> count;
    std::getline(words, command, '\0');
    for (; count > 0; count--)
        if (auto done = run({statement.line, command}); !done) return done;
    return {};
}

/// let NAME = number | bytes | command [of METHOD] [field NAME]
Result<void, std::string> Stage::let(TokenReader& tokens) {
    const std::string name = tokens.next().text;
    if (!tokens.take("=")) return std::unexpected("= is missing");
    const Token& first = tokens.peek();
    const auto found = variables_.find(first.text);
    const bool number = first.kind == Token::Kind::number ||
                        (found != variables_.end() && found->second.kind == Variable::Kind::number);
    if (number) {
        variables_[name] = Variable::of(TRY(read_number(tokens, variables_)));
    } else if (begins_bytes(first, variables_)) {
        variables_[name] = Variable::of(TRY(read_bytes(tokens, variables_)));
    } else {
        const Done done = TRY(run_command(tokens));
        if (done.outcome.kind > Outcome::Kind::reply)
            return std::unexpected("got " + describe(done.outcome));
        variables_[name] = done.value.value_or(Variable::of(done.outcome.bytes));
        if (tokens.take("field")) {
            const std::string text = readable(done.outcome.bytes, done.outcome.method);
            const auto field = field_of(text, tokens.next().text);
            if (!field) return std::unexpected("no such field in " + text);
            variables_[name] = *field;
        }
    }
    return {};
}

/// contexts FUNCTION {program} : LETTERS: where this program, which calls that function of `ic0`
/// first, can be run, and that it cannot elsewhere.
Result<void, std::string> Stage::contexts(const std::string& text) {
    TokenReader tokens(TRY(tokenize(text)));
    tokens.next();
    const std::string name = tokens.next().text;
    variables_["P"] = Variable::of(TRY(read_bytes(tokens, variables_)));
    if (!tokens.take(":")) return std::unexpected(": is missing");
    std::set<std::string> letters;
    while (!tokens.at_end()) letters.insert(tokens.next().text);
    letters = meant(letters);
    if (auto made = module("module start_module " + TRY(start_module(name))); !made) return made;
    for (const ContextCase& row : context_cases()) {
        Done done;
        for (const std::string& command : row.commands) {
            TokenReader words(TRY(tokenize(command)));
            done = TRY(run_command(words));
        }
        // mainnet writes two of the names with a dot.
        const std::string error = name + "\" cannot be executed in " + row.mode + " mode";
        const Outcome& outcome = done.outcome;
        const bool refused = row.counts ? text_of(outcome.bytes) != "1"
                                        : outcome.message.contains("cannot be executed in");
        const bool named = row.counts || outcome.message.contains(error);
        if (refused == letters.contains(row.letters) || (refused && !named))
            return std::unexpected("as " + row.letters + " (" + row.mode + ")\ngot      " +
                                   describe(outcome));
    }
    return {};
}

/// module NAME (module …), or x"…"
Result<void, std::string> Stage::module(const std::string& text) {
    std::istringstream words(text.substr(std::string_view("module ").size()));
    std::string name, wat;
    words >> name;
    std::getline(words, wat, '\0');
    if (wat.find("x\"") < wat.find('(')) {
        TokenReader tokens(TRY(tokenize(wat)));
        modules_[name] = TRY(read_bytes(tokens, variables_));
        return {};
    }
    auto parsed = vm::parse_module(wat);
    if (!parsed) return std::unexpected(parsed.error().reason);
    modules_[name] = parsed->bytes;
    variables_[name] = Variable::of(parsed->bytes);
    return {};
}

Result<Principal, std::string> Stage::principal(TokenReader& tokens) {
    const ByteVector bytes = TRY(read_bytes(tokens, variables_));
    const auto principal = Principal::from_bytes(bytes);
    if (!principal) return std::unexpected("not a principal");
    return *principal;
}

Result<ByteVector, std::string> Stage::module_named(TokenReader& tokens) {
    const auto found = modules_.find(tokens.peek().text);
    if (found == modules_.end()) return modules_["universal"];
    tokens.next();
    return found->second;
}

/// canister NAME [cycles N] [settings `record {…}`] [empty | MODULE [ARGUMENT]]: a new one, with
/// the universal module if none is named.
Result<Stage::Done, std::string> Stage::canister(TokenReader& tokens) {
    const std::string name = tokens.next().text;
    Principal id;
    const Outcome created = TRY(create(tokens, id));
    if (created.kind > Outcome::Kind::reply) return Done{created, {}, true};
    variables_[name] = Variable::of(id);
    if (tokens.take("empty")) return Done{{}, id.text(), true};
    return install_code(id, InstallMode::install, tokens);
}

Result<Outcome, std::string> Stage::create(TokenReader& tokens, Principal& id) {
    static const std::string method = "provisional_create_canister_with_cycles";
    std::string text;
    if (tokens.take("cycles"))
        text += "amount = opt " + digits(TRY(read_number(tokens, variables_))) + "; ";
    if (tokens.take("settings"))
        text += "settings = opt " + TRY(substitute(tokens.next().text, variables_, true));
    if (text.empty()) {
        const auto created = world_.create();
        if (!created) return created.error();
        id = *created;
        return Outcome{};
    }
    const ByteVector argument = TRY(to_candid("(record { " + text + " })", method));
    Outcome outcome = world_.update(Principal(), method, argument);
    if (outcome.kind != Outcome::Kind::reply) return outcome;
    const auto field = field_of(readable(outcome.bytes, method), "canister_id");
    id = Principal::from_bytes(field.value_or(Variable()).bytes).value_or(Principal());
    return outcome;
}

/// install NAME [MODULE] [ARGUMENT] [skip_pre_upgrade] [keep | replace]
Result<Stage::Done, std::string> Stage::install_code(const Principal& id, InstallMode mode,
                                                     TokenReader& tokens) {
    InstallCode request{.canister = id, .mode = mode, .module = TRY(module_named(tokens))};
    if (begins_bytes(tokens.peek(), variables_))
        request.argument = TRY(read_bytes(tokens, variables_));
    request.skip_pre_upgrade = tokens.take("skip_pre_upgrade");
    if (tokens.take("keep")) request.wasm_memory_persistence = WasmMemoryPersistence::keep;
    if (tokens.take("replace")) request.wasm_memory_persistence = WasmMemoryPersistence::replace;
    return Done{world_.install(request), id.text(), true};
}

Result<Stage::Done, std::string> Stage::install(TokenReader& tokens) {
    return install_code(TRY(principal(tokens)), InstallMode::install, tokens);
}
Result<Stage::Done, std::string> Stage::reinstall(TokenReader& tokens) {
    return install_code(TRY(principal(tokens)), InstallMode::reinstall, tokens);
}
Result<Stage::Done, std::string> Stage::upgrade(TokenReader& tokens) {
    return install_code(TRY(principal(tokens)), InstallMode::upgrade, tokens);
}

/// update NAME BYTES      of the universal canister's method `update`; query and composite alike
/// call NAME "method" [BYTES]     any method, by an update call; `ask` by a query call
/// manage METHOD `Candid`         of the management canister, by an update call; `inquire` by a
/// query
Result<Stage::Target, std::string> Stage::target(const std::string& command, TokenReader& tokens) {
    Target target;
    if (command == "manage" || command == "inquire") {
        target.method = tokens.next().text;
        target.argument = TRY(candid(tokens, target.method));
        return target;
    }
    target.canister = TRY(principal(tokens));
    const bool named = command == "call" || command == "ask";
    target.method = command == "composite" ? "composite_query" : command;
    if (named) {
        const ByteVector method = TRY(read_bytes(tokens, variables_));
        target.method = text_of(method);
    }
    if (!named || !ends_operands(tokens)) target.argument = TRY(read_bytes(tokens, variables_));
    return target;
}

Result<Stage::Done, std::string> Stage::call_of(const std::string& command, TokenReader& tokens) {
    const Target to = TRY(target(command, tokens));
    const bool query =
        command == "query" || command == "composite" || command == "ask" || command == "inquire";
    Done done{query ? world_.query(to.canister, to.method, to.argument)
                    : world_.update(to.canister, to.method, to.argument),
              to.canister.text(), true};
    if (to.canister == Principal()) done.outcome.method = to.method;
    return done;
}

Result<Stage::Done, std::string> Stage::update(TokenReader& tokens) {
    return call_of("update", tokens);
}
Result<Stage::Done, std::string> Stage::query(TokenReader& tokens) {
    return call_of("query", tokens);
}
Result<Stage::Done, std::string> Stage::composite(TokenReader& tokens) {
    return call_of("composite", tokens);
}
Result<Stage::Done, std::string> Stage::call(TokenReader& tokens) {
    return call_of("call", tokens);
}
Result<Stage::Done, std::string> Stage::ask(TokenReader& tokens) { return call_of("ask", tokens); }
Result<Stage::Done, std::string> Stage::manage(TokenReader& tokens) {
    return call_of("manage", tokens);
}
Result<Stage::Done, std::string> Stage::inquire(TokenReader& tokens) {
    return call_of("inquire", tokens);
}

/// send NAME = update …, call …, manage …: it is only put into its queue.
/// send NAME within N s =: it begins by then, or never.
Result<void, std::string> Stage::send(TokenReader& tokens) {
    const std::string name = tokens.next().text;
    u64 expiry_ns = 0;
    if (tokens.take("within")) expiry_ns = world_.time_ns() + TRY(duration_ns(tokens));
    if (!tokens.take("=")) return std::unexpected("= is missing");
    const std::string command = tokens.next().text;
    const Target to = TRY(target(command, tokens));
    const auto message = world_.send(to.canister, to.method, to.argument, expiry_ns);
    const Outcome outcome = message ? Outcome{} : message.error();
    if (message) messages_[name] = *message;
    sent_[name] = to;
    if (tokens.take("=>")) {
        const auto met = expect(tokens, variables_, outcome, to.canister.text());
        if (met) return {};
        return std::unexpected("expected " + met.error() + "\ngot      " + describe(outcome));
    }
    if (message) return {};
    return std::unexpected("got      " + describe(outcome));
}

Result<Stage::Done, std::string> Stage::await(TokenReader& tokens) {
    const std::string name = tokens.next().text;
    const auto found = messages_.find(name);
    if (found == messages_.end()) return std::unexpected("no message " + name);
    const Target& to = sent_[name];
    Done done{world_.await(found->second), to.canister.text(), true};
    if (to.canister == Principal()) done.outcome.method = to.method;
    return done;
}
Result<Stage::Done, std::string> Stage::poll(TokenReader& tokens) {
    const auto found = messages_.find(tokens.next().text);
    if (found == messages_.end()) return std::unexpected("no such message");
    return Done{world_.poll(found->second), {}, true};
}

/// tick [N]: rounds
/// http TEXT: what outcalls are answered with from now on.
Result<Stage::Done, std::string> Stage::http(TokenReader& tokens) {
    const ByteVector text = TRY(read_bytes(tokens, variables_));
    TRY(world_.answer_http(std::string(text.begin(), text.end())));
    return Done{};
}

Result<Stage::Done, std::string> Stage::tick(TokenReader& tokens) {
    u128 count = ends_operands(tokens) ? 1 : TRY(read_number(tokens, variables_));
    Outcome outcome;
    for (; count > 0 && outcome.kind == Outcome::Kind::done; count--) outcome = world_.tick();
    return Done{outcome, {}, true};
}

/// N s, N ns
Result<u64, std::string> Stage::duration_ns(TokenReader& tokens) {
    const u128 count = TRY(read_number(tokens, variables_));
    const u128 unit = tokens.take("s") ? 1'000'000'000 : tokens.take("ns") ? 1 : 0;
    if (unit == 0) return std::unexpected("a unit is expected: s, ns");
    return u64(count * unit);
}

/// advance N s: time moves
Result<Stage::Done, std::string> Stage::advance(TokenReader& tokens) {
    return Done{world_.advance(TRY(duration_ns(tokens))), {}, true};
}

/// cycles NAME: a new world, with these prices.
Result<Stage::Done, std::string> Stage::cycles(TokenReader& tokens) {
    cycles_ = tokens.next().text;
    world_ = World(cycles_, capacity_);
    return Done{};
}

/// capacity WHAT N: a new world, with room for so much: callbacks, ingress messages, bytes of
/// memory, or bytes of storage before it is paid for beforehand.
Result<Stage::Done, std::string> Stage::capacity(TokenReader& tokens) {
    const std::string what = tokens.next().text;
    const u64 room = u64(TRY(read_number(tokens, variables_)));
    if (what == "callbacks")
        capacity_.callbacks = room;
    else if (what == "ingress")
        capacity_.ingress_messages = room;
    else if (what == "memory")
        capacity_.memory_bytes = room;
    else if (what == "storage")
        capacity_.storage_threshold_bytes = room;
    else
        return std::unexpected("no capacity " + what);
    world_ = World(cycles_, capacity_);
    return Done{};
}

Result<Stage::Done, std::string> Stage::stop(TokenReader& tokens) {
    const Principal id = TRY(principal(tokens));
    return Done{world_.stop(id), id.text(), true};
}
Result<Stage::Done, std::string> Stage::start(TokenReader& tokens) {
    const Principal id = TRY(principal(tokens));
    return Done{world_.start(id), id.text(), true};
}
Result<Stage::Done, std::string> Stage::uninstall(TokenReader& tokens) {
    const Principal id = TRY(principal(tokens));
    return Done{world_.uninstall(id), id.text(), true};
}
Result<Stage::Done, std::string> Stage::remove(TokenReader& tokens) {
    const Principal id = TRY(principal(tokens));
    return Done{world_.remove(id), id.text(), true};
}

/// as NAME: who calls from now on.
Result<Stage::Done, std::string> Stage::as(TokenReader& tokens) {
    world_.set_caller(TRY(principal(tokens)));
    return Done{{}};
}

Result<Stage::Done, std::string> Stage::of_status(TokenReader& tokens,
                                                  std::string (*what)(const CanisterStatus&)) {
    const Principal id = TRY(principal(tokens));
    const auto status = world_.status(id);
    if (!status) return Done{status.error(), id.text(), true};
    return Done{reply_of(what(*status)), id.text(), true};
}

/// The Candid text that comes next, as an argument of that method of the management canister.
Result<ByteVector, std::string> Stage::candid(TokenReader& tokens, const std::string& method) {
    if (tokens.peek().kind != Token::Kind::candid) return read_bytes(tokens, variables_);
    return to_candid(TRY(substitute(tokens.next().text, variables_, true)), method);
}

Result<Stage::Done, std::string> Stage::balance(TokenReader& tokens) {
    const Principal id = TRY(principal(tokens));
    const auto status = world_.status(id);
    if (!status) return Done{status.error(), id.text(), true};
    return Done{reply_of(digits(status->cycles)), id.text(), true, Variable::of(status->cycles)};
}

Result<Stage::Done, std::string> Stage::version(TokenReader& tokens) {
    const Principal id = TRY(principal(tokens));
    const auto status = world_.status(id);
    if (!status) return Done{status.error(), id.text(), true};
    return Done{reply_of(digits(status->version)), id.text(), true, Variable::of(status->version)};
}
Result<Stage::Done, std::string> Stage::status(TokenReader& tokens) {
    return of_status(tokens, [](const CanisterStatus& status) -> std::string {
        return status.status == Status::running    ? "running"
               : status.status == Status::stopping ? "stopping"
                                                   : "stopped";
    });
}
Result<Stage::Done, std::string> Stage::heap(TokenReader& tokens) {
    return of_status(tokens,
                     [](const CanisterStatus& status) { return digits(status.heap_bytes); });
}
Result<Stage::Done, std::string> Stage::stable(TokenReader& tokens) {
    return of_status(tokens,
                     [](const CanisterStatus& status) { return digits(status.stable_bytes); });
}
Result<Stage::Done, std::string> Stage::module_hash(TokenReader& tokens) {
    return of_status(tokens, [](const CanisterStatus& status) -> std::string {
        return status.module_hash ? std::string(text_of(*status.module_hash)) : "";
    });
}

Result<Stage::Done, std::string> Stage::time(TokenReader&) {
    return Done{reply_of(digits(world_.time_ns())), {}, true, Variable::of(world_.time_ns())};
}

}  // namespace icvm::replica::scenarios
