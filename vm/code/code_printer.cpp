#include "vm/code/code_printer.hpp"

#include <unordered_map>

namespace icvm::vm {

namespace {

class CodePrinter {
public:
    CodePrinter(std::span<const Cell> code, const HandlerTable& handlers)
        : first_(code.data()), cell_(first_), end_(first_ + code.size()) {
        for (size_t n = 0; n < operation_count; n++) operations_[Cell(handlers[n])] = Operation(n);
    }

    std::string print() {
        while (cell_ < end_) print_instruction();
        return std::move(text_);
    }

private:
    void print_instruction() {
        // Forms that no opcode has share no handler: an unknown cell would be our bug.
        const auto found = operations_.find(*cell_);
        text_ += std::to_string(cell_ - first_) + "\t";
        if (found == operations_.end()) {
            text_ += "?\n";
            cell_ = end_;
            return;
        }
        text_ += to_string(found->second);
        cell_++;
        in_first_ = false;
        for (const char field : operands_of(found->second)) print_operand(field);
        if (in_first_) cell_++;
        text_ += '\n';
    }

    /// Fields of the first cell stand together; the others take a cell each, or half of one.
    void print_operand(char field) {
        const bool packed = field == 'd' || (field >= 'a' && field <= 'c') || field == 'l' ||
                            field == 'i' || field == 'm';
        if (packed && !in_first_) {
            in_first_ = true;
            next_slot_ = 0;
        }
        if (!packed && in_first_) {
            in_first_ = false;
            cell_++;
        }
        switch (field) {
            case 'd':
            case 'a':
            case 'b':
            case 'c': return put(" s", u16(*cell_ >> (16 * next_slot_++)));
            case 'l': return put(" lane ", u16(*cell_ >> (16 * next_slot_++)));
            case 'i': return put(" ", i32(*cell_ >> 32));
            case 'm': return put(" ", u32(*cell_ >> 32));
            case 'I': return put(" ", i64(*cell_++));
            case 't': return print_target();
            case 'u': return put(" ", u32(*cell_));
            case 'p': return put(" ", i32(*cell_++ >> 32));
            default: return print_table();
        }
    }

    void print_target() {
        put(" @", cell_ + i32(*cell_) - first_);
        const i32 difference = i32(*cell_ >> 32);
        put(difference < 0 ? " +" : " -", difference < 0 ? -i64(difference) : difference);
        cell_++;
    }

    void print_table() {
        const u32 count = u32(cell_[-1] >> 32);
        for (u32 n = 0; n <= count; n++) print_target();
    }

    template <class T>
    void put(const char* before, T number) {
        text_ += before + std::to_string(number);
    }

    const Cell* first_;
    const Cell* cell_;
    const Cell* end_;
    bool in_first_ = false;
    u32 next_slot_ = 0;
    std::unordered_map<Cell, Operation> operations_;
    std::string text_;
};

}  // namespace

std::string print_code(std::span<const Cell> code, const HandlerTable& handlers) {
    return CodePrinter(code, handlers).print();
}

}  // namespace icvm::vm
