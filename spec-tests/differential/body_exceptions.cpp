/// Exceptions, thrown and caught.

#include "spec-tests/differential/body.hpp"

namespace icvm::differential {

using vm::Opcode;
using vm::ValueType;

namespace {

constexpr u8 catch_tag = 0, catch_all = 2;  // one more: with the exception itself

}  // namespace

void Body::throw_() {
    if (random_.percent(7)) {
        expression(vm::types::exnref);
        leave_by(Opcode::throw_ref);
        return op(Opcode::throw_ref);
    }
    const u32 tag = random_.below(plan_.tags.size());
    const Types parameters = plan_.types[plan_.tags[tag]].function.parameters;
    expressions(parameters);
    leave_by(Opcode::throw_);
    op(Opcode::throw_, tag);
}

/// A block with a try_table in a block that its clauses lead to.
void Body::try_expression(const Types& results) {
    struct Clause {
        u8 kind;
        u32 tag;
        Types types;
    };
    const auto random_clause = [&] {
        const u8 kind = u8(random_.below(4));
        const u32 tag = random_.below(plan_.tags.size());
        Types types;
        if (kind < catch_all) types = plan_.types[plan_.tags[tag]].function.parameters;
        if (kind == catch_tag + 1 || kind == catch_all + 1) types.push_back(vm::types::exnref);
        return Clause{kind, tag, types};
    };
    const Clause first = random_clause();
    open_block(Opcode::block, {}, results, {results});
    open_block(Opcode::block, {}, first.types, {first.types});
    Types parameters;
    if (random_.percent(30)) parameters.push_back(local_type(random_, profile_, plan_));
    expressions(parameters);
    mark();
    op(Opcode::try_table);
    block_type(parameters, results);
    std::vector<std::pair<Clause, u32>> clauses;
    for (u32 n = random_.percent(10) ? 0 : 1 + random_.below(3); n > 0; n--) {
        const Clause clause = n == 1 ? first : random_clause();
        for (u32 depth = 0; depth < labels_.size(); depth++)
            if (labels_[labels_.size() - 1 - depth].types == clause.types) {
                clauses.emplace_back(clause, depth);
                break;
            }
    }
    number(clauses.size());
    for (const auto& [clause, depth] : clauses) {
        code_.push_back(clause.kind);
        if (clause.kind < catch_all) number(clause.tag);
        number(depth);
    }
    labels_.push_back({results});
    consume(parameters);
    statements(random_.below(4));
    if (random_.percent(30)) {
        expression(vm::types::i32);
        open_block(Opcode::if_, {}, {}, {{}});
        throw_();
        close_block();
    }
    if (random_.percent(15))
        throw_();
    else
        expressions(results);
    close_block();
    leave_by(Opcode::br);
    op(Opcode::br, 1);
    close_block();
    catch_arm(first.types, results);
    close_block();
}

void Body::catch_arm(const Types& caught, const Types& results) {
    if (!caught.empty() && caught.back() == vm::types::exnref && random_.percent(30)) {
        const u32 local = new_local(vm::types::exnref);
        op(Opcode::local_set, local);
        consume(Types(caught.begin(), caught.end() - 1));
        expression(vm::types::i32);
        open_block(Opcode::if_, {}, {}, {{}});
        get(local);
        leave_by(Opcode::throw_ref);
        op(Opcode::throw_ref);
        close_block();
    } else {
        consume(caught);
    }
    statements(random_.below(2));
    expressions(results);
}

}  // namespace icvm::differential
