#include "vm/exec/backtrace.hpp"

#include "vm/exec/unwind.hpp"

namespace icvm::vm {

namespace {

const CompiledModule& module_of_instance(const Instance& instance) {
    return *static_cast<const CompiledModule*>(instance.code_owner.get());
}

TrapFrame frame_at(const CompiledModule& compiled, const Cell* cell, bool at_entry) {
    const CompiledFunction& code = compiled.code->function_at(cell);
    const auto site = at_entry ? code.entry_site_at(cell) : code.site_at(cell);
    const u32 function = code.function();
    TrapFrame frame{function, {}, site ? site->offset : 0};
    if (function < compiled.module.function_names.size())
        frame.name = std::string(compiled.module.function_names[function]);
    return frame;
}

}  // namespace

i64 position_at(const Registers& registers) {
    const ModuleCode& code = *module_of_instance(*registers.instance).code;
    const auto site = code.function_at(registers.pc).site_at(registers.pc);
    return site ? site->position : 0;
}

void collect_frames(const Registers& registers, ControlEntry* bottom, bool at_entry, Trap& trap) {
    FrameCursor frame(registers, bottom);
    do {
        if (trap.frames.size() == backtrace_frames_max) {
            trap.frames_cut = true;
            return;
        }
        trap.frames.push_back(frame_at(frame.compiled(), frame.cell(), at_entry));
        at_entry = false;
    } while (frame.go_to_caller());
}

}  // namespace icvm::vm
