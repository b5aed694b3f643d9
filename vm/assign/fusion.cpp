#include "vm/assign/fusion.hpp"

#include <algorithm>
#include <array>

#include "vm/base/check.hpp"
#include "vm/code/metering.hpp"

namespace icvm::vm {

/// A row of pairs.def.
struct PairRow {
    Operation first, second;
    char feeds;
    Operation fused;
    std::string_view map;

    bool keeps_result() const { return map.contains("1d"); }
};

namespace {

constexpr PairRow rows[] = {
#define PAIR(first, second, feeds, fused, map) \
    {Operation::first, Operation::second, #feeds[#feeds[0] == '\'' ? 1 : 0], Operation::fused, map},
#include "vm/code/pairs.def"
    {Operation::none, Operation::none, '-', Operation::none, ""},
};

/// The rows by their second instruction.
struct RowIndex {
    std::array<u16, operation_count + 2> begins{};
    std::array<u16, std::size(rows)> order{};
};

RowIndex make_index() {
    RowIndex index;
    for (u16 n = 0; n < std::size(rows); n++) index.order[n] = n;
    std::ranges::sort(index.order, [](u16 a, u16 b) {
        return std::pair(rows[a].second, a) < std::pair(rows[b].second, b);
    });
    for (const PairRow& row : rows) index.begins[size_t(row.second) + 1]++;
    for (size_t n = 1; n < index.begins.size(); n++) index.begins[n] += index.begins[n - 1];
    return index;
}

/// How far apart two instructions may be.
constexpr u32 distance_max = 6;

/// Where a letter's field is: which cell of the instruction, its lowest bit and how many.
struct FieldPlace {
    u32 cell, shift, bits;
};

/// Calls `visit(letter, place)` for each letter of an operation.
template <class Visit>
void for_fields(Operation operation, const Visit& visit) {
    u32 cell = 0;
    u32 packed = shape_of(operation).first_field;
    bool in_first = false;
    for (const char letter : operands_of(operation)) {
        const bool is_packed = std::string_view("dabcelim").contains(letter);
        if (is_packed && !in_first) cell++;
        if (!is_packed && letter != 'p') cell++;
        in_first = is_packed;
        if (letter == 'i' || letter == 'm')
            visit(letter, FieldPlace{cell, 32, 32});
        else if (is_packed)
            visit(letter, FieldPlace{cell, 16 * packed++, 16});
        else if (letter == 'u' || letter == 'p')
            visit(letter, FieldPlace{cell, letter == 'u' ? 0u : 32u, 32});
        else
            visit(letter, FieldPlace{cell, 0, 64});
    }
}

/// Has no effect but its result, which depends on its operands alone, if it has no site.
bool is_pure(Operation operation) {
    return operation < Operation::i64_add128 || operation == Operation::copy ||
           operation == Operation::constant || operation == Operation::constant64 ||
           operation == Operation::constant_vector || operation == Operation::select;
}

}  // namespace

void Fusion::fuse(Draft& draft, Flow& flow) {
    draft_ = &draft;
    flow_ = &flow;
    forward_sums();
    for (const Block& block : flow.blocks) fuse_block(block);
}

void Fusion::fuse_block(const Block& block) {
    for (u32 n = block.first; n < block.end; n++)
        while (fuse_node(n, block.first) || fuse_with_previous(n, block.first)) {
        }
}

/// With the instruction that writes one of its operands.
bool Fusion::fuse_node(u32 index, u32 block_first) {
    const Node& node = flow_->nodes[index];
    const Shape& shape = node.shape();
    for (u32 k = 0; k < shape.operands; k++) {
        if (shape.writes(k)) continue;
        const u32 slot = slot_in(*draft_, node, k);
        const u32 writer = find_writer(slot, index, block_first);
        if (writer == no_index) continue;
        const Node& first = flow_->nodes[writer];
        if (first.has_site && node.has_site) continue;
        const bool dropped = is_dropped(writer, index, slot);
        const PairRow* row = find_row(first, node, operands_of(node.operation)[k], dropped);
        if (row == nullptr) continue;
        const bool moves = is_pure(first.operation) && !first.has_site && !row->keeps_result() &&
                           can_move(writer, index);
        if (!moves && !is_adjacent(writer, index)) continue;
        if (row->keeps_result() && count_reads(node, slot) != 1) continue;
        replace(writer, index, *row);
        return true;
    }
    return false;
}

/// The first row for these instructions; one that keeps the first one's result, unless that may be
/// dropped.
const PairRow* Fusion::find_row(const Node& first, const Node& second, char feeds,
                                bool dropped) const {
    static const RowIndex index = make_index();
    const size_t operation = size_t(second.operation);
    for (u32 n = index.begins[operation]; n < index.begins[operation + 1]; n++) {
        const PairRow& row = rows[index.order[n]];
        if (row.first != first.operation || row.feeds != feeds) continue;
        if ((dropped || row.keeps_result()) && fits(row, first, second)) return &row;
    }
    return nullptr;
}

/// The fields behind the bar are zero.
bool Fusion::fits(const PairRow& row, const Node& first, const Node& second) const {
    const size_t bar = row.map.find('|');
    if (bar == row.map.npos) return true;
    for (size_t n = bar + 1; n < row.map.size(); n += 2)
        if (field(row.map[n] == '1' ? first : second, row.map[n + 1]) != 0) return false;
    return true;
}

/// With the instruction right before it, whatever that is.
bool Fusion::fuse_with_previous(u32 index, u32 block_first) {
    const u32 previous = previous_of(index, block_first);
    if (previous == no_index) return false;
    const Node& first = flow_->nodes[previous];
    const Node& node = flow_->nodes[index];
    const PairRow* row = find_row(first, node, '-', true);
    if (row == nullptr || (first.has_site && node.has_site)) return false;
    replace(previous, index, *row);
    return true;
}

/// The instruction before it in its block; none: no_index.
u32 Fusion::previous_of(u32 index, u32 block_first) const {
    while (index-- > block_first)
        if (!flow_->nodes[index].removed) return index;
    return no_index;
}

/// The instruction near before it that writes the slot, when that is known.
u32 Fusion::find_writer(u32 slot, u32 index, u32 block_first) const {
    for (u32 n = 0; n < distance_max; n++) {
        index = previous_of(index, block_first);
        if (index == no_index) return no_index;
        const Node& node = flow_->nodes[index];
        if (!is_known(node)) return no_index;
        const u32 operand = operand_written(*draft_, node, slot);
        if (operand != no_index)
            return operand == 0 && node.shape().written == 1 ? index : no_index;
    }
    return no_index;
}

/// Which slots it reads and writes.
bool Fusion::is_known(const Node& node) {
    return !node.shape().is_hidden() && node.shape().conduct != Conduct::call;
}

/// The row by which a reader of the slot does the first one's work as well; nullptr: there is none.
const PairRow* Fusion::absorbing_row(const Node& sum, const Node& reader, u32 slot) const {
    if (count_reads(reader, slot) != 1) return nullptr;
    for (u32 k = 0; k < reader.shape().operands; k++) {
        if (reader.shape().writes(k) || slot_in(*draft_, reader, k) != slot) continue;
        const PairRow* row = find_row(sum, reader, operands_of(reader.operation)[k], true);
        return row != nullptr && !row->keeps_result() ? row : nullptr;
    }
    return nullptr;
}

bool Fusion::reads(const Node& node, u32 slot) const { return count_reads(node, slot) != 0; }

u32 Fusion::count_reads(const Node& node, u32 slot) const {
    const Shape& shape = node.shape();
    u32 count = 0;
    for (u32 k = 0; k < shape.operands; k++)
        count += !shape.writes(k) && slot_in(*draft_, node, k) == slot;
    if (shape.read_half != Shape::no_half) count += half_slot(*draft_, node) == slot;
    return count;
}

/// Nobody needs what the writer wrote, but for one operand of the reader.
bool Fusion::is_dropped(u32 writer, u32 reader, u32 slot) const {
    const Node& node = flow_->nodes[reader];
    if (slot < draft_->local_slots || count_reads(node, slot) != 1) return false;
    // The upper half of a vector by itself.
    const bool halves = flow_->nodes[writer].shape().makes_vector;
    const auto needs = [&](const Node& other) {
        return !other.removed && (reads(other, slot) || (halves && reads(other, slot + 1)));
    };
    if (halves && reads(node, slot + 1)) return false;
    for (u32 n = writer + 1; n < reader; n++)
        if (needs(flow_->nodes[n])) return false;
    const bool overwritten = operand_written(*draft_, node, slot) != no_index;
    return overwritten || node.top <= slot;
}

/// What it reads is the same behind the instructions up to `to`.
bool Fusion::can_move(u32 from, u32 to) const {
    const Node& moved = flow_->nodes[from];
    for (u32 n = from + 1; n < to; n++) {
        const Node& node = flow_->nodes[n];
        if (node.removed) continue;
        const Shape& shape = node.shape();
        for (u32 k = 0; k < shape.operands; k++)
            if (shape.writes(k) && reads(moved, slot_in(*draft_, node, k))) return false;
    }
    return true;
}

bool Fusion::is_adjacent(u32 first, u32 second) const {
    return std::all_of(flow_->nodes.begin() + first + 1, flow_->nodes.begin() + second,
                       [](const Node& node) { return node.removed; });
}

/// The value of a field of an instruction; J: of the second I.
u64 Fusion::field(const Node& node, char letter) const {
    u64 value = 0;
    bool found = false;
    u32 skipped = letter == 'J' ? 1 : 0;
    if (letter == 'J') letter = 'I';
    for_fields(node.operation, [&](char at, const FieldPlace& place) {
        if (at != letter || found) return;
        if (skipped > 0) {
            skipped--;
            return;
        }
        found = true;
        value = draft_->cells[node.cell + place.cell] >> place.shift;
        if (place.bits < 64) value &= (u64(1) << place.bits) - 1;
        if (letter == 't') value = (value & ~u64(0xFFFFFFFF)) | u32(node.cell + place.cell + value);
    });
    CHECK(found);
    return value;
}

/// Writes the fused instruction; its target is counted from its own cell.
void Fusion::replace(u32 first, u32 second, const PairRow& row) {
    Node& dropped = flow_->nodes[first];
    Node& node = flow_->nodes[second];
    std::vector<Cell>& cells = draft_->cells;
    const u32 start = u32(cells.size());
    const Node parts[] = {dropped, node};
    const char* map = row.map.data();
    cells.resize(start + shape_of(row.fused).cells);
    cells[start] = Cell(row.fused);
    for_fields(row.fused, [&](char letter, const FieldPlace& place) {
        const char which = *map++;
        const char from = *map++;
        if (which == '0') return;
        u64 value = field(parts[which - '1'], from);
        const u32 cell = start + place.cell;
        if (letter == 't') value = (value & ~u64(0xFFFFFFFF)) | u32(value - cell);
        if (place.bits < 64) value &= (u64(1) << place.bits) - 1;
        cells[cell] |= value << place.shift;
    });
    dropped.removed = true;
    node.operation = row.fused;
    node.cell = start;
    node.has_site = node.has_site || dropped.has_site;
}

}  // namespace icvm::vm
