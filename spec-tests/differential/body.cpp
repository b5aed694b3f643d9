#include "spec-tests/differential/body.hpp"

#include <algorithm>

#include "vm/base/leb128.hpp"

namespace icvm::differential {

using vm::Opcode;
using vm::ValueType;

Body::Body(Plan& plan, const RowTable& rows, Random& random, const Profile& profile,
           Coverage& coverage, u32 function)
    : plan_(plan),
      rows_(rows),
      random_(random),
      profile_(profile),
      coverage_(coverage),
      function_(function),
      locals_(plan.type_of(function).parameters),
      parameters_(u32(locals_.size())) {
    for (u32 n = 3 + random.below(8); n > 0; n--)
        locals_.push_back(local_type(random, profile, plan));
    size_max_ = 20 + random.below(random.percent(10) ? 600 : 150);
}

ByteVector Body::write() {
    const Types results = plan_.type_of(function_).results;
    labels_.push_back({results});
    take_fuel();
    if (profile_.references) non_null_locals();
    statements(1 + random_.below(6));
    expressions(results);
    mark();
    op(Opcode::end);

    ByteVector body;
    write_unsigned_leb128(body, locals_.size() - parameters_);
    for (size_t i = parameters_; i < locals_.size(); i++) {
        body.push_back(1);
        write_type(body, locals_[i]);
    }
    body.insert(body.end(), code_.begin(), code_.end());
    return body;
}

void Body::op(Opcode opcode) {
    write_opcode(code_, opcode);
    const size_t place = vm::place_of(opcode);
    coverage_.generated[place]++;
    if (plan_.marks != ~0u) unmarked_.push_back(u16(place));
    size_++;
}

void Body::op(Opcode opcode, u64 index) {
    op(opcode);
    number(index);
}

void Body::number(u64 value) { write_unsigned_leb128(code_, value); }

void Body::constant(char letter, u64 bits, u64 high) {
    write_constant(code_, letter, bits, high);
    const Opcode opcode = letter == 'i'   ? Opcode::i32_const
                          : letter == 'I' ? Opcode::i64_const
                          : letter == 'f' ? Opcode::f32_const
                          : letter == 'F' ? Opcode::f64_const
                                          : Opcode::v128_const;
    coverage_.generated[vm::place_of(opcode)]++;
    if (plan_.marks != ~0u) unmarked_.push_back(u16(vm::place_of(opcode)));
}

/// When this has run, so has everything since the last mark.
void Body::mark() {
    if (plan_.marks == ~0u || unmarked_.empty()) return;
    const u32 n = u32(coverage_.marks.size());
    if (n >= vm::wasm_page_bytes) return;
    coverage_.marks.push_back(std::move(unmarked_));
    unmarked_.clear();
    write_constant(code_, 'i', n);
    write_constant(code_, 'i', 1);
    write_opcode(code_, Opcode::i32_store8);
    number(0x40);
    number(plan_.marks);
    number(0);
}

void Body::block_type(const Types& parameters, const Types& results) {
    if (parameters.empty() && results.empty() && random_.percent(90))
        code_.push_back(0x40);
    else if (parameters.empty() && results.size() == 1 && random_.percent(80))
        write_type(code_, results[0]);
    else
        write_signed_leb128(code_, plan_.function_type(parameters, results));
}

u32 Body::new_local(ValueType type) {
    locals_.push_back(type);
    return u32(locals_.size() - 1);
}

/// They are set before anything reads them (Wasm 3.3.7): made when their first value is there.
void Body::non_null_locals() {
    for (u32 n = random_.below(3); n > 0; n--) {
        const vm::HeapType heap = random_.pick(plan_.reference_types).heap_type();
        if (!can_make(heap)) continue;
        expression(ValueType::reference(heap, false));
        op(Opcode::local_set, new_local(ValueType::reference(heap, false)));
        mark();
    }
}

u32 Body::scratch(ValueType type) {
    for (const auto& [of, local] : scratch_)
        if (of == type) return local;
    scratch_.emplace_back(type, new_local(type));
    return scratch_.back().second;
}

void Body::expressions(const Types& types) {
    for (const ValueType type : types) expression(type);
}

void Body::expression(ValueType type, bool clean) {
    if (enough()) {
        leaf(type);
        return;
    }
    depth_++;
    if (type.is_reference())
        reference_expression(type);
    else
        number_expression(type, clean);
    depth_--;
}

void Body::number_expression(ValueType type, bool clean) {
    const bool integer = type == vm::types::i32 || type == vm::types::i64;
    const u32 roll = random_.below(100);
    if (roll < 52) return row_expression(type, clean);
    if (roll < 64) return leaf(type);
    if (roll < 70 && integer) return integer_expression(type);
    if (roll < 75 && field_expression(type)) return;
    if (roll < 81 && call_expression(type)) return;
    if (roll < 86) return select_expression(type);
    if (roll < 92) return block_expression({type});
    if (roll < 94 && profile_.exceptions) return try_expression({type});
    if (roll < 96) return branch_expression(type);
    const u32 local = pick_local();
    row_expression(type, true);
    if (local != no_local && locals_[local] == type) op(Opcode::local_tee, local);
}

void Body::row_expression(ValueType type, bool clean) {
    const auto& rows = rows_.giving(letter_of(type), plan_.usable_memories() != 0);
    row(*random_.pick(rows), clean);
}

/// A scratch local has NaNs as they came: it is no place of values.
bool Body::is_scratch(u32 local) const {
    return std::ranges::any_of(scratch_, [&](const auto& one) { return one.second == local; });
}

u32 Body::pick_local() {
    const u32 local = random_.below(locals_.size() + 1);
    return local < locals_.size() && !is_scratch(local) ? local : no_local;
}

bool Body::leaf_local(ValueType type) {
    const u32 start = random_.below(locals_.size() + 1);
    for (u32 i = 0; i < locals_.size(); i++) {
        const u32 local = (start + i) % u32(locals_.size());
        if (is_scratch(local) || !plan_.matches(locals_[local], type)) continue;
        get(local);
        return true;
    }
    return false;
}

bool Body::leaf_global(ValueType type) {
    const u32 count = u32(plan_.globals.size());
    const u32 start = random_.below(count);
    for (u32 i = 0; i < count; i++) {
        const u32 global = (start + i) % count;
        if (!plan_.matches(plan_.globals[global].type.value, type)) continue;
        op(Opcode::global_get, global);
        return true;
    }
    return false;
}

void Body::random_constant(char letter) {
    const u64 high = interesting_bits(random_, letter);
    constant(letter, interesting_bits(random_, letter), high);
}

void Body::leaf(ValueType type) {
    if (random_.percent(55) && leaf_local(type)) return;
    if (random_.percent(25) && leaf_global(type)) return;
    if (const char letter = letter_of(type)) {
        random_constant(letter);
    } else if (type.is_nullable() && random_.percent(30)) {
        null(type.heap_type());
    } else if (!leaf_local(type) && !leaf_global(type)) {
        if (type.is_nullable() && (random_.percent(50) || !can_make(type.heap_type())))
            null(type.heap_type());
        else
            object(type.heap_type());
    }
}

void Body::integer_expression(ValueType type) {
    const bool wide = type == vm::types::i64;
    const auto fits = [&](const vm::Limits& limits) {
        return (limits.address_type == vm::AddressType::i64) == wide;
    };
    const u32 memory = plan_.usable_memories() == 0 ? 0 : pick_memory();
    if (random_.percent(40) && memory < plan_.usable_memories() &&
        fits(plan_.memories[memory].limits)) {
        if (random_.percent(50)) return op(Opcode::memory_size, memory);
        length(wide ? vm::AddressType::i64 : vm::AddressType::i32, 2);
        return op(Opcode::memory_grow, memory);
    }
    const u32 table = random_.below(plan_.tables.size());
    if (random_.percent(60) && fits(plan_.tables[table].limits)) {
        if (random_.percent(50)) return op(Opcode::table_size, table);
        expression(plan_.tables[table].element);
        length(wide ? vm::AddressType::i64 : vm::AddressType::i32, 3);
        return op(Opcode::table_grow, table);
    }
    if (wide) {
        expression(vm::types::i32);
        return op(random_.percent(50) ? Opcode::i64_extend_i32_s : Opcode::i64_extend_i32_u);
    }
    reference_to_i32();
}

void Body::select_expression(ValueType type) {
    expression(type);
    expression(type);
    expression(vm::types::i32);
    if (!type.is_reference() && random_.percent(70)) return op(Opcode::select);
    op(Opcode::select_typed, 1);
    write_type(code_, type);
}

}  // namespace icvm::differential
