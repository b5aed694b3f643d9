#include "cli/http_answers.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "cli/input.hpp"

namespace icvm::cli {

Done give_http_answers(const Context& context, replica::Replica& replica) {
    const auto path = context.invocation.value("http");
    if (!path) return {};
    const ByteVector text = TRY(read_file(*path));
    const auto folder = std::filesystem::path(*path).parent_path();
    const auto read = [&](const std::string& name) -> Result<ByteVector, std::string> {
        auto bytes = read_file((folder / name).string());
        if (!bytes) return std::unexpected(bytes.error().reason);
        return std::move(*bytes);
    };
    auto answers = replica::parse_http_answers(*path, text_of(text), read);
    if (!answers)
        return std::unexpected(file_problem(
            fmt::format("{}:{}: {}", *path, answers.error().line, answers.error().message),
            "icvm help http"));
    replica.set_http_answers(std::move(*answers));
    return {};
}

}  // namespace icvm::cli
