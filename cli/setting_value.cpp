#include "cli/setting_value.hpp"

#include <fmt/format.h>

#include "cli/moment.hpp"
#include "cli/number.hpp"

namespace icvm::cli {
namespace {

constexpr u64 ns_per_s = 1'000'000'000;

struct Suffix {
    SettingUnit unit;
    std::string_view text;
    u128 factor;
};
constexpr Suffix suffixes[] = {
    {SettingUnit::bytes, "KiB", 1u << 10},
    {SettingUnit::bytes, "MiB", 1u << 20},
    {SettingUnit::bytes, "GiB", 1u << 30},
    {SettingUnit::bytes, "TiB", u64(1) << 40},
    {SettingUnit::bytes, "kB", 1000},
    {SettingUnit::bytes, "MB", 1'000'000},
    {SettingUnit::bytes, "GB", 1'000'000'000},
    {SettingUnit::bytes, "TB", 1'000'000'000'000},
    {SettingUnit::bytes, "B", 1},
    {SettingUnit::cycles, "k", 1000},
    {SettingUnit::cycles, "M", 1'000'000},
    {SettingUnit::cycles, "B", 1'000'000'000},
    {SettingUnit::cycles, "T", 1'000'000'000'000},
    {SettingUnit::percent, "%", 1},
    {SettingUnit::seconds, "d", 86'400},
    {SettingUnit::seconds, "h", 3600},
    {SettingUnit::seconds, "m", 60},
    {SettingUnit::seconds, "s", 1},
};

/// "1.5" times the factor; nothing when that is no whole number.
std::optional<u128> multiple(std::string_view text, u128 factor) {
    const size_t point = text.find('.');
    const auto whole = number_from_text(text.substr(0, point));
    if (!whole || *whole > ~u128(0) / factor) return std::nullopt;
    if (point == std::string_view::npos) return *whole * factor;
    const std::string_view digits = text.substr(point + 1);
    const auto parts = number_from_text(digits);
    constexpr size_t digits_max = 18;
    if (!parts || digits.size() > digits_max) return std::nullopt;
    u128 scale = 1;
    for (const char c : digits) scale *= c == '_' ? 1 : 10;
    const u128 rest = *parts * factor;
    if (rest % scale != 0 || *whole * factor > ~u128(0) - rest / scale) return std::nullopt;
    return *whole * factor + rest / scale;
}

}  // namespace

std::optional<u128> amount_from_text(SettingUnit unit, std::string_view text) {
    if (const auto number = number_from_text(text)) return number;
    for (const Suffix& suffix : suffixes) {
        if (suffix.unit != unit || !text.ends_with(suffix.text)) continue;
        const auto amount =
            multiple(text.substr(0, text.size() - suffix.text.size()), suffix.factor);
        if (amount) return amount;
    }
    if (unit != SettingUnit::seconds) return std::nullopt;
    const auto ns = duration_from_text(text);
    return ns && *ns % ns_per_s == 0 ? std::optional<u128>(*ns / ns_per_s) : std::nullopt;
}

std::string amount_text(SettingUnit unit, u128 amount) {
    const std::string number = grouped(amount);
    switch (unit) {
        case SettingUnit::percent: return number + " %";
        case SettingUnit::bytes: return number + " bytes";
        case SettingUnit::seconds:
            if (amount < 60 || amount > moment_max_ns / ns_per_s) return number + " s";
            return fmt::format("{} s ({})", number, duration_text(u64(amount) * ns_per_s));
        default: return number;
    }
}

std::string setting_text(SettingUnit unit, u128 amount) { return amount_text(unit, amount); }

std::string setting_text(SettingUnit, const std::vector<replica::Principal>& principals) {
    std::string text;
    for (const auto& principal : principals) text += (text.empty() ? "" : ",") + principal.text();
    return text.empty() ? "none" : text;
}

std::string setting_text(SettingUnit unit, const replica::Visibility& visibility) {
    using Kind = replica::Visibility::Kind;
    if (visibility.kind == Kind::controllers) return "controllers";
    if (visibility.kind == Kind::everyone) return "public";
    return setting_text(unit, visibility.viewers);
}

Result<std::vector<replica::Principal>, Problem> principals_from_text(Context& context,
                                                                      const Session& session,
                                                                      std::string_view text) {
    std::vector<replica::Principal> principals;
    while (!text.empty()) {
        const std::string word(text.substr(0, text.find(',')));
        text.remove_prefix(std::min(text.size(), word.size() + 1));
        if (word == "anonymous") {
            principals.push_back(replica::Principal::anonymous());
        } else if (const auto id = session.replica.find_by_name(word)) {
            principals.push_back(*id);
        } else if (const auto principal = replica::Principal::from_text(word)) {
            principals.push_back(*principal);
        } else {
            return std::unexpected(
                usage_problem(fmt::format("`{}` is neither a principal nor a canister", word),
                              context.invocation.command));
        }
    }
    return principals;
}

}  // namespace icvm::cli
