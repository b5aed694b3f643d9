#include "vm/compile/code_memory.hpp"

#include <algorithm>
#include <cstring>

namespace icvm::vm {

namespace {

template <class T>
u8* put(u8* at, const std::vector<T>& items) {
    if (!items.empty()) std::memcpy(at, items.data(), items.size() * sizeof(T));
    return at + items.size() * sizeof(T);
}

}  // namespace

const CompiledFunction& CodeMemory::add(const FunctionCode& code) {
    sites_.clear();
    SiteTable::encode(code.sites, sites_);
    const size_t table_bytes = code.references.size() * sizeof(ReferenceOperand) +
                               code.handlers.size() * sizeof(ExceptionHandler) +
                               code.reference_locals.size() * sizeof(u32) + sites_.size();
    static_assert(sizeof(CompiledFunction) % sizeof(Cell) == 0);
    const size_t all_cells = sizeof(CompiledFunction) / sizeof(Cell) + code.cells.size() +
                             (table_bytes + sizeof(Cell) - 1) / sizeof(Cell);
    auto* function = reinterpret_cast<CompiledFunction*>(allocate(all_cells));
    function->function_ = code.function;
    function->cells_ = u32(code.cells.size());
    function->references_ = u32(code.references.size());
    function->handlers_ = u32(code.handlers.size());
    function->reference_locals_ = u32(code.reference_locals.size());
    u8* at = put(reinterpret_cast<u8*>(function + 1), code.cells);
    at = put(at, code.references);
    at = put(at, code.handlers);
    at = put(at, code.reference_locals);
    put(at, sites_);
    cells_used_ += all_cells;
    functions_++;
    return *function;
}

/// What would leave much of a chunk unused gets one of its own.
Cell* CodeMemory::allocate(size_t cells) {
    Chunk* chunk = open_;
    if (chunk == nullptr || cells > chunk->size - chunk->used) {
        const size_t size = std::clamp(cells_used_, chunk_cells_min, chunk_cells_max);
        const bool alone = cells > size / 4;
        chunk = &add_chunk(alone ? cells : size);
        if (!alone) open_ = chunk;
    }
    Cell* at = chunk->cells.get() + chunk->used;
    chunk->starts.push_back(u32(chunk->used));
    chunk->used += cells;
    return at;
}

CodeMemory::Chunk& CodeMemory::add_chunk(size_t cells) {
    auto chunk = std::make_unique<Chunk>();
    chunk->cells = std::make_unique_for_overwrite<Cell[]>(cells);
    chunk->size = cells;
    const auto behind = std::ranges::upper_bound(
        chunks_, chunk->cells.get(), std::less<>{},
        [](const std::unique_ptr<Chunk>& other) { return other->cells.get(); });
    return **chunks_.insert(behind, std::move(chunk));
}

const CompiledFunction& CodeMemory::function_at(const Cell* cell) const {
    const auto behind = std::ranges::upper_bound(
        chunks_, cell, std::less<>{},
        [](const std::unique_ptr<Chunk>& chunk) -> const Cell* { return chunk->cells.get(); });
    const Chunk& chunk = **(behind - 1);
    const auto start = std::ranges::upper_bound(chunk.starts, u32(cell - chunk.cells.get())) - 1;
    return *reinterpret_cast<const CompiledFunction*>(chunk.cells.get() + *start);
}

}  // namespace icvm::vm
