/// Seeds for the fuzzers from scripts of the official suite, by their content:
///
///     seeds DIRECTORY FILE.wast…
///
/// modules go to DIRECTORY/module, /execution (binary) and /wat (text), scripts to /script. A seed
/// has at most seed_bytes_max, for long ones are slow to mutate.

#include <fmt/core.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "vm/script/script.hpp"
#include "vm/text/parser.hpp"

namespace icvm::seeds {
namespace {

constexpr size_t seed_bytes_max = 4096;

class Directory {
public:
    explicit Directory(std::string path) : path_(std::move(path)) {}

    void add(const char* kind, Bytes content) {
        if (content.empty() || content.size() > seed_bytes_max) return;
        const std::filesystem::path folder = std::filesystem::path(path_) / kind;
        std::filesystem::create_directories(folder);
        std::ofstream(folder / fmt::format("{:016x}", hash(content)), std::ios::binary)
            .write(reinterpret_cast<const char*>(content.data()), std::streamsize(content.size()));
    }

private:
    static u64 hash(Bytes content) {  // FNV-1a
        u64 value = 0xCBF2'9CE4'8422'2325;
        for (const u8 byte : content) value = (value ^ byte) * 0x0000'0100'0000'01B3;
        return value;
    }
    std::string path_;
};

void add_module(Directory& seeds, const vm::ScriptModule& module) {
    ByteVector bytes = module.bytes;
    if (module.form != vm::ScriptModule::Form::binary) {
        seeds.add("wat", bytes_of(module.text));
        auto parsed = vm::parse_module(module.text);
        if (!parsed) return;
        bytes = std::move(parsed->bytes);
    }
    for (const char* kind : {"module", "execution", "wat"}) seeds.add(kind, bytes);
}

/// False: it is no script.
bool add_script(Directory& seeds, const char* path) {
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    seeds.add("script", bytes_of(text));
    const auto script = vm::parse_script(text);
    if (!script) return false;
    for (const vm::Command& command : *script)
        if (command.module) add_module(seeds, *command.module);
    return true;
}

}  // namespace
}  // namespace icvm::seeds

int main(int count, char** arguments) {
    if (count < 3) {
        fmt::print(stderr, "usage: seeds DIRECTORY FILE.wast...\n");
        return 2;
    }
    icvm::seeds::Directory seeds(arguments[1]);
    for (int i = 2; i < count; i++)
        if (!icvm::seeds::add_script(seeds, arguments[i]))
            fmt::print(stderr, "{}: no script\n", arguments[i]);
}
