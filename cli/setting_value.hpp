#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/session.hpp"

namespace icvm::cli {

/// How the value of a setting is read and shown.
enum class SettingUnit : u8 { principals, percent, bytes, seconds, cycles, visibility };

/// "30d" as seconds, "3GiB" as bytes, "5T" as cycles, or digits in each; nothing when it is none.
std::optional<u128> amount_from_text(SettingUnit unit, std::string_view text);
/// "2_592_000 s (30d)", "3_221_225_472 bytes".
std::string amount_text(SettingUnit unit, u128 amount);

/// As a setting shows it.
std::string setting_text(SettingUnit unit, u128 amount);
std::string setting_text(SettingUnit unit, const std::vector<replica::Principal>& principals);
std::string setting_text(SettingUnit unit, const replica::Visibility& visibility);

/// "PRINCIPAL,NAME,anonymous"; empty text is the empty list.
Result<std::vector<replica::Principal>, Problem> principals_from_text(Context& context,
                                                                      const Session& session,
                                                                      std::string_view text);

}  // namespace icvm::cli
