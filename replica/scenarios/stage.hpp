#pragma once

#include "replica/scenarios/assembler.hpp"
#include "replica/scenarios/expectation.hpp"
#include "replica/scenarios/scenario.hpp"

namespace icvm::replica::scenarios {

/// Where a scenario is played: the world, what its names stand for, and the modules that it has.
/// One function a command; each reads the rest of the command up to `=>`, and says what came of it.
class Stage {
public:
    Stage();

    Result<void, std::string> run(const Statement& statement);

private:
    /// What came of a command, and whose error texts it may have.
    struct Done {
        Outcome outcome;
        std::string canister{};           ///< text of its id
        bool expects_success = false;     ///< unless something else is said
        std::optional<Variable> value{};  ///< what `let` keeps, if it is not a reply's bytes
    };
    using Command = Result<Done, std::string> (Stage::*)(TokenReader&);
    static Command find(const std::string& word);

    Result<Done, std::string> canister(TokenReader& tokens);
    Result<Done, std::string> install(TokenReader& tokens);
    Result<Done, std::string> reinstall(TokenReader& tokens);
    Result<Done, std::string> upgrade(TokenReader& tokens);
    Result<Done, std::string> update(TokenReader& tokens);
    Result<Done, std::string> query(TokenReader& tokens);
    Result<Done, std::string> composite(TokenReader& tokens);
    Result<Done, std::string> call(TokenReader& tokens);
    Result<Done, std::string> ask(TokenReader& tokens);
    Result<Done, std::string> stop(TokenReader& tokens);
    Result<Done, std::string> start(TokenReader& tokens);
    Result<Done, std::string> uninstall(TokenReader& tokens);
    Result<Done, std::string> remove(TokenReader& tokens);
    Result<Done, std::string> as(TokenReader& tokens);
    Result<Done, std::string> manage(TokenReader& tokens);
    Result<Done, std::string> inquire(TokenReader& tokens);
    Result<Done, std::string> balance(TokenReader& tokens);
    Result<Done, std::string> await(TokenReader& tokens);
    Result<Done, std::string> poll(TokenReader& tokens);
    Result<Done, std::string> tick(TokenReader& tokens);
    Result<Done, std::string> advance(TokenReader& tokens);
    Result<Done, std::string> cycles(TokenReader& tokens);
    Result<Done, std::string> capacity(TokenReader& tokens);
    Result<Done, std::string> http(TokenReader& tokens);
    Result<Done, std::string> version(TokenReader& tokens);
    Result<Done, std::string> status(TokenReader& tokens);
    Result<Done, std::string> heap(TokenReader& tokens);
    Result<Done, std::string> stable(TokenReader& tokens);
    Result<Done, std::string> module_hash(TokenReader& tokens);
    Result<Done, std::string> time(TokenReader& tokens);

    Result<void, std::string> module(const std::string& text);
    Result<void, std::string> let(TokenReader& tokens);
    Result<void, std::string> send(TokenReader& tokens);
    Result<void, std::string> times(const Statement& statement);
    Result<void, std::string> contexts(const std::string& text);
    Result<Done, std::string> run_command(TokenReader& tokens);

    Result<Principal, std::string> principal(TokenReader& tokens);
    Result<u64, std::string> duration_ns(TokenReader& tokens);
    /// A call as `update`, `call` and `manage` have it.
    struct Target {
        Principal canister;
        std::string method;
        ByteVector argument;
    };
    Result<Target, std::string> target(const std::string& command, TokenReader& tokens);
    Result<ByteVector, std::string> module_named(TokenReader& tokens);
    Result<Done, std::string> install_code(const Principal& id, InstallMode mode,
                                           TokenReader& tokens);
    Result<Done, std::string> of_status(TokenReader& tokens,
                                        std::string (*what)(const CanisterStatus&));
    Result<ByteVector, std::string> candid(TokenReader& tokens, const std::string& method);
    Result<Done, std::string> call_of(const std::string& command, TokenReader& tokens);
    Result<Outcome, std::string> create(TokenReader& tokens, Principal& id);

    std::string cycles_ = "free";
    SubnetCapacity capacity_;
    World world_;
    Variables variables_;
    std::map<std::string, ByteVector> modules_;
    std::map<std::string, MessageId> messages_;  ///< that were sent
    std::map<std::string, Target> sent_;
};

}  // namespace icvm::replica::scenarios
