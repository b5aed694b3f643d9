#include "vm/binary/instruction_reader.hpp"
#include "vm/binary/module_decoder.hpp"
#include "vm/binary/module_limits.hpp"

namespace icvm::vm {
namespace {

// Bits of an element segment's first number (Wasm 5.5.12).
constexpr u32 not_active = 1;
constexpr u32 explicit_table = 2;  // declarative, when it is not active
constexpr u32 with_expressions = 4;

}  // namespace

Result<void, ReadError> ModuleDecoder::decode_elements() {
    const u32 count = TRY(reader_.read_count(element_segments_max));
    for (u32 i = 0; i < count; i++) module_.elements.push_back(TRY(read_element_segment()));
    return {};
}

Result<ElementSegment, ReadError> ModuleDecoder::read_element_segment() {
    const u32 offset = reader_.offset();
    const u32 flags = TRY(reader_.read_u32());
    if (flags > 7) return std::unexpected(ReadError{MalformedReason::element_segment_kind, offset});
    ElementSegment segment;
    segment.offset = offset;
    if ((flags & not_active) != 0) {
        segment.mode =
            (flags & explicit_table) != 0 ? SegmentMode::declarative : SegmentMode::passive;
    } else {
        if ((flags & explicit_table) != 0) segment.table_index = TRY(reader_.read_u32());
        segment.table_offset = TRY(read_constant_expression());
    }
    segment.has_expressions = (flags & with_expressions) != 0;
    if (segment.has_expressions) segment.type = types::funcref;
    if ((flags & (not_active | explicit_table)) != 0) TRY(read_element_type(segment));
    TRY(segment.has_expressions ? read_element_expressions(segment)
                                : read_element_functions(segment));
    return segment;
}

Result<void, ReadError> ModuleDecoder::read_element_type(ElementSegment& segment) {
    if (segment.has_expressions) {
        segment.type = TRY(reader_.read_reference_type());
        return {};
    }
    if (TRY(reader_.read_byte()) != 0) return reader_.error_at(1, MalformedReason::element_kind);
    return {};
}

Result<void, ReadError> ModuleDecoder::read_element_functions(ElementSegment& segment) {
    const u32 count = TRY(reader_.read_count(~u32(0)));
    segment.functions.reserve(count);
    for (u32 i = 0; i < count; i++) {
        segment.functions.push_back(TRY(reader_.read_u32()));
        declare_function(segment.functions.back());
    }
    return {};
}

Result<void, ReadError> ModuleDecoder::read_element_expressions(ElementSegment& segment) {
    const u32 count = TRY(reader_.read_count(~u32(0)));
    segment.expressions.reserve(count);
    for (u32 i = 0; i < count; i++) segment.expressions.push_back(TRY(read_constant_expression()));
    return {};
}

Result<void, ReadError> ModuleDecoder::decode_data_count() {
    module_.data_count = TRY(reader_.read_u32());
    return {};
}

Result<void, ReadError> ModuleDecoder::decode_data() {
    const u32 count = TRY(reader_.read_count(data_segments_max));
    for (u32 i = 0; i < count; i++) module_.data.push_back(TRY(read_data_segment()));
    return {};
}

Result<DataSegment, ReadError> ModuleDecoder::read_data_segment() {
    const u32 offset = reader_.offset();
    const u32 flags = TRY(reader_.read_u32());
    if (flags > 2) return std::unexpected(ReadError{MalformedReason::data_segment_kind, offset});
    DataSegment segment;
    if (flags == 1) {
        segment.mode = SegmentMode::passive;
    } else {
        if (flags == 2) segment.memory_index = TRY(reader_.read_u32());
        segment.memory_offset = TRY(read_constant_expression());
    }
    const u32 size = TRY(reader_.read_u32());
    segment.content = TRY(reader_.read_range(size));
    return segment;
}

Result<ConstantExpression, ReadError> ModuleDecoder::read_constant_expression() {
    const u32 start = reader_.offset();
    InstructionReader instructions(module_, {start, u32(reader_.remaining())});
    TRY(instructions.skip_expression([&](const Instruction& instruction) {
        if (instruction.opcode == Opcode::ref_func) declare_function(instruction.index);
    }));
    const ConstantExpression expression{start, instructions.offset() - start};
    reader_.skip(expression.size);
    return expression;
}

/// An index out of range is for validation to refuse.
void ModuleDecoder::declare_function(u32 index) {
    auto& declared = module_.declared_functions;
    if (declared.empty()) declared.resize(module_.function_types.size());
    if (index < declared.size()) declared[index] = true;
}

}  // namespace icvm::vm
