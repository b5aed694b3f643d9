#include "vm/binary/decoder.hpp"

#include <algorithm>
#include <array>

#include "vm/binary/instruction_reader.hpp"
#include "vm/binary/module_decoder.hpp"
#include "vm/binary/module_limits.hpp"

namespace icvm::vm {

Result<Module, Malformed> decode_module(ByteVector bytes) {
    if (bytes.size() > module_bytes_max)
        return std::unexpected(to_malformed({MalformedReason::module_too_large}));
    Module module;
    module.bytes = std::move(bytes);
    ModuleDecoder decoder(module);
    if (const auto decoded = decoder.decode(); !decoded)
        return std::unexpected(to_malformed(decoder.first_error(decoded.error())));
    decode_names(module);
    return module;
}

Result<void, ReadError> ModuleDecoder::decode() {
    TRY(decode_header());
    while (!reader_.at_end()) TRY(decode_section());
    return check_counts();
}

Result<void, ReadError> ModuleDecoder::decode_header() {
    constexpr std::array<u8, 4> magic = {0x00, 0x61, 0x73, 0x6D};
    constexpr std::array<u8, 4> version = {0x01, 0x00, 0x00, 0x00};
    const Bytes bytes = module_.bytes;
    if (bytes.size() < 4) return reader_.error(MalformedReason::unexpected_end);
    if (!std::ranges::equal(bytes.first(4), magic)) return reader_.error(MalformedReason::magic);
    reader_.skip(4);
    if (bytes.size() < 8) return reader_.error(MalformedReason::unexpected_end);
    if (!std::ranges::equal(bytes.subspan(4, 4), version))
        return reader_.error(MalformedReason::version);
    reader_.skip(4);
    return {};
}

namespace {

/// Place of each section in the order that sections must have, by id; 0: a custom section.
constexpr u8 ranks[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 12, 13, 11, 6};

}  // namespace

Result<void, ReadError> ModuleDecoder::decode_section() {
    const u32 start = reader_.offset();
    const u8 id = TRY(reader_.read_byte());
    if (id >= std::size(ranks))
        return std::unexpected(ReadError{MalformedReason::section_id, start, id});
    const u32 size = TRY(reader_.read_u32());
    if (size > reader_.remaining()) return reader_.error(MalformedReason::length_out_of_bounds);
    const u32 end = reader_.offset() + size;
    if (id == 0) return decode_custom(end);
    if (ranks[id] <= last_rank_)
        return std::unexpected(ReadError{MalformedReason::unexpected_content, start});
    last_rank_ = ranks[id];
    module_.section_offsets[id] = reader_.offset();
    TRY(decode_content(id, end));
    if (reader_.offset() != end) return reader_.error(MalformedReason::section_size_mismatch);
    return {};
}

Result<void, ReadError> ModuleDecoder::decode_content(u8 id, u32 end) {
    switch (id) {
        case 1: return decode_types();
        case 2: return decode_imports();
        case 3: return decode_functions();
        case 4: return decode_tables();
        case 5: return decode_memories();
        case 6: return decode_globals();
        case 7: return decode_exports();
        case 8: return decode_start();
        case 9: return decode_elements();
        case 10: return decode_code(end);
        case 11: return decode_data();
        case 12: return decode_data_count();
        default: return decode_tags();
    }
}

Result<void, ReadError> ModuleDecoder::check_counts() {
    if (bodies_.size() != module_.functions.size())
        return reader_.error(MalformedReason::function_count_inconsistent);
    for (size_t i = 0; i < bodies_.size(); i++) module_.functions[i].body = bodies_[i];
    if (module_.data_count && *module_.data_count != module_.data.size())
        return reader_.error(MalformedReason::data_count_inconsistent);
    return {};
}

Result<void, ReadError> ModuleDecoder::decode_custom(u32 end) {
    CustomSection section;
    section.name = TRY(reader_.read_name());
    if (reader_.offset() > end) return reader_.error(MalformedReason::unexpected_end);
    section.content = TRY(reader_.read_range(end - reader_.offset()));
    module_.custom_sections.push_back(std::move(section));
    return {};
}

Result<void, ReadError> ModuleDecoder::decode_code(u32 end) {
    module_.code_section = {reader_.offset(), end - reader_.offset()};
    const u32 count = TRY(reader_.read_count(functions_max));
    bodies_.reserve(count);
    for (u32 i = 0; i < count; i++) {
        const u32 size = TRY(reader_.read_u32());
        bodies_.push_back(TRY(reader_.read_range(size)));
    }
    return {};
}

/// An error in a later section may follow from a body that runs over its end.
ReadError ModuleDecoder::first_error(const ReadError& error) const {
    for (const ByteRange& body : bodies_)
        if (const auto walked = walk_body(body); !walked) return walked.error();
    return error;
}

Result<void, ReadError> ModuleDecoder::walk_body(const ByteRange& body) const {
    const ByteRange rest{body.offset, u32(module_.bytes.size()) - body.offset};
    ByteReader locals(module_.bytes, rest);
    const u32 groups = TRY(locals.read_u32());
    for (u32 i = 0; i < groups; i++) {
        (void)TRY(locals.read_u32());
        TRY(locals.read_value_type());
    }
    InstructionReader instructions(module_, rest);
    instructions.skip(locals.offset() - body.offset);
    TRY(instructions.skip_expression());
    if (instructions.offset() == body.offset + body.size) return {};
    return std::unexpected(
        ReadError{MalformedReason::section_size_mismatch, instructions.offset()});
}

}  // namespace icvm::vm
