#include "cli/interruption.hpp"

#include <unistd.h>

#include <csignal>

#include "cli/problem.hpp"

namespace icvm::cli {
namespace {

volatile std::sig_atomic_t interrupts = 0;
volatile std::sig_atomic_t at_once = 0;

void on_interrupt(int) {
    if (interrupts != 0 || at_once != 0) _exit(exit_code::interrupted);
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
