#include "cli/module_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "cli/input.hpp"
#include "cli/module_source.hpp"
#include "cli/number.hpp"
#include "cli/spelling.hpp"

namespace icvm::cli {

namespace candid = replica::candid;

Service service_of(const replica::ModuleInfo& info) {
    if (info.candid.empty()) return nullptr;
    auto service = candid::parse_description(info.candid, info.candid_init);
    return service ? *service : nullptr;
}

namespace {

Problem no_module(const std::string& path, Bytes bytes, const replica::Reject& reject) {
    const bool too_large = reject.message.find("exceeds the maximum") != std::string::npos;
    const std::string next = too_large ? "" : advice_for(bytes);
    Problem problem =
        file_problem(fmt::format("{} is not a module: {}", path, reject.message), next);
    problem.diagnostic.code = replica::to_string(reject.error);
    problem.reason = reject.message;
    return problem;
}

}  // namespace

Result<ModuleFile, Problem> read_module(const std::string& path) {
    auto source = read_source(path);
    if (!source) {
        if (path != "-" && access(path.c_str(), F_OK) != 0)
            add_note(source.error(), "next", "ls *.wasm *.wat");
        return std::unexpected(std::move(source.error()));
    }
    const ByteVector& bytes = source->module.bytes;
    auto info = replica::inspect_module(bytes);
    if (!info) return std::unexpected(no_module(path, bytes, info.error()));
    Service service = service_of(*info);
    return ModuleFile{path, std::move(*source), std::move(*info), std::move(service)};
}

Done check_canister(const ModuleFile& module) {
    const replica::ModuleInfo& info = module.info;
    if (info.refusal.empty()) return {};
    std::string place, quote;
    if (module.source.is_text() && info.refusal_offset) {
        const vm::Position position = position_of(module.source.module, *info.refusal_offset);
        place = place_name(module.source, position);
        quote = quote_of(module.source, position);
    }
    Problem problem = file_problem(fmt::format("{} cannot be a canister: {}",
                                               place.empty() ? module.path : place, info.refusal));
    problem.diagnostic.code = replica::to_string(replica::ErrorCode::canister_invalid_wasm);
    problem.reason = info.refusal;
    problem.place = place;
    problem.quote = quote;
    add_note(problem, "next",
             info.is_switched_off
                 ? "do without it: mainnet has it switched off (`icvm wasm` has no such limit)"
                 : "icvm inspect " + shell_word(module.path));
    return std::unexpected(std::move(problem));
}

Result<std::string, Problem> find_module(const std::string& name, const std::string& remembered) {
    const std::string dfx = ".dfx/local/canisters/" + name + "/" + name + ".wasm";
    const std::array candidates{remembered,     dfx + ".gz",       dfx,
                                name + ".wasm", name + ".wasm.gz", name + ".wat"};
    std::string looked;
    for (const std::string& candidate : candidates) {
        if (candidate.empty()) continue;
        if (access(candidate.c_str(), F_OK) == 0) return candidate;
        looked += looked.empty() ? candidate : ", " + candidate;
    }
    return std::unexpected(
        file_problem(fmt::format("no module for {}; looked for {}", name, looked),
                     fmt::format("icvm install {} FILE.wasm", name)));
}

std::string summary_of(const replica::ModuleInfo& info) {
    std::string traits = info.memory64 ? "wasm64" : "wasm32";
    if (info.enhanced_persistence) traits = "enhanced persistence, " + traits;
    if (info.gzip) traits += ", gzip";
    const std::string what =
        info.compiler.empty() ? traits : fmt::format("{} ({})", info.compiler, traits);
    return fmt::format("{}  {}  hash {}", what, short_size(info.wasm_bytes), short_hash(info.hash));
}

std::string_view to_string(replica::ExportKind kind) {
    switch (kind) {
        case replica::ExportKind::update: return "update";
        case replica::ExportKind::query: return "query";
        case replica::ExportKind::composite_query: return "composite_query";
    }
    return "";
}

namespace {

struct MethodLine {
    std::string name, signature;  ///< signature: "(nat) -> () query", or the kind alone
};

/// The exported methods: first those of the interface, in its order.
std::vector<MethodLine> method_table(const replica::ModuleInfo& info, const Service& service) {
    const auto exported = [&](const std::string& name) {
        return std::ranges::any_of(info.methods, [&](const auto& m) { return m.first == name; });
    };
    std::vector<MethodLine> lines;
    if (service != nullptr)
        for (const auto& method : candid::methods(*service))
            if (exported(method.name)) lines.push_back({method.name, method.signature});
    for (const auto& [name, kind] : info.methods) {
        if (name.starts_with("__motoko_") || name.starts_with("@motoko_")) continue;
        if (std::ranges::none_of(lines, [&](const auto& line) { return line.name == name; }))
            lines.push_back({name, std::string(to_string(kind))});
    }
    return lines;
}

}  // namespace

std::string methods_to_try(const replica::ModuleInfo& info, const Service& service) {
    std::string update, query;
    for (const auto& [name, signature] : method_table(info, service)) {
        if (service != nullptr && !signature.starts_with("()")) continue;
        std::string& first = signature.ends_with("query") ? query : update;
        if (first.empty() && name.find(' ') == std::string::npos) first = name;
    }
    return update.empty() || query.empty() ? update + query : update + " " + query;
}

std::vector<std::string> method_lines(const replica::ModuleInfo& info, const Service& service) {
    constexpr size_t align_max = 24;
    const auto table = method_table(info, service);
    size_t width = 0;
    for (const auto& line : table) width = std::max(width, std::min(line.name.size(), align_max));
    std::vector<std::string> lines;
    for (const auto& [name, signature] : table)
        lines.push_back(fmt::format("  {:<{}} : {}", name, width, signature));
    return lines;
}

std::string methods_json(const replica::ModuleInfo& info, const Service& service) {
    JsonArray array;
    for (const auto& [name, kind] : info.methods) {
        JsonObject method;
        method.add("name", name);
        method.add("kind", to_string(kind));
        if (service != nullptr)
            if (const auto description = candid::find_method(*service, name))
                method.add("signature", description->signature);
        array.add_json(method.text());
    }
    return array.text();
}

Result<ByteVector, Problem> encode(const std::string& text, const Service& service,
                                   const std::string* method) {
    auto bytes = candid::encode_arguments(text, service.get(), method);
    if (bytes) return std::move(*bytes);
    const candid::ValueError& error = bytes.error();
    std::string where = method == nullptr ? "the init arguments" : "the arguments of " + *method;
    if (error.line != 0) where += fmt::format(" (line {}, column {})", error.line, error.column);
    std::string next;
    if (service != nullptr && method == nullptr)
        next = "the module expects " + candid::init_signature(*service);
    else if (service != nullptr)
        if (const auto description = candid::find_method(*service, *method))
            next = *method + " : " + description->signature;
    return std::unexpected(
        file_problem(fmt::format("{}: {}", where, error.message), std::move(next)));
}

namespace {

enum class Format : u8 { candid, hex, bin };

Result<Format, Problem> argument_format(const Invocation& invocation) {
    std::string given = "candid";
    for (const char* option : {"type", "argument-type", "args-format"})
        if (const auto value = invocation.value(option)) given = *value;
    if (given == "candid" || given == "idl") return Format::candid;
    if (given == "hex" || given == "raw") return Format::hex;  // raw: dfx's word for hex
    if (given == "bin") return Format::bin;
    return std::unexpected(
        usage_problem(fmt::format("--args-format is one of candid, hex, bin, not `{}`", given),
                      invocation.command));
}

}  // namespace

Result<ArgumentText, Problem> read_arguments(const Context& context, const std::string* operand) {
    const Invocation& invocation = context.invocation;
    const Format format = TRY(argument_format(invocation));
    std::optional<std::string> text;
    std::string origin = "ARGS";
    int sources = 0;
    if (operand != nullptr) {
        text = *operand;
        sources++;
    }
    if (const auto value = invocation.value("argument")) {
        text = *value;
        sources++;
    }
    for (const char* option : {"args-file", "argument-file"}) {
        const auto path = invocation.value(option);
        if (!path) continue;
        text = std::string(text_of(TRY(read_file(*path))));
        origin = *path;
        sources++;
    }
    if (sources > 1)
        return std::unexpected(usage_problem("the arguments are given twice", invocation.command));
    ArgumentText arguments;
    if (!text) return arguments;
    if (format == Format::candid) arguments.candid = std::move(*text);
    if (format == Format::bin) arguments.bytes = ByteVector(text->begin(), text->end());
    if (format == Format::hex) {
        arguments.bytes = bytes_from_hex(*text);
        if (!arguments.bytes)
            return std::unexpected(
                file_problem(fmt::format("{}: these are no hex digits", origin)));
    }
    return arguments;
}

Result<ByteVector, Problem> encode(const ArgumentText& arguments, const Service& service,
                                   const std::string* method) {
    if (arguments.bytes) return *arguments.bytes;
    return encode(arguments.candid.value_or("()"), service, method);
}

}  // namespace icvm::cli
