#include "vm/validate/function_validator.hpp"

#include "vm/binary/local_groups.hpp"

namespace icvm::vm {

BodyWalk::BodyWalk(const Module& module, const ClosedTypes& types)
    : module_(module), reader_(module, {}), typing_(module, types) {}

void BodyWalk::start(u32 index) {
    body_ = module_.functions[index - module_.imported_functions].body;
    reader_.restart(body_);
    typing_.start(index);
    reachable_ = true;
    height_max_ = 0;
}

Result<void, BodyError> BodyWalk::read_locals() {
    const auto is_typed = read_local_groups();
    if (!is_typed) malformed(is_typed.error());
    if (is_typed && *is_typed) return {};
    return std::unexpected(std::move(error_));
}

Result<bool, ReadError> BodyWalk::read_local_groups() {
    ByteReader reader(module_.bytes, body_);
    const auto add = [&](u32 offset, u32 count, ValueType type) {
        return typing_.add_locals(count, type) || invalid(offset);
    };
    if (!TRY(vm::read_local_groups(reader, add))) return false;
    reader_.skip(reader.offset() - reader_.offset());
    return true;
}

bool BodyWalk::raise(u32 height, u32 offset) {
    height_max_ = height;
    if (height <= operands_max) return true;
    error_ = {false, offset, "too many operands"};
    return false;
}

bool BodyWalk::check_end() {
    if (reader_.at_end()) return true;
    return malformed({MalformedReason::section_size_mismatch, reader_.offset()});
}

/// The official suite takes a body that runs over its end for what it is in one stream of bytes:
/// the next body's size is then no `end`, and the last body's section is too small.
bool BodyWalk::malformed(ReadError error) {
    const u32 end = body_.offset + body_.size;
    if (error.reason == MalformedReason::unexpected_end && end != module_.bytes.size()) {
        const bool last = end == module_.code_section.offset + module_.code_section.size;
        error.reason =
            last ? MalformedReason::section_size_mismatch : MalformedReason::end_expected;
    }
    Malformed malformed = to_malformed(error);
    error_ = {true, malformed.offset, std::move(malformed.reason)};
    return false;
}

bool BodyWalk::invalid(u32 offset) {
    error_ = {false, offset, typing_.reason()};
    return false;
}

}  // namespace icvm::vm
