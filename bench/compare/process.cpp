#include "bench/compare/process.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace icvm::bench {
namespace {

constexpr size_t output_max = 64 << 10;

[[noreturn]] void become(const std::vector<std::string>& command, int output, u32 cpu_seconds_max) {
    std::vector<char*> arguments;
    for (const std::string& argument : command)
        arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    const rlimit limit{cpu_seconds_max, cpu_seconds_max};
    setrlimit(RLIMIT_CPU, &limit);
    if (const int nothing = open("/dev/null", O_RDONLY); nothing >= 0) dup2(nothing, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    execv(arguments[0], arguments.data());
    _exit(127);
}

std::string read_all(int file) {
    std::string all;
    char part[4096];
    for (ssize_t count; (count = read(file, part, sizeof part)) > 0;)
        if (all.size() < output_max) all.append(part, size_t(count));
    return all;
}

double milliseconds(const timeval& time) {
    return double(time.tv_sec) * 1e3 + double(time.tv_usec) / 1e3;
}

}  // namespace

Finished run_process(const std::vector<std::string>& command, u32 cpu_seconds_max) {
    Finished finished;
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return finished;
    const pid_t child = fork();
    if (child == 0) become(command, ends[1], cpu_seconds_max);
    close(ends[1]);
    if (child > 0) {
        finished.output = read_all(ends[0]);
        int status = 0;
        rusage usage{};
        wait4(child, &status, 0, &usage);
        finished.well = WIFEXITED(status) && WEXITSTATUS(status) == 0;
        finished.cpu_ms = milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime);
        if (WIFSIGNALED(status)) {
            const bool spent = WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL;
            finished.output = spent ? "took too long" : "crashed";
        }
    }
    close(ends[0]);
    return finished;
}

}  // namespace icvm::bench
