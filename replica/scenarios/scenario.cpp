#include "replica/scenarios/scenario.hpp"

#include <algorithm>
#include <sstream>

namespace icvm::replica::scenarios {

namespace {

/// Whether a command ends with a line: follows its brackets and quotes.
class Balance {
public:
    void add(const std::string& line) {
        for (size_t i = 0; i < line.size(); i++) {
            const char character = line[i];
            if (quote_ != '\0') {
                if (character == '\\' && quote_ == '"') i++;
                if (character == quote_) quote_ = '\0';
            } else if (character == '"' || character == '`') {
                quote_ = character;
            } else if (character == '(' || character == '{') {
                depth_++;
            } else if (character == ')' || character == '}') {
                depth_--;
            }
        }
    }
    bool open() const { return depth_ > 0 || quote_ != '\0'; }

private:
    int depth_ = 0;
    char quote_ = '\0';
};

bool is_remark(const std::string& line) {
    const size_t first = line.find_first_not_of(" \t");
    return first == std::string::npos || line[first] == '#';
}

}  // namespace

Result<std::vector<Scenario>, std::string> parse_scenarios(const std::string& file,
                                                           const std::string& text) {
    std::vector<Scenario> scenarios;
    std::vector<Statement> preamble;
    std::istringstream lines(text);
    std::string line;
    const auto error = [&](u32 number, const std::string& reason) {
        return std::unexpected(file + ":" + std::to_string(number) + ": " + reason);
    };
    for (u32 number = 1; std::getline(lines, line); number++) {
        if (is_remark(line)) continue;
        if (line.starts_with("== ")) {
            const std::string title = line.substr(3);
            const auto same = [&](const Scenario& other) { return other.title == title; };
            if (std::any_of(scenarios.begin(), scenarios.end(), same))
                return error(number, "this title occurs above");
            scenarios.push_back({file, title, preamble});
            continue;
        }
        Statement statement{number, line};
        Balance balance;
        balance.add(line);
        while (balance.open()) {
            if (!std::getline(lines, line)) return error(statement.line, "it does not end");
            number++;
            balance.add(line);
            statement.text += "\n" + line;
        }
        (scenarios.empty() ? preamble : scenarios.back().statements).push_back(statement);
    }
    return scenarios;
}

}  // namespace icvm::replica::scenarios
