#include "vm/exec/signals.hpp"

#include <signal.h>
#include <ucontext.h>

#include <algorithm>
#include <cerrno>
#include <mutex>
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

struct Landing {
    u64 instruction;
    u64 landing;
};

/// Sorted by instruction; written once, before the handler is installed. Template instances may be
/// duplicated by inlining: each copy has its own row.
std::vector<Landing>& landings() {
    static std::vector<Landing>& the_landings = *new std::vector<Landing>;
    return the_landings;
}

u64 absolute(const i32& field) { return reinterpret_cast<u64>(&field) + u64(i64(field)); }

void read_fault_table() {
    for (const FaultRow* row = __start_icvm_faults; row != __stop_icvm_faults; row++)
        landings().push_back({absolute(row->instruction), absolute(row->landing)});
    std::ranges::sort(landings(), {}, &Landing::instruction);
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
    const auto found = std::ranges::lower_bound(landings(), instruction, {}, &Landing::instruction);
    return found != landings().end() && found->instruction == instruction ? found->landing : 0;
}

}  // namespace icvm::vm
