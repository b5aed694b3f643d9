/// The stages between a draft and code, by drafts made by hand. What they make is proven by
/// whatever runs: the suite, and random modules against another engine.

#include <catch2/catch.hpp>

#include "vm/assign/copies.hpp"
#include "vm/assign/fusion.hpp"
#include "vm/assign/temporaries.hpp"
#include "vm/assign/threading.hpp"

namespace icvm::vm {

namespace {

/// Slots 0 to 3 are locals, those from 4 on operands.
struct TestDraft {
    Draft draft;

    TestDraft() {
        draft.locals.assign(4, types::i32);
        draft.local_slots = 4;
        draft.sites.push_back({0, 0, 0});
    }

    u32 add(Operation operation, u32 top, std::vector<Cell> cells) {
        const u32 at = u32(draft.cells.size());
        draft.rows.push_back({at, top});
        draft.cells.push_back(Cell(operation));
        draft.cells.insert(draft.cells.end(), cells.begin(), cells.end());
        return at;
    }
    u32 binary(Operation operation, u32 top, u16 d, u16 a, u32 high) {
        return add(operation, top, {d | u64(a) << 16 | u64(high) << 32});
    }
    /// A loop header, at which there is a site.
    u32 loop() {
        add(Operation::enter_loop, 4, {0});
        const u32 header = u32(draft.cells.size());
        draft.sites.push_back({header, 0, 0});
        return header;
    }
    /// "a != 0" back, or forward with a target to be set.
    u32 branch(Operation operation, u16 a, u32 target) {
        const u32 at = add(operation, 4, {a, 0});
        aim(at + 2, target);
        return at + 2;
    }
    void aim(u32 cell, u32 target) { draft.cells[cell] = u32(target - cell); }

    u32 slot(u32 cell, u32 field) const { return u16(draft.cells[cell + 1] >> (16 * field)); }
};

}  // namespace

TEST_CASE("Ranges of points are taken once, also over several words", "[assign]") {
    Occupancy occupancy;
    occupancy.clear(1000);
    CHECK(occupancy.take(Place::r1, {60, 200}));
    CHECK_FALSE(occupancy.is_free(Place::r1, {199, 300}));
    CHECK_FALSE(occupancy.is_free(Place::r1, {0, 61}));
    CHECK_FALSE(occupancy.is_free(Place::r1, {100, 101}));
    CHECK(occupancy.is_free(Place::r2, {60, 200}));
    CHECK(occupancy.take(Place::r1, {200, 264}));
    CHECK(occupancy.take(Place::r1, {0, 60}));
    CHECK(occupancy.is_taken(Place::r1, 263));
    CHECK_FALSE(occupancy.is_taken(Place::r1, 264));
}

TEST_CASE("Temporaries in a range gain what they do, and are moved out of it", "[assign]") {
    TestDraft t;
    for (u32 n = 0; n < 3; n++) {
        t.binary(Operation::i32_add, 5, 4, 0, 1);
        t.binary(Operation::i32_add, 4, 2, 4, 4);
    }
    Flow flow;
    flow.build(t.draft);
    FormTables forms{};
    const void* const some[1] = {};
    forms[size_t(Operation::i32_add)] = {{File::integer, File::integer, File::integer}, some};
    Occupancy occupancy;
    occupancy.clear(6);
    Temporaries temporaries;
    temporaries.build(t.draft, flow, forms);
    temporaries.place(occupancy);
    temporaries.index();
    REQUIRE(temporaries.all().size() == 3);
    const Place place = temporaries.all()[0].place;
    CHECK(place == integer_register(integer_registers - 1));
    CHECK(temporaries.gain_in(place, {0, 12}) == 9);
    CHECK(temporaries.gain_in(place, {3, 5}) == 0);
    CHECK(temporaries.gain_in(place, {2, 6}) == 6);
    CHECK(temporaries.gain_in(Place::r1, {0, 12}) == 0);
    temporaries.evict(place, {2, 6}, occupancy);
    CHECK(temporaries.all()[0].place == Place::slot);
    CHECK(temporaries.all()[1].place == Place::slot);
    CHECK(temporaries.all()[2].place == place);
    CHECK(occupancy.is_free(place, {0, 9}));
    CHECK_FALSE(occupancy.is_free(place, {9, 10}));
}

TEST_CASE("A loop that is left for an outer one and goes on belongs to that whole", "[assign]") {
    TestDraft t;
    const u32 outer = t.loop();
    t.binary(Operation::i32_add_si, 4, 0, 0, 1);
    const u32 inner = t.loop();
    t.binary(Operation::i32_add_si, 4, 1, 1, 1);
    t.branch(Operation::repeat_i32_ne_si, 0, outer);
    t.branch(Operation::repeat_i32_ne_si, 1, inner);
    t.add(Operation::return_nothing, 4, {0});
    Flow flow;
    flow.build(t.draft);
    REQUIRE(flow.loops.size() == 2);
    CHECK(flow.loops[0].last == flow.loops[1].last);
    CHECK(flow.blocks[flow.loops[1].last].loop_depth == 2);
    CHECK(flow.blocks.back().loop_depth == 0);
}

TEST_CASE("What only leads out of a loop is not in it, wherever it stands", "[assign]") {
    TestDraft t;
    const u32 outer = t.loop();
    const u32 inner = t.loop();
    const u32 stays = t.branch(Operation::branch_i32_ne_si, 0, 0);
    t.binary(Operation::i32_add_si, 4, 0, 0, 1);
    t.branch(Operation::repeat_i32_ne_si, 0, outer);
    t.add(Operation::return_nothing, 4, {0});
    t.aim(stays, t.binary(Operation::i32_add_si, 4, 1, 1, 1));
    t.branch(Operation::repeat_i32_ne_si, 1, inner);
    t.add(Operation::return_nothing, 4, {0});
    Flow flow;
    flow.build(t.draft);
    REQUIRE(flow.loops.size() == 2);
    std::vector<u32> depths;
    for (const Block& block : flow.blocks) depths.push_back(block.loop_depth);
    CHECK(depths == std::vector<u32>{0, 1, 2, 1, 0, 2, 0});
}

TEST_CASE("Branches go behind jumps, and a jump to a return returns", "[assign]") {
    TestDraft t;
    const u32 first = t.branch(Operation::branch_i32_ne_si, 0, 0);
    const u32 jump = t.add(Operation::jump, 4, {0});
    const u32 second = t.add(Operation::jump, 4, {0});
    const u32 last = t.add(Operation::return_slot, 4, {1});
    t.aim(first, second);
    t.draft.cells[first] |= u64(5) << 32;
    t.aim(second + 1, last);
    t.draft.cells[second + 1] |= u64(7) << 32;
    t.aim(jump + 1, last);
    t.draft.cells[jump + 1] |= u64(3) << 32;
    t.draft.cells[last + 1] |= u64(11) << 32;
    thread_jumps(t.draft);
    CHECK(target_of(t.draft, first) == last);
    CHECK(t.draft.cells[first] >> 32 == 5 + 7);
    CHECK(Operation(t.draft.cells[jump]) == Operation::return_slot);
    CHECK(t.draft.cells[jump + 1] == (1 | u64(3 + 11) << 32));
}

TEST_CASE("An operand that a local was copied to, and its new value, need no copies", "[assign]") {
    TestDraft t;
    const u32 add = t.binary(Operation::i32_add_si, 4, 2, 0, 8);
    const u32 load = t.binary(Operation::load32_u_guarded, 6, 6, 2, 0);
    const u32 save = t.binary(Operation::copy, 6, 5, 2, 0);
    const u32 set = t.binary(Operation::copy, 6, 2, 6, 0);
    t.binary(Operation::i32_add, 4, 3, 5, 2);
    Flow flow;
    flow.build(t.draft);
    CopyElimination().eliminate(t.draft, flow);
    CHECK(t.slot(add, 0) == 5);
    CHECK(t.slot(load, 0) == 2);
    CHECK(t.slot(load, 1) == 5);
    for (const Node& node : flow.nodes)
        CHECK(node.removed == (node.cell == save || node.cell == set));
}

TEST_CASE("A copy stays when somebody else needs the operand", "[assign]") {
    TestDraft t;
    t.binary(Operation::i32_add_si, 4, 5, 0, 8);
    t.binary(Operation::copy, 6, 2, 5, 0);  // slot 5 is alive behind it
    t.binary(Operation::i32_add, 4, 3, 5, 2);
    Flow flow;
    flow.build(t.draft);
    CopyElimination().eliminate(t.draft, flow);
    CHECK_FALSE(flow.nodes[1].removed);
}

TEST_CASE("A dead sum goes into the load, one that is needed does not", "[assign]") {
    for (const bool needed : {false, true}) {
        TestDraft t;
        t.binary(Operation::i32_add, 5, 5, 0, 1);
        t.draft.sites.push_back({u32(t.draft.cells.size()), 0, 0});
        t.binary(Operation::load32_u_guarded, needed ? 6 : 5, 6, 5, 0);
        t.binary(Operation::i32_add, 4, 2, 6, needed ? 5 : 0);
        Flow flow;
        flow.build(t.draft);
        Fusion().fuse(t.draft, flow);
        CHECK(flow.nodes[0].removed != needed);
        const Operation load =
            needed ? Operation::load32_u_guarded : Operation::load32_u_guarded_indexed;
        CHECK(flow.nodes[1].operation == load);
    }
}

TEST_CASE("A sum that is only an address is added by each access, one that lives on is not",
          "[assign]") {
    for (const bool lives : {false, true}) {
        TestDraft t;
        t.binary(Operation::i32_add_si, 4, 2, 0, 16);
        t.draft.sites.push_back({u32(t.draft.cells.size()), 0, 0});
        t.binary(Operation::load32_u_guarded, 5, 4, 2, 0);
        t.draft.sites.push_back({u32(t.draft.cells.size()), 0, 0});
        t.binary(Operation::store32_guarded, 4, 2, 4, 0);
        t.add(Operation::return_slot, 4, {lives ? 2u : 1u});
        Flow flow;
        flow.build(t.draft);
        Fusion().fuse(t.draft, flow);
        CHECK(flow.nodes[0].removed != lives);
        CHECK((flow.nodes[1].operation == Operation::load32_u_guarded) == lives);
        CHECK((flow.nodes[2].operation == Operation::store32_guarded) == lives);
    }
}

TEST_CASE("A sum stays when its addend changes before the access", "[assign]") {
    TestDraft t;
    t.binary(Operation::i32_add_si, 4, 2, 0, 16);
    t.binary(Operation::i32_add_si, 4, 0, 0, 1);
    t.draft.sites.push_back({u32(t.draft.cells.size()), 0, 0});
    t.binary(Operation::load32_u_guarded, 4, 1, 2, 0);
    t.add(Operation::return_slot, 4, {1});
    Flow flow;
    flow.build(t.draft);
    Fusion().fuse(t.draft, flow);
    CHECK_FALSE(flow.nodes[0].removed);
    CHECK(flow.nodes[2].operation == Operation::load32_u_guarded);
}

TEST_CASE("A sum of an operand stays where the operand is", "[assign]") {
    TestDraft t;
    t.binary(Operation::i32_mul_si, 5, 4, 0, 3);
    t.binary(Operation::i32_add_si, 4, 2, 4, 16);
    t.draft.sites.push_back({u32(t.draft.cells.size()), 0, 0});
    t.binary(Operation::load32_u_guarded, 4, 1, 2, 0);
    t.add(Operation::return_slot, 4, {1});
    Flow flow;
    flow.build(t.draft);
    Fusion().fuse(t.draft, flow);
    CHECK_FALSE(flow.nodes[1].removed);
}

}  // namespace icvm::vm
