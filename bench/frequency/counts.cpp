#include "bench/frequency/counts.hpp"

#include <algorithm>
#include <cstdio>
#include <map>

#include "vm/assign/shape.hpp"
#include "vm/exec/dispatch.hpp"

namespace icvm::bench {
namespace {

using namespace vm;

constexpr size_t rows_max = 60;
constexpr u32 nowhere = ~u32(0);

/// What a handler's address tells.
struct Known {
    Operation operation = Operation::none;
    Place places[FormTable::operands_max] = {};  ///< of its operands
};

/// By the handler's address: all forms of all operations.
std::unordered_map<Cell, Known> all_known() {
    std::unordered_map<Cell, Known> rows;
    for (size_t n = 0; n < operation_count; n++) {
        Known row{.operation = Operation(n)};
        rows.emplace(Cell(handler_table()[n]), row);
        const FormTable& forms = form_tables()[n];
        u32 count = forms.handlers == nullptr ? 0 : 1;
        for (const File file : forms.files) count *= places_of(file);
        for (u32 form = 0; form < count; form++) {
            u32 rest = form;
            for (u32 i = FormTable::operands_max; i-- > 0; rest /= places_of(forms.files[i]))
                row.places[i] = place_in(forms.files[i], rest % places_of(forms.files[i]));
            if (forms.handlers[form] != nullptr) rows.emplace(Cell(forms.handlers[form]), row);
        }
    }
    return rows;
}

// A key: three operations of 16 bits, the newest lowest (none: what ran before stands elsewhere);
// then 3 bits each of the newest and the one before: which of its a, b, c was the last result.
constexpr u64 none = u64(Operation::none);
constexpr u32 links_at = 48;

Counts counts;
struct {
    const Cell* end = nullptr;  ///< of the last instruction
    u64 key = 0;
    u32 result = nowhere;  ///< where it is
} last;

void count(const Registers& registers, const Known& row) {
    const Shape& shape = shape_of(row.operation);
    u64 links = 0;
    u32 result = nowhere;
    for (u32 n = 0; n < shape.operands; n++) {
        const Place place = row.places[n];
        const u32 at = place == Place::slot ? place_count + field16(registers, n) : u32(place);
        if (shape.writes(n))
            result = at;
        else if (at == last.result)
            links |= u64(1) << (n - (shape.writes(0) ? 1 : 0));
    }
    const u64 before = (last.key << 16 & ((u64(1) << links_at) - 1)) |
                       (last.key >> links_at & 7) << (links_at + 3) | links << links_at;
    const bool follows = registers.pc == last.end;
    last = {registers.pc + shape.cells,
            (follows ? before : none << 32 | none << 16) | u64(row.operation), result};
    counts[last.key]++;
}

Operation operation_of(u64 key, u32 age) { return Operation(u16(key >> 16 * age)); }

/// Without the operations older than the newest `length`, and their links.
u64 newest(u64 key, u32 length) {
    const u64 links = (u64(1) << 3 * (length - 1)) - 1;
    return key & (links << links_at | ((u64(1) << 16 * length) - 1));
}

std::string name(u64 key, u32 length) {
    std::string text(to_string(operation_of(key, length - 1)));
    for (u32 age = length - 1; age-- > 0;) {
        std::string read;
        for (u32 n = 0; n < 3; n++)
            if ((key >> (links_at + 3 * age + n) & 1) != 0) read += char('a' + n);
        text += read.empty() ? " ; " : " →" + read + " ";
        text += to_string(operation_of(key, age));
    }
    return text;
}

}  // namespace

Counts take_counts() { return std::exchange(counts, {}); }

std::string table(const std::string& title, const std::vector<Counts>& programs) {
    std::string text = "## " + title + "\n";
    for (u32 length = 1; length <= 3; length++) {
        std::map<u64, double> shares;
        for (const Counts& program : programs) {
            u64 total = 0;
            for (const auto& [key, count] : program) total += count;
            for (const auto& [key, count] : program)
                if (operation_of(key, length - 1) != Operation::none)
                    shares[newest(key, length)] += double(count) / double(total);
        }
        std::vector<std::pair<double, u64>> rows;
        for (const auto& [key, share] : shares) rows.emplace_back(share, key);
        std::ranges::sort(rows, std::greater<>{});
        rows.resize(std::min(rows.size(), rows_max));
        text += "\n| % | instructions |\n|---|---|\n";
        for (const auto& [share, key] : rows) {
            char number[32];
            std::snprintf(number, sizeof number, "%.2f", 100 * share / double(programs.size()));
            text += "| " + std::string(number) + " | " + name(key, length) + " |\n";
        }
    }
    return text + "\n";
}

}  // namespace icvm::bench

void icvm::vm::count_dispatch(const Registers& registers) {
    static const auto rows = bench::all_known();
    bench::count(registers, rows.at(*registers.pc));
}
