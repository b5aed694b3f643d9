#pragma once

/// Writes mainnet's counter into a module, as Wasm: what docs/metering.md says, in its slow and
/// plain form, to be run with a cost table of zeros (`free_of_charge`) and compared with the
/// interpreter's own counting. It shares nothing with vm/compile. No part of the program.
///
/// Added at the ends of their index spaces, so that no index changes: the global of the counter
/// (exported), a function for running out and one for the charges of bulk instructions.

#include <algorithm>
#include <limits>
#include <optional>
#include <vector>

#include "vm/base/leb128.hpp"
#include "vm/binary/instruction_reader.hpp"
#include "vm/code/options.hpp"
#include "vm/test_costs.hpp"
#include "vm/vm.hpp"

namespace icvm::vm::mainnet {

inline constexpr std::string_view counter_name = "mainnet's counter";

/// Nothing costs anything, nothing is checked.
inline constexpr CostTable free_table{.cost = {}, .function_entry = 0, .bulk_per_byte = false};
inline const CostVersion free_of_charge{"free", free_table, free_table};

/// From `offset` in the written module on, control is at the operator that is at `original`. A
/// charge is at the operator that it stands before; a check, at the loop or at the first operator.
struct Place {
    u32 offset;
    u32 original;
};

/// A block whose cost is checked: offsets in the original.
struct CheckedBlock {
    u32 opening;  ///< the body's begin, or the loop
    u32 place;    ///< of the check, as in Place
    u32 end;
};

struct Instrumented {
    ByteVector bytes;
    u32 run_out = 0;            ///< index of the function that traps when the counter is below 0
    u32 charge = 0;             ///< index of the function that bulk instructions call
    std::vector<Place> places;  ///< ascending
    std::vector<CheckedBlock> checked_blocks;
};

// ---- Where code is injected
// ----------------------------------------------------------------------

struct Operator {
    Instruction instruction;
    u32 begin = 0;  ///< offsets in the module
    u32 end = 0;
};

enum class PointKind : u8 { dynamic, unchecked, checked };

struct Point {
    size_t position;  ///< before the operator of that number
    PointKind kind;
    u64 cost = 0;
};

inline bool starts_new_block(Opcode opcode) {
    switch (opcode) {
        case Opcode::loop:
        case Opcode::if_:
        case Opcode::else_:
        case Opcode::end:
        case Opcode::br:
        case Opcode::br_if:
        case Opcode::br_table:
        case Opcode::return_:
        case Opcode::unreachable:
        case Opcode::return_call:
        case Opcode::return_call_indirect: return true;
        default: return false;
    }
}

inline bool has_dynamic_charge(Opcode opcode) {
    switch (opcode) {
        case Opcode::memory_fill:
        case Opcode::memory_copy:
        case Opcode::memory_init:
        case Opcode::table_fill:
        case Opcode::table_copy:
        case Opcode::table_init: return true;
        default: return false;
    }
}

/// docs/metering.md, "Blocks", in its words.
inline std::vector<Point> points_of(const std::vector<Operator>& body, bool memory64) {
    std::vector<Point> points;
    Point open{0, PointKind::checked, 1};
    for (size_t i = 0; i < body.size(); i++) {
        const Opcode opcode = body[i].instruction.opcode;
        open.cost += cost_of(find_opcode_row(u16(opcode))->text, memory64);
        if (has_dynamic_charge(opcode)) points.push_back({i, PointKind::dynamic});
        if (!starts_new_block(opcode)) continue;
        points.push_back(open);
        open = {i + 1, opcode == Opcode::loop ? PointKind::checked : PointKind::unchecked};
    }
    std::erase_if(points, [](const Point& point) {
        return point.kind == PointKind::unchecked && point.cost == 0;
    });
    // At one position the dynamic one is first.
    std::sort(points.begin(), points.end(), [](const Point& a, const Point& b) {
        return a.position != b.position ? a.position < b.position : a.kind < b.kind;
    });
    return points;
}

// ---- The code
// ------------------------------------------------------------------------------------

class Instructions : public ByteVector {
public:
    Instructions& op(Opcode opcode) {
        push_back(u8(opcode));
        return *this;
    }
    Instructions& op(Opcode opcode, u64 index) {
        op(opcode);
        write_unsigned_leb128(*this, index);
        return *this;
    }
    Instructions& constant(i64 value) {
        op(Opcode::i64_const);
        write_signed_leb128(*this, value);
        return *this;
    }
    Instructions& if_() {
        op(Opcode::if_);
        push_back(0x40);  // no result
        return *this;
    }
    Instructions& append(Bytes bytes) {
        insert(end(), bytes.begin(), bytes.end());
        return *this;
    }
};

class Instrumentation {
public:
    Instrumentation(const Module& module, i64 counter_at_start)
        : module_(module),
          counter_at_start_(counter_at_start),
          counter_(u32(module.global_types.size())),
          run_out_(u32(module.function_types.size())),
          charge_(run_out_ + 1),
          run_out_type_(u32(module.types.size())),
          charge_type_(run_out_type_ + 1),
          memory64_(!module.memory_types.empty() &&
                    module.memory_types[0].limits.address_type == AddressType::i64) {}

    Instrumented write() {
        read_sections();
        write_entries();
        Instrumented result{
            {0x00, 'a', 's', 'm', 0x01, 0x00, 0x00, 0x00}, run_out_, charge_, {}, checked_blocks_};
        for (const Section& section : sections_) {
            result.bytes.push_back(section.id);
            write_unsigned_leb128(result.bytes, section.content.size());
            result.bytes.insert(result.bytes.end(), section.content.begin(), section.content.end());
        }
        result.places = places_in(result.bytes);
        return result;
    }

private:
    struct Section {
        u8 id;
        ByteVector content;
    };
    /// Of a body: offsets from its begin, by original offsets.
    using BodyPlaces = std::vector<Place>;

    // ---- Sections ----

    void read_sections() {
        Bytes rest = Bytes(module_.bytes).subspan(8);
        while (!rest.empty()) {
            const u8 id = rest[0];
            rest = rest.subspan(1);
            const size_t size = *read_unsigned_leb128(rest, 32);
            sections_.push_back({id, ByteVector(rest.begin(), rest.begin() + i64(size))});
            rest = rest.subspan(size);
        }
    }

    /// The section of that id; an empty one is put into its place.
    ByteVector& section(u8 id) {
        static constexpr std::string_view order("\x1\x2\x3\x4\x5\xD\x6\x7\x8\x9\xC\xA\xB");
        auto at = sections_.begin();
        for (; at != sections_.end(); ++at) {
            if (at->id == id) return at->content;
            if (at->id != 0 && order.find(char(at->id)) > order.find(char(id))) break;
        }
        return sections_.insert(at, {id, {0}})->content;
    }

    /// Appends entries to a section that is a vector.
    void append_entries(u8 id, u32 added, const Instructions& entries) {
        ByteVector& content = section(id);
        Bytes old = content;
        const u64 count = *read_unsigned_leb128(old, 32);
        Instructions grown;
        write_unsigned_leb128(grown, count + added);
        content = grown.append(old).append(entries);
    }

    void write_entries() {
        append_entries(1, 2, Instructions().append(ByteVector{0x60, 0, 0, 0x60, 1, 0x7E, 1, 0x7E}));
        Instructions functions;
        write_unsigned_leb128(functions, run_out_type_);
        write_unsigned_leb128(functions, charge_type_);
        append_entries(3, 2, functions);
        Instructions global;
        global.append(ByteVector{0x7E, 1}).constant(counter_at_start_).op(Opcode::end);
        append_entries(6, 1, global);
        Instructions one;
        write_unsigned_leb128(one, counter_name.size());
        one.append(bytes_of(counter_name)).push_back(u8(ExternKind::global));
        write_unsigned_leb128(one, counter_);
        append_entries(7, 1, one);
        Instructions bodies;
        write_unsigned_leb128(bodies, module_.functions.size() + 2);
        for (const Function& function : module_.functions) append_body(bodies, body_of(function));
        append_body(bodies, run_out_body());
        append_body(bodies, charge_body());
        section(10) = bodies;
    }

    static void append_body(Instructions& bodies, const Instructions& body) {
        write_unsigned_leb128(bodies, body.size());
        bodies.append(body);
    }

    // ---- Bodies ----

    /// The size of the declarations of locals at the front of a body.
    static u32 size_of_locals(Bytes body) {
        Bytes rest = body;
        for (u64 groups = *read_unsigned_leb128(rest, 32); groups > 0; groups--) {
            read_unsigned_leb128(rest, 32);
            const u8 code = rest[0];
            rest = rest.subspan(1);
            if (code == ValueType::nullable_code || code == ValueType::non_nullable_code)
                read_signed_leb128(rest, 33);
        }
        return u32(body.size() - rest.size());
    }

    std::vector<Operator> operators_of(ByteRange instructions) const {
        std::vector<Operator> operators;
        InstructionReader reader(module_, instructions);
        while (!reader.at_end()) {
            Operator next;
            next.begin = reader.offset();
            if (!reader.next(next.instruction)) break;
            next.end = reader.offset();
            operators.push_back(next);
        }
        return operators;
    }

    Instructions body_of(const Function& function) {
        const u32 locals = size_of_locals(module_.content(function.body));
        const std::vector<Operator> operators =
            operators_of({function.body.offset + locals, function.body.size - locals});
        const std::vector<Point> points = points_of(operators, memory64_);
        Instructions body;
        body.append(module_.content({function.body.offset, locals}));
        BodyPlaces& places = places_.emplace_back();
        size_t next = 0;
        for (size_t i = 0; i < operators.size(); i++) {
            const Operator& one = operators[i];
            for (; next < points.size() && points[next].position == i; next++) {
                u32 place = one.begin;
                if (points[next].kind == PointKind::checked) {
                    place = operators[i == 0 ? 0 : i - 1].begin;
                    checked_blocks_.push_back(
                        {i == 0 ? function.body.offset : place, place, end_of_block(operators, i)});
                }
                places.push_back({u32(body.size()), place});
                write_point(body, points[next], one.instruction);
            }
            places.push_back({u32(body.size()), one.begin});
            body.append(module_.content({one.begin, one.end - one.begin}));
        }
        return body;
    }

    /// A loop that ends it is a place of its own.
    static u32 end_of_block(const std::vector<Operator>& operators, size_t begin) {
        size_t last = begin;
        while (!starts_new_block(operators[last].instruction.opcode)) last++;
        const Operator& one = operators[last];
        return one.instruction.opcode == Opcode::loop ? one.begin : one.end;
    }

    void write_point(Instructions& code, const Point& point, const Instruction& instruction) const {
        if (point.kind == PointKind::dynamic) {
            const bool narrow = has_32_bit_length(instruction);
            if (narrow) code.op(Opcode::i64_extend_i32_u);
            code.op(Opcode::call, charge_);
            if (narrow) code.op(Opcode::i32_wrap_i64);
            return;
        }
        code.op(Opcode::global_get, counter_).constant(i64(point.cost)).op(Opcode::i64_sub);
        code.op(Opcode::global_set, counter_);
        if (point.kind == PointKind::checked) {
            code.op(Opcode::global_get, counter_).constant(0).op(Opcode::i64_lt_s);
            code.if_().op(Opcode::call, run_out_).op(Opcode::end);
        }
    }

    bool is_wide_memory(u32 index) const {
        return module_.memory_types[index].limits.address_type == AddressType::i64;
    }
    bool is_wide_table(u32 index) const {
        return module_.table_types[index].limits.address_type == AddressType::i64;
    }
    /// The type of the topmost operand (Wasm 3.4.7, 3.4.8); a copy's is the narrower of its two.
    bool has_32_bit_length(const Instruction& i) const {
        switch (i.opcode) {
            case Opcode::memory_fill: return !is_wide_memory(i.index);
            case Opcode::memory_copy: return !is_wide_memory(i.index) || !is_wide_memory(i.index2);
            case Opcode::table_fill: return !is_wide_table(i.index);
            case Opcode::table_copy: return !is_wide_table(i.index) || !is_wide_table(i.index2);
            default: return true;  // memory.init, table.init
        }
    }

    /// [] -> []
    static Instructions run_out_body() {
        Instructions body;
        body.push_back(0);
        body.op(Opcode::unreachable).op(Opcode::end);
        return body;
    }

    /// [length] -> [length]: takes it from the counter (docs/metering.md, "Bulk instructions").
    Instructions charge_body() const {
        const u32 length = 0, after = 1;
        Instructions body;
        body.append(ByteVector{1, 1, 0x7E});
        // after = counter - length, or the least number when that is not below the counter
        body.op(Opcode::global_get, counter_).op(Opcode::local_get, length);
        body.op(Opcode::i64_sub).op(Opcode::local_set, after);
        body.op(Opcode::local_get, after).op(Opcode::global_get, counter_).op(Opcode::i64_gt_s);
        body.if_().constant(std::numeric_limits<i64>::min()).op(Opcode::local_set, after);
        body.op(Opcode::end);
        // counter = after; when that is below 0: out of instructions
        body.op(Opcode::local_get, after).op(Opcode::global_set, counter_);
        body.op(Opcode::local_get, after).constant(0).op(Opcode::i64_lt_s);
        body.if_().op(Opcode::call, run_out_).op(Opcode::end);
        body.op(Opcode::local_get, length).op(Opcode::end);
        return body;
    }

    std::vector<Place> places_in(const ByteVector& bytes) const {
        std::vector<Place> all;
        const auto written = decode_module(bytes);
        if (!written) return all;
        for (size_t i = 0; i < places_.size(); i++)
            for (const Place& place : places_[i])
                all.push_back({written->functions[i].body.offset + place.offset, place.original});
        return all;
    }

    const Module& module_;
    i64 counter_at_start_;
    u32 counter_, run_out_, charge_, run_out_type_, charge_type_;
    bool memory64_;
    std::vector<Section> sections_;
    std::vector<BodyPlaces> places_;
    std::vector<CheckedBlock> checked_blocks_;
};

/// Of a valid module, without the instructions that mainnet has not (references, aggregates,
/// exceptions).
inline Instrumented instrument(const Module& module, i64 counter_at_start) {
    return Instrumentation(module, counter_at_start).write();
}

/// The backtrace of the written module as that of the original: without the functions added.
inline std::vector<TrapFrame> original_frames(const Instrumented& written,
                                              const std::vector<TrapFrame>& frames) {
    std::vector<TrapFrame> result;
    for (const TrapFrame& frame : frames) {
        if (frame.function == written.run_out || frame.function == written.charge) continue;
        result.push_back(frame);
        for (const Place& place : written.places)
            if (place.offset <= frame.offset) result.back().offset = place.original;
    }
    return result;
}

}  // namespace icvm::vm::mainnet
