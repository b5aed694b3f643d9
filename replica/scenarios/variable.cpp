#include "replica/scenarios/variable.hpp"

#include <algorithm>
#include <cctype>

#include "replica/scenarios/candid_text.hpp"

namespace icvm::replica::scenarios {

std::string digits(u128 number) {
    std::string text;
    do text += char('0' + u8(number % 10));
    while ((number /= 10) != 0);
    std::reverse(text.begin(), text.end());
    return text;
}

std::string Variable::text() const {
    if (kind == Kind::principal) return Principal::from_bytes(bytes).value_or(Principal()).text();
    if (kind == Kind::number) return digits(number);
    return std::string(text_of(bytes));
}

ByteVector Variable::as_bytes() const {
    if (kind != Kind::number) return bytes;
    const std::string written = digits(number);
    return {written.begin(), written.end()};
}

Result<std::string, std::string> substitute(const std::string& text, const Variables& variables,
                                            bool candid) {
    std::string result;
    for (size_t i = 0; i < text.size(); i++) {
        if (text[i] != '$') {
            result += text[i];
            continue;
        }
        size_t end = i + 1;
        while (end < text.size() && (std::isalnum(u8(text[end])) != 0 || text[end] == '_')) end++;
        const auto found = variables.find(text.substr(i + 1, end - i - 1));
        if (found == variables.end())
            return std::unexpected("no variable " + text.substr(i, end - i));
        const Variable& value = found->second;
        const bool bytes = value.kind == Variable::Kind::bytes;
        result += candid && bytes ? escaped(value.bytes) : value.text();
        i = end - 1;
    }
    return result;
}

}  // namespace icvm::replica::scenarios
