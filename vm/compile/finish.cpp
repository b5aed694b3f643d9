#include "vm/compile/finish.hpp"

namespace icvm::vm {

void finish_code(Draft& draft, const CompileInput& input, FunctionCode& code) {
    code.cells = draft.cells;
    for (const Draft::Row& row : draft.rows)
        code.cells[row.cell] =
            reinterpret_cast<Cell>(input.handlers[size_t(draft.cells[row.cell])]);
    code.sites = draft.sites;
    code.handlers = draft.handlers;
}

}  // namespace icvm::vm
