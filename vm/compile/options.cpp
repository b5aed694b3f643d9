#include "vm/compile/options.hpp"

#include "vm/wasm/opcode.hpp"

namespace icvm::vm {

namespace {

CostTable make_costs(bool memory64) {
    CostTable table;
    auto put = [&](u32 code, u32 cost) {
        table.cost[code < 0x100 ? code : 0x100 + (code & 0xFF)] = u16(cost);
    };
#define WASM(code, id, text, immediate, signature, cost) put(code, cost);
#include "vm/wasm/opcode.def"
#define WASM_LOAD(code, id, text, immediate, signature, cost) put(code, cost + memory64);
#define WASM_STORE(code, id, text, immediate, signature, cost) put(code, cost + memory64);
#include "vm/wasm/opcode.def"
    return table;
}

}  // namespace

const CostTable& default_costs(bool memory64) {
    static const CostTable tables[] = {make_costs(false), make_costs(true)};
    return tables[memory64 ? 1 : 0];
}

}  // namespace icvm::vm
