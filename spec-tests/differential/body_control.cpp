/// Statements, blocks, branches and calls.

#include <algorithm>

#include "spec-tests/differential/body.hpp"
#include "vm/base/leb128.hpp"

namespace icvm::differential {

using vm::Opcode;
using vm::ValueType;

void Body::statements(u32 count) {
    for (; count > 0 && !enough(); count--) {
        depth_++;
        statement();
        depth_--;
        mark();
    }
}

void Body::statement() {
    const u32 roll = random_.below(100);
    if (roll < 24) return local_statement();
    if (roll < 32) return global_statement();
    if (roll < 46 && plan_.usable_memories() != 0) return row(*random_.pick(rows_.stores()), true);
    if (roll < 52) return bulk_memory_statement();
    if (roll < 57) return table_statement();
    if (roll < 62) return call_statement();
    if (roll < 66) return log_statement();
    if (roll < 74) return block_expression({});
    if (roll < 79) return branch_if();
    if (roll < 84) return conditional_end();
    if (roll < 89 && profile_.aggregates) return aggregate_statement();
    if (roll < 92 && profile_.references) return branch_on_null();
    if (roll < 95 && profile_.aggregates) return branch_on_cast();
    if (roll < 97 && profile_.exceptions) return try_expression({});
    if (roll < 98) return op(Opcode::nop);
    expression(local_type(random_, profile_, plan_), false);
    op(Opcode::drop);
}

void Body::local_statement() {
    const u32 local = pick_local();
    if (local == no_local) return;
    expression(locals_[local]);
    op(Opcode::local_set, local);
}

void Body::global_statement() {
    const u32 global = random_.below(plan_.globals.size());
    const vm::GlobalType& type = plan_.globals[global].type;
    if (!type.is_mutable || global == plan_.fuel) return local_statement();
    expression(type.value);
    op(Opcode::global_set, global);
}

/// Values on the stack go to locals, or away.
void Body::consume(const Types& types) {
    for (size_t i = types.size(); i > 0; i--) {
        if (types[i - 1] == vm::types::i32 && random_.percent(20) && branch_without_values())
            continue;
        const u32 start = random_.below(locals_.size() + 1);
        bool placed = false;
        for (u32 n = 0; n < 6 && n < locals_.size() && !placed; n++) {
            const u32 local = (start + n) % u32(locals_.size());
            placed = !is_scratch(local) && plan_.matches(types[i - 1], locals_[local]);
            if (placed) op(Opcode::local_set, local);
        }
        if (!placed) op(Opcode::drop);
    }
}

/// The number on the stack decides; false: every label takes values along.
bool Body::branch_without_values() {
    for (u32 depth = 0; depth < labels_.size(); depth++)
        if (labels_[labels_.size() - 1 - depth].types.empty()) {
            op(Opcode::br_if, depth);
            return true;
        }
    return false;
}

void Body::log_statement() {
    std::vector<u32> logs;
    for (u32 i = 0; i < plan_.imported_functions; i++)
        if (plan_.imports[i].module == "env" && plan_.type_of(i).results.empty()) logs.push_back(i);
    if (!logs.empty()) call(random_.pick(logs), false);
}

void Body::call_statement() {
    const u32 callee = random_.below(plan_.functions.size());
    call(callee, false);
    consume(plan_.type_of(callee).results);
}

bool Body::call_expression(ValueType type) {
    const u32 count = u32(plan_.functions.size());
    const u32 start = random_.below(count);
    for (u32 i = 0; i < count; i++) {
        const u32 callee = (start + i) % count;
        const Types& results = plan_.type_of(callee).results;
        if (results.empty() || !plan_.matches(results[0], type)) continue;
        const size_t more = results.size() - 1;
        call(callee, false);
        for (size_t n = 0; n < more; n++) op(Opcode::drop);
        return true;
    }
    return false;
}

/// Directly, by a table or by a reference.
void Body::call(u32 callee, bool tail) {
    const Types parameters = plan_.type_of(callee).parameters;
    expressions(parameters);
    const u32 roll = random_.below(100);
    if (roll < 30) {
        std::vector<u32> tables;
        const auto type = vm::HeapType::of_index(plan_.functions[callee]);
        for (u32 i = 0; i < plan_.tables.size(); i++)
            if (plan_.matches(plan_.tables[i].element, vm::types::funcref) &&
                plan_.matches(type, plan_.tables[i].element.heap_type()))
                tables.push_back(i);
        const u32 table = random_.pick(tables);
        indirect_callee(table, callee);
        if (tail) leave_by(Opcode::return_call_indirect);
        op(tail ? Opcode::return_call_indirect : Opcode::call_indirect, plan_.functions[callee]);
        return number(table);
    }
    if (roll < 50 && profile_.references) {
        const vm::HeapType type = vm::HeapType::of_index(plan_.functions[callee]);
        if (roll < 40)
            op(Opcode::ref_func, callee);
        else
            expression(ValueType::reference(type, random_.percent(4)));
        if (tail) leave_by(Opcode::return_call_ref);
        return op(tail ? Opcode::return_call_ref : Opcode::call_ref, plan_.functions[callee]);
    }
    if (tail) leave_by(Opcode::return_call);
    op(tail ? Opcode::return_call : Opcode::call, callee);
}

/// An index in the table, mostly of that function: as a segment put it there, or as is done here.
void Body::indirect_callee(u32 table, u32 callee) {
    const vm::Limits limits = plan_.tables[table].limits;
    const char letter = limits.address_type == vm::AddressType::i64 ? 'I' : 'i';
    if (random_.percent(4)) return table_index(limits);
    if (const auto at = element_of(table, callee); at && random_.percent(60))
        return constant(letter, *at);
    const u64 at = random_.below(std::max<u64>(limits.minimum, 1));
    constant(letter, at);
    op(Opcode::ref_func, callee);
    op(Opcode::table_set, table);
    constant(letter, at);
}

/// Where an active segment puts the function.
std::optional<u64> Body::element_of(u32 table, u32 callee) const {
    ByteVector wanted;
    write_opcode(wanted, Opcode::ref_func);
    write_unsigned_leb128(wanted, callee);
    wanted.push_back(0x0B);
    for (const ElementPlan& one : plan_.elements) {
        if (one.mode != vm::SegmentMode::active || one.table != table) continue;
        const auto found = std::ranges::find(one.expressions, wanted);
        if (found == one.expressions.end()) continue;
        Bytes offset = Bytes(one.offset).subspan(1);
        const u64 base = u64(read_signed_leb128(offset).value_or(0));
        return base + u64(found - one.expressions.begin());
    }
    return std::nullopt;
}

bool Body::tail_call() {
    const u32 count = u32(plan_.functions.size());
    const u32 start = random_.below(count);
    for (u32 i = 0; i < count; i++) {
        const u32 callee = (start + i) % count;
        if (plan_.type_of(callee).results != plan_.type_of(function_).results) continue;
        call(callee, true);
        return true;
    }
    return false;
}

/// Goes on only when there is fuel, and takes one.
void Body::take_fuel() {
    op(Opcode::global_get, plan_.fuel);
    op(Opcode::i32_eqz);
    open_block(Opcode::if_, {}, {}, {{}});
    size_ += 1000;  // leaves only, for what is given back
    const Types results = plan_.type_of(function_).results;
    expressions(results);
    size_ -= 1000;
    leave_by(Opcode::return_);
    op(Opcode::return_);
    close_block();
    op(Opcode::global_get, plan_.fuel);
    i32_constant(1);
    op(Opcode::i32_sub);
    op(Opcode::global_set, plan_.fuel);
}

void Body::open_block(Opcode opcode, const Types& parameters, const Types& results, Label label) {
    mark();
    op(opcode);
    block_type(parameters, results);
    labels_.push_back(std::move(label));
}

void Body::close_block() {
    mark();
    op(Opcode::end);
    labels_.pop_back();
}

/// From the parameters to the results of a block.
void Body::arm(const Types& parameters, const Types& results) {
    consume(parameters);
    statements(random_.below(4));
    if (random_.percent(8)) {
        terminator();
        if (random_.percent(50)) return;  // what follows makes any values
        if (random_.percent(50)) statements(1);
    }
    expressions(results);
}

void Body::block_expression(const Types& wanted) {
    Types parameters, results = wanted;
    if (random_.percent(30)) parameters.push_back(local_type(random_, profile_, plan_));
    if (random_.percent(10)) parameters.push_back(local_type(random_, profile_, plan_));
    size_t more = 0;
    for (; random_.percent(20) && more < 3; more++)
        results.push_back(local_type(random_, profile_, plan_));
    expressions(parameters);
    switch (random_.below(4)) {
        case 0:
            open_block(Opcode::block, parameters, results, {results});
            arm(parameters, results);
            break;
        case 1:
            open_block(Opcode::loop, parameters, results, {parameters});
            take_fuel();
            arm(parameters, results);
            break;
        default: {
            expression(vm::types::i32);
            open_block(Opcode::if_, parameters, results, {results});
            arm(parameters, results);
            if (parameters != results || random_.percent(70)) {
                mark();
                op(Opcode::else_);
                arm(parameters, results);
            }
        }
    }
    close_block();
    for (; more > 0; more--) op(Opcode::drop);
}

void Body::branch_if() {
    const u32 depth = random_.below(labels_.size());
    const Types types = labels_[labels_.size() - 1 - depth].types;
    expressions(types);
    expression(vm::types::i32);
    op(Opcode::br_if, depth);
    consume(types);
}

/// A branch out of a block made for it, with a value.
void Body::branch_expression(ValueType type) {
    open_block(Opcode::block, {}, {type}, {{type}});
    expression(type);
    expression(vm::types::i32);
    op(Opcode::br_if, 0);
    if (random_.percent(50)) {
        consume({type});
        statements(1);
        expression(type);
    }
    close_block();
}

void Body::conditional_end() {
    expression(vm::types::i32);
    open_block(Opcode::if_, {}, {}, {{}});
    statements(random_.below(2));
    terminator();
    close_block();
}

/// What ends the straight way: a branch, a return, a tail call, a throw, a trap.
void Body::terminator() {
    const u32 roll = random_.below(100);
    if (roll < 8) {
        leave_by(Opcode::unreachable);
        return op(Opcode::unreachable);
    }
    if (roll < 30 && tail_call()) return;
    if (roll < 38 && profile_.exceptions) return throw_();
    if (roll < 65) return branch_table();
    const u32 depth = random_.below(labels_.size());
    const Types types = labels_[labels_.size() - 1 - depth].types;
    expressions(types);
    if (roll < 75 && depth + 1 == labels_.size()) {
        leave_by(Opcode::return_);
        op(Opcode::return_);
    } else {
        leave_by(Opcode::br);
        op(Opcode::br, depth);
    }
}

/// The mark of what has no next instruction stands before it.
void Body::leave_by(Opcode opcode) {
    if (plan_.marks != ~0u) unmarked_.push_back(u16(vm::place_of(opcode)));
    mark();
}

void Body::branch_table() {
    const u32 last = random_.below(labels_.size());
    const Types types = labels_[labels_.size() - 1 - last].types;
    std::vector<u32> same;
    for (u32 depth = 0; depth < labels_.size(); depth++)
        if (labels_[labels_.size() - 1 - depth].types == types) same.push_back(depth);
    expressions(types);
    const u32 count = random_.below(6);
    expression(vm::types::i32);
    if (random_.percent(80)) {
        i32_constant(7);
        op(Opcode::i32_and);
    }
    leave_by(Opcode::br_table);
    op(Opcode::br_table, count);
    for (u32 i = 0; i < count; i++) number(random_.pick(same));
    number(last);
}

}  // namespace icvm::differential
