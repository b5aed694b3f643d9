#include <fmt/format.h>

#include <algorithm>

#include "vm/binary/module_limits.hpp"
#include "vm/text/printer_module.hpp"

namespace icvm::vm {
namespace {

/// Deeper blocks are not indented any more: the text stays linear in the module.
constexpr size_t indentation_max = 40;

bool opens_block(Opcode opcode) {
    return opcode == Opcode::block || opcode == Opcode::loop || opcode == Opcode::if_ ||
           opcode == Opcode::try_table;
}

}  // namespace

Result<void, ReadError> ModulePrinter::print_functions() {
    for (u32 i = 0; i < module_.functions.size(); i++) {
        TRY(print_function(i));
        TRY(check_size());
    }
    return {};
}

Result<void, ReadError> ModulePrinter::print_function(u32 defined) {
    const Function& function = module_.functions[defined];
    const u32 index = module_.imported_functions + defined;
    out_ += "\n  ";
    begin_field("func", NameSpace::function, index);
    print_signature(index, function.type_index);
    const u32 start = TRY(print_locals(ByteReader(module_.bytes, function.body)));
    TRY(print_body({start, function.body.offset + function.body.size - start}));
    out_ += ")";
    return {};
}

void ModulePrinter::print_signature(u32 function, u32 type) {
    function_ = function;
    parameters_ = 0;
    if (type < module_.types.size())
        parameters_ = u32(module_.types[type].function.parameters.size());
    named_parameters_ = shows_parameters(type) && names_.has_names(NameSpace::local, function_);
    if (named_parameters_)
        print_named_parameters(type);
    else
        append_type_use(type);
}

void ModulePrinter::print_named_parameters(u32 type) {
    out_ += " (type";
    append_index(NameSpace::type, type);
    out_ += ")";
    u32 index = 0;
    for (const ValueType parameter : module_.types[type].function.parameters)
        append_declaration("param", parameter, index++);
    close_clause();
    out_ += list_of("result", module_.types[type].function.results);
}

/// A parameter or local: those without a name share a clause, which stays open.
void ModulePrinter::append_declaration(std::string_view word, ValueType type, u32 index) {
    const std::string name = names_.definition(NameSpace::local, index, function_);
    if (!clause_is_open_ || !name.empty()) {
        if (clause_is_open_) out_ += ")";
        out_ += fmt::format(" ({}{}", word, name);
    }
    out_ += " " + value_type(type);
    if (!name.empty()) out_ += ")";
    clause_is_open_ = name.empty();
}

void ModulePrinter::close_clause() {
    if (clause_is_open_) out_ += ")";
    clause_is_open_ = false;
}

/// Returns where the instructions begin.
Result<u32, ReadError> ModulePrinter::print_locals(ByteReader reader) {
    const u32 groups = TRY(reader.read_u32());
    u64 locals = 0;
    for (u32 i = 0; i < groups; i++) {
        const u32 count = TRY(reader.read_u32());
        const ValueType type = TRY(reader.read_value_type());
        if (locals + count > locals_max) return reader.error(MalformedReason::too_many_locals);
        if (locals == 0 && count != 0) out_ += "\n   ";
        for (const u64 end = locals + count; locals < end; locals++)
            append_declaration("local", type, u32(parameters_ + locals));
    }
    close_clause();
    locals_ = u32(parameters_ + locals);
    return reader.offset();
}

Result<void, ReadError> ModulePrinter::print_body(ByteRange instructions) {
    InstructionReader reader(module_, instructions);
    TRY(print_sequence(reader, [&](size_t depth) {
        out_ += '\n';
        out_.append(2 * (2 + std::min(depth, indentation_max)), ' ');
    }));
    if (reader.at_end()) return {};
    return std::unexpected(ReadError{MalformedReason::section_size_mismatch, reader.offset()});
}

/// Up to the `end` that closes the sequence.
template <class Separate>
Result<void, ReadError> ModulePrinter::print_sequence(InstructionReader& reader,
                                                      Separate separate) {
    labels_.clear();
    blocks_ = 0;
    Instruction instruction{};
    for (;;) {
        TRY(reader.next(instruction));
        const Opcode opcode = instruction.opcode;
        if (opcode == Opcode::end && labels_.empty()) return {};
        if (opcode == Opcode::else_ && (labels_.empty() || labels_.back().opcode != Opcode::if_))
            return std::unexpected(ReadError{MalformedReason::end_expected, instruction.offset});
        if (opcode == Opcode::else_) labels_.back().opcode = opcode;
        if (opcode == Opcode::end) labels_.pop_back();
        separate(labels_.size() - (opcode == Opcode::else_ ? 1 : 0));
        if (opens_block(opcode)) labels_.push_back({opcode, blocks_++});
        append_instruction(instruction);
        TRY(check_size());
    }
}

Result<std::string, ReadError> ModulePrinter::expression(const ConstantExpression& expression) {
    std::string before;
    std::swap(before, out_);
    function_ = ~u32(0);
    size_t instructions = 0;
    InstructionReader reader(module_, expression);
    TRY(print_sequence(reader, [&](size_t) {
        out_ += ' ';
        instructions++;
    }));
    if (instructions == 1) out_ = " (" + out_.substr(1) + ")";
    std::string text = std::move(out_);
    out_ = std::move(before);
    return text;
}

Result<std::string, ReadError> ModulePrinter::offset_expression(
    const ConstantExpression& expression) {
    const std::string text = TRY(this->expression(expression));
    return text.starts_with(" (") ? text : " (offset" + text + ")";
}

}  // namespace icvm::vm
