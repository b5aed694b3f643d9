#pragma once

#include "replica/simulator/cast.hpp"

namespace icvm::replica::simulator {

/// Operations of the universal canister.
enum class Operation : u8 {
#define OPERATION(name, operands) name,
#include "replica/scenarios/universal/operations.def"
};

/// As what a program runs: it decides what makes sense there.
enum class Role : u8 { message, callback, cleanup, task, query, composite_query, initialization };

/// Lines that begin so are printed to tell what runs (see Coverage); the rest is its name.
inline constexpr std::string_view note_mark = "~";

/// Writes random programs of the universal canister, which call other canisters with programs.
class ProgramWriter {
public:
    ProgramWriter(Random& random, const Cast& cast) : random_(random), cast_(cast) {}

    ByteVector program(Role role);

private:
    ByteVector program(Role role, u32 depth, std::string_view note = "");
    void step(Role role, u32 depth);
    void keep_something();
    void move_cycles();
    void set_up(u32 depth);
    void set_program(Operation operation, ByteVector program);
    void set_timer(u32 depth);
    void call(Role role, u32 depth);
    void perform_call(const RandomCall& made, Role role, u32 depth, bool best_effort);
    void attach(u64 needed, bool best_effort);
    void answer();
    void stop_short();
    RandomCall random_call(Role role, u32 depth, bool best_effort);
    ByteVector nested(Role role, u32 depth, std::string_view note);
    /// What `write` puts.
    template <class Write>
    ByteVector apart(Write write);

    void put(Operation operation) { code_.push_back(u8(operation)); }
    void put_integer(u64 integer);
    void put_bytes(Bytes bytes);
    void put_note(std::string_view note);
    u128 cycles();

    Random& random_;
    const Cast& cast_;
    ByteVector code_;
    u32 calls_left_ = 0;
};

}  // namespace icvm::replica::simulator
