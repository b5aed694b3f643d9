#include "vm/code/options.hpp"

#include "vm/wasm/opcode.hpp"

namespace icvm::vm {

namespace {

/// In modules with 64-bit addresses loads and stores cost one more.
CostTable make_costs(bool memory64) {
    CostTable table;
    auto put = [&](u32 code, u32 cost) { table.cost[place_of(Opcode(code))] = u16(cost); };
#define WASM(code, id, text, immediate, signature, cost) put(code, cost);
#include "vm/wasm/opcode.def"
#define WASM_LOAD(code, id, text, immediate, signature, cost) put(code, cost + memory64);
#define WASM_STORE(code, id, text, immediate, signature, cost) put(code, cost + memory64);
#define WASM_VECTOR_LOAD(code, id, text, immediate, signature, cost) put(code, cost + memory64);
#define WASM_VECTOR_STORE(code, id, text, immediate, signature, cost) put(code, cost + memory64);
#define WASM_VECTOR_LOAD_LANE(code, id, text, immediate, signature, cost) \
    put(code, cost + memory64);
#define WASM_VECTOR_STORE_LANE(code, id, text, immediate, signature, cost) \
    put(code, cost + memory64);
#include "vm/wasm/opcode.def"
    return table;
}

}  // namespace

std::span<const CostVersion> cost_versions() {
    // The cost column of opcode.def.
    static const CostVersion versions[] = {{"2025-10", make_costs(false), make_costs(true)}};
    return versions;
}

const CostVersion& default_costs() { return cost_versions().front(); }

const CostVersion* find_cost_version(std::string_view name) {
    for (const CostVersion& version : cost_versions())
        if (version.name == name) return &version;
    return nullptr;
}

}  // namespace icvm::vm
