#include "vm/exec/signals.hpp"

#include <signal.h>
#include <ucontext.h>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <span>
#include <type_traits>
#include <vector>

#include "vm/base/check.hpp"
#include "vm/runtime/faults.hpp"

namespace icvm::vm {

namespace {

struct FaultRow {
    i32 instruction;  ///< relative to this field's own address
    i32 landing;      ///< likewise
};

}  // namespace

// The linker makes these where the section exists; weak, so that a program without it links.
extern "C" [[gnu::weak, gnu::visibility("hidden")]] const FaultRow __start_icvm_faults[];
extern "C" [[gnu::weak, gnu::visibility("hidden")]] const FaultRow __stop_icvm_faults[];

namespace {

/// Rows in the order of their instructions; written once, before the handler is installed. The
/// compiler writes rows as it writes code: there are two runs, and to sort the rows would take a
/// third of what a process executes before it does anything. Template instances may be duplicated
/// by inlining: each copy has its own row.
std::vector<std::span<const FaultRow>>& runs() {
    static auto& the_runs = *new std::vector<std::span<const FaultRow>>;
    return the_runs;
}

u64 absolute(const i32& field) { return reinterpret_cast<u64>(&field) + u64(i64(field)); }

u64 instruction_of(const FaultRow& row) { return absolute(row.instruction); }

void read_fault_table() {
    std::span<const FaultRow> rows(__start_icvm_faults, __stop_icvm_faults);
    while (!rows.empty()) {
        const auto end = std::ranges::is_sorted_until(rows, {}, instruction_of);
        runs().emplace_back(rows.begin(), end);
        rows = {end, rows.end()};
    }
}

auto& program_counter(void* context) {
    auto* const machine = &static_cast<ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
    return machine->gregs[REG_RIP];
#elif defined(__aarch64__)
    return machine->pc;
#else
#error "the program counter of this machine is not known here"
#endif
}

struct sigaction previous_segv;
struct sigaction previous_bus;

/// What is not ours goes to who was there before. The default action comes about by itself when
/// the instruction is tried again; a signal that somebody sent is sent again.
void hand_over(int signal, siginfo_t* info, void* context) {
    const struct sigaction& previous = signal == SIGSEGV ? previous_segv : previous_bus;
    if (previous.sa_flags & SA_SIGINFO) {
        previous.sa_sigaction(signal, info, context);
    } else if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) {
        previous.sa_handler(signal);
    } else {
        struct sigaction by_default = {};
        by_default.sa_handler = SIG_DFL;
        sigaction(signal, &by_default, nullptr);
        if (info->si_code <= 0) raise(signal);
    }
}

void on_fault(int signal, siginfo_t* info, void* context) {
    if (info->si_code > 0) {
        const int kept_errno = errno;
        auto& pc = program_counter(context);
        const u64 landing = find_landing(u64(pc));
        const u64 address = reinterpret_cast<u64>(info->si_addr);
        const FaultAnswer answer = answer_fault(address, landing != 0);
        errno = kept_errno;
        switch (answer) {
            case FaultAnswer::retry: return;
            case FaultAnswer::land:
                pc = static_cast<std::remove_reference_t<decltype(pc)>>(landing);
                return;
            case FaultAnswer::not_ours: break;
        }
    }
    hand_over(signal, info, context);
}

void install() {
    read_fault_table();
    struct sigaction action = {};
    action.sa_sigaction = on_fault;
    // A page source that is called by the handler may itself read a memory: no deferring.
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    sigemptyset(&action.sa_mask);
    CHECK(sigaction(SIGSEGV, &action, &previous_segv) == 0);
    CHECK(sigaction(SIGBUS, &action, &previous_bus) == 0);
    set_fault_handler_installed();
}

}  // namespace

void install_fault_handler() {
    static std::once_flag once;
    std::call_once(once, install);
}

u64 find_landing(u64 instruction) {
    for (const std::span<const FaultRow> run : runs()) {
        const auto found = std::ranges::lower_bound(run, instruction, {}, instruction_of);
        if (found != run.end() && instruction_of(*found) == instruction)
            return absolute(found->landing);
    }
    return 0;
}

}  // namespace icvm::vm
