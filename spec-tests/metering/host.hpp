#pragma once

#include <deque>
#include <string>

#include "vm/test_metering.hpp"

namespace icvm::metering {

/// The functions that a module imports: of any name and type. Each tells what it is called with and
/// what the counter is, takes a fee and gives results made of its arguments; those of the System
/// API that canisters live by do what they should, as far as a canister goes on.
class Host {
public:
    std::vector<vm::Extern> imports(vm::Store& store, const vm::Module& module);

    /// Each call: its name, the counter when it began, its arguments.
    std::vector<std::string> calls;

private:
    struct Function {
        Host* host;
        std::string name;
        vm::FunctionType type;
    };
    static vm::HostOutcome call(void* context, vm::HostCall& call);
    /// False: it traps.
    bool answer(const Function& function, vm::HostCall& call);
    bool answer_stable(const Function& function, vm::HostCall& call);
    static bool copy(vm::HostCall& call, Bytes content);

    std::deque<Function> functions_;
    ByteVector stable_;
    u64 asked_ = 0;
};

}  // namespace icvm::metering
