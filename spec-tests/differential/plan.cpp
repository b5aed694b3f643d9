#include "spec-tests/differential/plan.hpp"

#include <algorithm>

#include "spec-tests/differential/type_plan.hpp"

namespace icvm::differential {

using vm::ExternKind;
using vm::Opcode;
using vm::ValueType;

namespace {

vm::Limits limits_of(Random& random, u32 minimum_max, u32 more_max) {
    vm::Limits limits;
    limits.minimum = random.below(minimum_max + 1);
    limits.maximum = limits.minimum + random.below(more_max + 1);
    limits.has_maximum = true;
    limits.address_type = random.percent(25) ? vm::AddressType::i64 : vm::AddressType::i32;
    return limits;
}

void plan_imports(Plan& plan, Random& random) {
    for (const HostSignature& one : host_signatures()) {
        if (random.percent(40)) continue;
        vm::Import import{"env", one.name, ExternKind::function};
        import.type_index = plan.function_type(one.type.parameters, one.type.results);
        plan.functions.push_back(import.type_index);
        plan.imports.push_back(std::move(import));
        plan.imported_functions++;
    }
}

/// "iI:f": what JavaScript cannot ask. References are r.
std::string letters(const vm::FunctionType& type) {
    std::string text;
    const auto add = [&](ValueType one) {
        const char letter = letter_of(one);
        text += letter == 0 ? 'r' : letter;
    };
    for (const ValueType one : type.parameters) add(one);
    text += ':';
    for (const ValueType one : type.results) add(one);
    return text;
}

void plan_functions(Plan& plan, Random& random, const Profile& profile) {
    std::vector<u32> signatures;
    for (u32 i = 0; i < plan.types.size(); i++)
        if (plan.types[i].kind == vm::CompositeKind::function) signatures.push_back(i);
    for (u32 n = 2 + random.below(5); n > 0; n--) plan.functions.push_back(random.pick(signatures));
    plan.run_first = u32(plan.functions.size());
    for (u32 n = 3 + random.below(4); n > 0; n--) {
        std::vector<ValueType> parameters, results;
        Profile scalars = profile;
        scalars.vectors = false;
        for (u32 i = random.below(4); i > 0; i--)
            parameters.push_back(number_type(random, scalars));
        for (u32 i = random.below(4); i > 0; i--) results.push_back(number_type(random, scalars));
        if (random.percent(10)) results.push_back(vm::types::externref);
        if (random.percent(10)) results.push_back(vm::types::funcref);
        plan.functions.push_back(plan.function_type(parameters, results));
    }
    for (u32 i = plan.run_first; i < plan.functions.size(); i++)
        plan.exports.push_back(
            {"r" + std::to_string(i) + " " + letters(plan.type_of(i)), ExternKind::function, i});
}

/// Pages of one byte (proposal custom-page-sizes).
vm::MemoryType memory_of_bytes(Random& random) {
    vm::MemoryType type{limits_of(random, 6000, 300)};
    type.limits.minimum += 4200;
    type.limits.maximum += 4200;
    type.page_bytes_log2 = 0;
    return type;
}

void plan_memories(Plan& plan, Random& random, const Profile& profile, bool with_marks) {
    u32 count = random.percent(70) ? 1 : random.below(4);
    count -= std::min(count, plan.imported_memories);
    for (u32 i = 0; i < count; i++) {
        vm::MemoryType type{limits_of(random, 2, 3)};
        if (type.limits.minimum == 0 && random.percent(80))
            type.limits.minimum = type.limits.maximum = 1;
        if (!profile.portable && random.percent(30)) type = memory_of_bytes(random);
        plan.memories.push_back(type);
    }
    if (with_marks) {
        plan.marks = u32(plan.memories.size());
        plan.memories.push_back({{1, 1, true}});
    }
    for (u32 i = plan.imported_memories; i < plan.memories.size(); i++)
        plan.exports.push_back({"m" + std::to_string(i), ExternKind::memory, i});
}

void plan_tables(Plan& plan, Random& random, const Profile& profile) {
    TablePlan first{{vm::types::funcref, limits_of(random, 8, 8)}};
    first.limits.minimum += 2;
    first.limits.maximum += 2;
    if (plan.tables.empty()) plan.tables.push_back(first);
    for (u32 n = random.below(3); n > 0; n--) {
        const vm::HeapType heap = random.pick(plan.reference_types).heap_type();
        TablePlan table{{ValueType::reference(heap, true), limits_of(random, 8, 8)}};
        if (profile.references && random.percent(40) && has_constant(plan, heap)) {
            table.element = ValueType::reference(heap, random.percent(40));
            table.initializer = constant_expression(plan, random, table.element);
        }
        plan.tables.push_back(std::move(table));
    }
    for (u32 i = plan.imported_tables; i < plan.tables.size(); i++)
        if (plan.tables[i].element.heap_type() != vm::heap_types::exception)
            plan.exports.push_back({"t" + std::to_string(i), ExternKind::table, i});
}

}  // namespace

const std::vector<HostSignature>& host_signatures() {
    using namespace vm;
    static const std::vector<HostSignature> list = {
        {"log_i32", {{types::i32}, {}}},
        {"log_i64", {{types::i64}, {}}},
        {"log_f32", {{types::f32}, {}}},
        {"log_f64", {{types::f64}, {}}},
        {"log_extern", {{types::externref}, {}}},
        {"ask_i32", {{types::i32}, {types::i32}}},
        {"ask_i64", {{types::i64, types::i32}, {types::i64}}},
        {"two", {{types::i32, types::f64}, {types::f64, types::i64}}},
        {"host", {{types::i32}, {types::externref}}},
    };
    return list;
}

u64 interesting_bits(Random& random, char letter) {
    static const std::vector<u64> words = {0,
                                           1,
                                           2,
                                           7,
                                           8,
                                           31,
                                           32,
                                           63,
                                           64,
                                           127,
                                           128,
                                           255,
                                           256,
                                           0x7FFF,
                                           0x8000,
                                           0xFFFF,
                                           0x10000,
                                           0x7FFF'FFFF,
                                           0x8000'0000,
                                           0xFFFF'FFFF,
                                           0x1'0000'0000,
                                           ~u64(0),
                                           u64(1) << 63,
                                           ~u64(0) >> 1,
                                           ~u64(1),
                                           0x1234'5678'9ABC'DEF0,
                                           0x8080'8080'8080'8080};
    static const std::vector<u64> singles = {
        0,           0x8000'0000, 0x3F80'0000, 0xBF80'0000, 0x7F80'0000, 0xFF80'0000,
        0x7FC0'0000, 0xFFC0'0001, 0x7F80'0001, 0xFFA0'0000, 1,           0x8000'0001,
        0x007F'FFFF, 0x0080'0000, 0x7F7F'FFFF, 0x4F00'0000, 0xCF00'0000, 0x4EFF'FFFF,
        0x5F00'0000, 0x3F00'0000, 0x4B80'0000, 0x4B00'0001, 0x3FC0'0000, 0xC020'0000};
    static const std::vector<u64> doubles = {0,
                                             u64(1) << 63,
                                             0x3FF0'0000'0000'0000,
                                             0xBFF0'0000'0000'0000,
                                             0x7FF0'0000'0000'0000,
                                             0xFFF0'0000'0000'0000,
                                             0x7FF8'0000'0000'0000,
                                             0xFFF8'0000'0000'0001,
                                             0x7FF0'0000'0000'0001,
                                             0xFFF4'0000'0000'0000,
                                             1,
                                             0x000F'FFFF'FFFF'FFFF,
                                             0x0010'0000'0000'0000,
                                             0x7FEF'FFFF'FFFF'FFFF,
                                             0x41E0'0000'0000'0000,
                                             0xC1E0'0000'0020'0000,
                                             0x41EF'FFFF'FFFF'FFFF,
                                             0x43E0'0000'0000'0000,
                                             0x43F0'0000'0000'0000,
                                             0x3FE0'0000'0000'0000,
                                             0x4340'0000'0000'0000,
                                             0x36A0'0000'0000'0000,
                                             0x47EF'FFFF'E000'0000,
                                             0xC004'0000'0000'0000};
    if (random.percent(25)) return random.next();
    if (letter == 'f') return random.pick(singles);
    if (letter == 'F') return random.pick(doubles);
    if (random.percent(40)) return random.below(16);
    if (letter == 'v') switch (random.below(3)) {
            case 0: return random.pick(doubles);
            case 1: return random.pick(singles) | random.pick(singles) << 32;
            default: break;
        }
    return random.pick(words);
}

ValueType number_type(Random& random, const Profile& profile) {
    const u32 kind = random.below(profile.vectors ? 6 : 4);
    return type_of_letter("iIfFvv"[kind]);
}

ValueType local_type(Random& random, const Profile& profile, const Plan& plan) {
    if (plan.reference_types.empty() || random.percent(75)) return number_type(random, profile);
    return ValueType::reference(random.pick(plan.reference_types).heap_type(), true);
}

Plan make_plan(Random& random, const Profile& profile, bool with_marks, const Plan* provider) {
    Plan plan;
    plan_types(plan, random, profile);
    plan_imports(plan, random);
    if (provider != nullptr) import_all(plan, random, *provider);
    plan_functions(plan, random, profile);
    plan_reference_types(plan, random, profile);
    plan_memories(plan, random, profile, with_marks);
    plan_tables(plan, random, profile);
    plan_tags(plan, random, profile);
    plan_globals(plan, random, profile);
    plan_segments(plan, random, profile);
    if (random.percent(15))
        for (u32 i = plan.imported_functions; i < plan.functions.size(); i++)
            if (plan.type_of(i) == vm::FunctionType{}) plan.start = i;
    return plan;
}

}  // namespace icvm::differential
