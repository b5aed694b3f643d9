#pragma once

#include <memory>
#include <span>
#include <vector>

#include "vm/code/code.hpp"
#include "vm/compile/site_table.hpp"

namespace icvm::vm {

/// A function's code as it runs, with what is known about it. It is immutable, and lies in one
/// piece of CodeMemory: this header, the cells, then the tables.
class alignas(Cell) CompiledFunction {
public:
    u32 function() const { return function_; }  ///< index in the function index space
    std::span<const Cell> cells() const { return {first_cell(), cells_}; }
    u32 index_of(const Cell* cell) const { return u32(cell - first_cell()); }

    std::span<const ReferenceOperand> references() const {
        return {reinterpret_cast<const ReferenceOperand*>(first_cell() + cells_), references_};
    }
    std::span<const ExceptionHandler> handlers() const {
        return {reinterpret_cast<const ExceptionHandler*>(references().data() + references_),
                handlers_};
    }
    std::span<const u32> reference_locals() const {
        return {reinterpret_cast<const u32*>(handlers().data() + handlers_), reference_locals_};
    }

    /// The last site that begins at or before `cell`.
    std::optional<Site> site_at(const Cell* cell) const {
        return sites().last_before(index_of(cell));
    }
    /// That of a function or of a loop that begins with `cell`, where there may be a pause: its
    /// first instruction may have a site at the same place.
    std::optional<Site> entry_site_at(const Cell* cell) const {
        return sites().first_from(index_of(cell));
    }

private:
    friend class CodeMemory;

    const Cell* first_cell() const { return reinterpret_cast<const Cell*>(this + 1); }
    SiteTable sites() const {
        const std::span<const u32> locals = reference_locals();
        return SiteTable(reinterpret_cast<const u8*>(locals.data() + locals.size()));
    }

    u32 function_;
    u32 cells_;
    u32 references_;
    u32 handlers_;
    u32 reference_locals_;
};

/// Where the code of a module's functions lies. Functions are added one by one and never leave:
/// chunks of memory are filled from the front.
class CodeMemory {
public:
    const CompiledFunction& add(const FunctionCode& code);
    /// The function that has `cell`.
    const CompiledFunction& function_at(const Cell* cell) const;
    /// Of functions, without what is free in chunks.
    size_t bytes() const { return cells_used_ * sizeof(Cell); }
    size_t functions() const { return functions_; }

private:
    static constexpr size_t chunk_cells_min = size_t(16) << 7;  ///< 16 KiB
    static constexpr size_t chunk_cells_max = size_t(1) << 17;  ///< 1 MiB

    struct Chunk {
        std::unique_ptr<Cell[]> cells;
        size_t size = 0;
        size_t used = 0;
        std::vector<u32> starts;  ///< of functions in it, ascending
    };

    Cell* allocate(size_t cells);
    Chunk& add_chunk(size_t cells);

    std::vector<std::unique_ptr<Chunk>> chunks_;  ///< ascending by address
    Chunk* open_ = nullptr;                       ///< the one that is being filled
    ByteVector sites_;                            ///< of the function that is being added
    size_t cells_used_ = 0;
    size_t functions_ = 0;
};

}  // namespace icvm::vm
