#include "cli/interruption.hpp"

#include <unistd.h>

#include <csignal>
#include <ctime>

#include "cli/problem.hpp"

namespace icvm::cli {
namespace {

/// One Ctrl-C may come twice: to the process, and to the group that a wrapper put it in.
constexpr long echo_ms = 200;

volatile std::sig_atomic_t interrupts = 0;
volatile std::sig_atomic_t at_once = 0;
timespec first{};

long ms_since_first() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec - first.tv_sec) * 1000 + (now.tv_nsec - first.tv_nsec) / 1'000'000;
}

void on_interrupt(int) {
    if (at_once != 0) _exit(exit_code::interrupted);
    if (interrupts != 0) {
        if (ms_since_first() > echo_ms) _exit(exit_code::interrupted);
        return;
    }
    clock_gettime(CLOCK_MONOTONIC, &first);
    interrupts = 1;
}

}  // namespace

void catch_signals() {
    struct sigaction action{};
    action.sa_handler = on_interrupt;  // without SA_RESTART: a waiting read or lock returns
    sigaction(SIGINT, &action, nullptr);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, nullptr);
    sigaction(SIGXFSZ, &action, nullptr);
}

bool interrupted() { return interrupts != 0; }

void end_at_interrupt(bool wanted) { at_once = wanted ? 1 : 0; }

}  // namespace icvm::cli
