#include "cli/management.hpp"

#include <fmt/format.h>

namespace icvm::cli {

Result<replica::Reply, Problem> perform(Context& context, Session& session, const Target& target,
                                        const ManagementCall& call) {
    const ByteVector argument =
        TRY(encode(call.argument, replica::management_interface(), &call.method));
    context.progress.start(target.name + " " + call.method);
    auto reply = session.replica.update({replica::Principal(), call.method, argument});
    context.progress.clear();
    if (!reply) {
        Deed deed{.name = target.name,
                  .who = target.who,
                  .what = call.method,
                  .state = "unchanged",
                  .did = call.failed};
        deed.next.push_back("icvm explain " + replica::to_string(reply.error().reject.error));
        return std::unexpected(problem_of(reply.error(), deed));
    }
    context.terminal.log(reply->receipt.log);
    return std::move(*reply);
}

std::string candid_text(std::string_view text) {
    std::string out = "\"";
    for (const char character : text) {
        const u8 byte = u8(character);
        if (byte < 0x20 || byte == 0x7F || character == '"' || character == '\\')
            out += fmt::format("\\u{{{:x}}}", byte);
        else
            out += character;
    }
    return out + "\"";
}

std::string candid_blob(Bytes bytes) {
    std::string out = "blob \"";
    for (const u8 byte : bytes) out += fmt::format("\\{:02x}", byte);
    return out + "\"";
}

std::string candid_principal(const replica::Principal& principal) {
    return "principal \"" + principal.text() + "\"";
}

}  // namespace icvm::cli
