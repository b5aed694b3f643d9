#include "vm/exec/backtrace.hpp"

#include "vm/exec/calls.hpp"
#include "vm/exec/compiled_module.hpp"

namespace icvm::vm {

namespace {

const CompiledModule& module_of_instance(const Instance& instance) {
    return *static_cast<const CompiledModule*>(instance.code_owner.get());
}

TrapFrame frame_at(const CompiledModule& compiled, const Cell* cell) {
    const u32 function = u32(compiled.module.imported_functions + compiled.code.function_at(cell));
    const Site* site = compiled.code.site_at(cell);
    TrapFrame frame{function, {}, site ? site->offset : 0};
    if (function < compiled.module.function_names.size())
        frame.name = std::string(compiled.module.function_names[function]);
    return frame;
}

}  // namespace

i64 position_at(const Registers& registers) {
    const Site* site = module_of_instance(*registers.instance).code.site_at(registers.pc);
    return site ? site->position : 0;
}

void collect_frames(const Registers& registers, const ControlEntry* bottom, Trap& trap) {
    const CompiledModule* compiled = &module_of_instance(*registers.instance);
    const Cell* cell = registers.pc;
    const ControlEntry* entry = registers.control - 1;
    for (;;) {
        if (trap.frames.size() == backtrace_frames_max) {
            trap.frames_cut = true;
            return;
        }
        trap.frames.push_back(frame_at(*compiled, cell));
        if (entry <= bottom || entry->pc == finish_cell()) return;
        if (entry->pc == restore_instance_cell()) {
            entry--;
            compiled = &module_of_instance(*entry->instance);
        }
        if (entry->pc == finish_cell()) return;
        cell = entry->pc - 1;  // in the call, which precedes where it returns to
        entry--;
    }
}

}  // namespace icvm::vm
