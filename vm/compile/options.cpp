#include "vm/compile/options.hpp"

#include "vm/wasm/opcode.hpp"

namespace icvm::vm {

namespace {

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

const CostTable& default_costs(bool memory64) {
    static const CostTable tables[] = {make_costs(false), make_costs(true)};
    return tables[memory64 ? 1 : 0];
}

}  // namespace icvm::vm
