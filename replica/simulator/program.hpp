#pragma once

#include "replica/base/principal.hpp"
#include "replica/simulator/random.hpp"
#include "vm/base/bytes.hpp"

namespace icvm::replica::simulator {

/// Operations of the universal canister.
enum class Operation : u8 {
#define OPERATION(name, operands) name,
#include "replica/scenarios/universal/operations.def"
};

/// A call that a random program, or a user, makes.
struct RandomCall {
    Principal callee;
    std::string method;
    ByteVector argument;
};

/// Whom and what programs may name.
struct Cast {
    std::vector<Principal> users;
    std::vector<Principal> canisters;
    std::vector<ByteVector> modules;  ///< to install; some are none
    u64 time_ns = 0;
};

/// As what a program runs: it decides what makes sense there.
enum class Role : u8 { message, callback, cleanup, task, query };

/// Writes random programs of the universal canister, which call other canisters with programs.
class ProgramWriter {
public:
    ProgramWriter(Random& random, const Cast& cast) : random_(random), cast_(cast) {}

    ByteVector program(Role role);
    /// A call to the management canister.
    RandomCall management_call();

private:
    ByteVector program(Role role, u32 depth);
    void step(Role role, u32 depth);
    void keep_something();
    void move_cycles();
    void set_up(u32 depth);
    void call(Role role, u32 depth);
    void attach();
    void answer();
    void stop_short();
    RandomCall random_call(Role role, u32 depth);
    ByteVector nested(Role role, u32 depth);

    void put(Operation operation) { code_.push_back(u8(operation)); }
    void put_integer(u64 integer);
    void put_bytes(Bytes bytes);

    Principal canister();
    u128 cycles();

    Random& random_;
    const Cast& cast_;
    ByteVector code_;
    u32 calls_left_ = 0;
};

}  // namespace icvm::replica::simulator
