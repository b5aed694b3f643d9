#include "vm/text/instruction_names.hpp"
#include "vm/text/module_parser.hpp"

namespace icvm::vm {

/// Instructions, flat and folded (Wasm 6.5), up to the `)` that closes what they stand in, or one
/// folded one. They are appended to code_.
Result<void, TextError> ModuleParser::instructions(Extent extent) {
    do {
        TRY(instruction_annotations());
        switch (tokens_.peek().kind) {
            case TokenKind::left: TRY(open_folded()); break;
            case TokenKind::right:
                if (frames_.empty()) return check_hint_is_used();
                TRY(close_folded());
                break;
            case TokenKind::keyword: TRY(flat_instruction()); break;
            default: return tokens_.unexpected("an instruction");
        }
    } while (extent == Extent::all || !frames_.empty());
    return {};
}

/// A hint that stands behind the last instruction.
Result<void, TextError> ModuleParser::check_hint_is_used() {
    TRY(take_hint(Opcode::end));
    return {};
}

/// Whether an instruction that is not folded may stand here, and folded ones that are no operands.
bool ModuleParser::takes_flat() const {
    if (frames_.empty()) return true;
    switch (frames_.back().kind) {
        case FrameKind::held:
        case FrameKind::if_condition:
        case FrameKind::if_between:
        case FrameKind::if_done: return false;
        default: return true;
    }
}

Result<void, TextError> ModuleParser::open_folded() {
    const FrameKind inside = frames_.empty() ? FrameKind::flat_block : frames_.back().kind;
    if (inside == FrameKind::if_condition && tokens_.is_left("then")) return open_then();
    if (inside == FrameKind::if_between && tokens_.is_left("else")) return open_else();
    if (inside == FrameKind::if_between) return tokens_.unexpected("(else …) or \")\"");
    if (inside == FrameKind::if_done) return tokens_.unexpected("\")\"");
    TRY(tokens_.next());
    const OpcodeRow* row = TRY(instruction_row());
    const u32 source = TRY(tokens_.next()).offset;
    const std::optional<u8> hint = TRY(take_hint(row->opcode));
    const u32 begin = u32(held_.size());
    if (!is_block(row->opcode)) {
        TRY(plain_head(*row));
        frames_.push_back({FrameKind::held, source, begin, {}, hint});
        return {};
    }
    const std::string_view label = TRY(block_head(row->opcode));
    if (row->opcode == Opcode::if_) {
        frames_.push_back({FrameKind::if_condition, source, begin, label, hint});
        return {};
    }
    emit_held(begin, source, hint);
    push_label(label);
    frames_.push_back({FrameKind::block, source, begin, {}, {}});
    return {};
}

bool ModuleParser::is_block(Opcode opcode) {
    return opcode == Opcode::block || opcode == Opcode::loop || opcode == Opcode::if_ ||
           opcode == Opcode::try_table;
}

/// The instruction whose name stands here; it can begin a folded one.
Result<const OpcodeRow*, TextError> ModuleParser::instruction_row() {
    const OpcodeRow* row =
        tokens_.is(TokenKind::keyword) ? find_instruction(tokens_.peek().text) : nullptr;
    if (row == nullptr || row->opcode == Opcode::else_ || row->opcode == Opcode::end)
        return tokens_.unexpected("an instruction");
    return row;
}

/// The condition is complete.
Result<void, TextError> ModuleParser::open_then() {
    TRY(tokens_.next());
    TRY(tokens_.next());
    Frame& frame = frames_.back();
    emit_held(frame.held_begin, frame.source, frame.hint);
    push_label(frame.label);
    frame.kind = FrameKind::if_then;
    return {};
}

Result<void, TextError> ModuleParser::open_else() {
    TRY(tokens_.next());
    emit(Opcode::else_, TRY(tokens_.next()).offset);
    frames_.back().kind = FrameKind::if_else;
    return {};
}

/// At a `)` within a frame.
Result<void, TextError> ModuleParser::close_folded() {
    Frame& frame = frames_.back();
    switch (frame.kind) {
        case FrameKind::flat_block:
        case FrameKind::flat_if:
        case FrameKind::flat_else: return tokens_.unexpected("end");
        case FrameKind::if_condition: return tokens_.unexpected("(then …)");
        default: break;
    }
    TRY(check_hint_is_used());
    const u32 source = TRY(tokens_.next()).offset;
    if (frame.kind == FrameKind::if_then) {
        frame.kind = FrameKind::if_between;
        return {};
    }
    if (frame.kind == FrameKind::if_else) {
        frame.kind = FrameKind::if_done;
        return {};
    }
    if (frame.kind == FrameKind::held) {
        emit_held(frame.held_begin, frame.source, frame.hint);
    } else {
        emit(Opcode::end, source);
        labels_.pop();
    }
    frames_.pop_back();
    return {};
}

Result<void, TextError> ModuleParser::flat_instruction() {
    if (!takes_flat()) return tokens_.unexpected("\"(\" or \")\"");
    const u32 source = tokens_.peek().offset;
    const OpcodeRow* row = find_instruction(tokens_.peek().text);
    if (row == nullptr) return tokens_.unexpected("an instruction");
    if (row->opcode == Opcode::else_) return flat_else(source);
    if (row->opcode == Opcode::end) return flat_end(source);
    TRY(tokens_.next());
    const std::optional<u8> hint = TRY(take_hint(row->opcode));
    const u32 begin = u32(held_.size());
    if (!is_block(row->opcode)) {
        TRY(plain_head(*row));
        emit_held(begin, source, hint);
        return {};
    }
    const std::string_view label = TRY(block_head(row->opcode));
    emit_held(begin, source, hint);
    push_label(label);
    const bool is_if = row->opcode == Opcode::if_;
    frames_.push_back({is_if ? FrameKind::flat_if : FrameKind::flat_block, source, begin, {}, {}});
    return {};
}

Result<void, TextError> ModuleParser::flat_else(u32 source) {
    if (frames_.empty() || frames_.back().kind != FrameKind::flat_if)
        return tokens_.unexpected("an instruction or end");
    TRY(check_hint_is_used());
    TRY(tokens_.next());
    TRY(check_end_label());
    emit(Opcode::else_, source);
    frames_.back().kind = FrameKind::flat_else;
    return {};
}

Result<void, TextError> ModuleParser::flat_end(u32 source) {
    const bool is_open = !frames_.empty() && (frames_.back().kind == FrameKind::flat_block ||
                                              frames_.back().kind == FrameKind::flat_if ||
                                              frames_.back().kind == FrameKind::flat_else);
    if (!is_open) return tokens_.unexpected("an instruction or \")\"");
    TRY(check_hint_is_used());
    TRY(tokens_.next());
    TRY(check_end_label());
    emit(Opcode::end, source);
    labels_.pop();
    frames_.pop_back();
    return {};
}

/// The label may stand again behind `else` and `end`.
Result<void, TextError> ModuleParser::check_end_label() {
    if (!tokens_.is(TokenKind::identifier)) return {};
    const Token token = TRY(tokens_.next());
    if (labels_.innermost_is(identifier_name(token.text))) return {};
    return tokens_.error(token.offset, "mismatching label " + shown(token.text));
}

/// Label, type and clauses of a block; they are held, the label is given.
Result<std::string_view, TextError> ModuleParser::block_head(Opcode opcode) {
    std::string_view label;
    if (tokens_.is(TokenKind::identifier)) label = TRY(tokens_.next()).text;
    encode_opcode(held_, u16(opcode));
    TRY(block_type());
    if (opcode == Opcode::try_table) TRY(catch_clauses());
    return label;
}

void ModuleParser::push_label(std::string_view label) {
    labels_.push(label.empty() ? std::string() : identifier_name(label));
}

void ModuleParser::emit_held(u32 begin, u32 source, std::optional<u8> hint) {
    if (hint) hints_.emplace_back(u32(code_.bytes.size()), *hint);
    code_.mark(source);
    code_.bytes.insert(code_.bytes.end(), held_.begin() + begin, held_.end());
    held_.resize(begin);
}

void ModuleParser::emit(Opcode opcode, u32 source) {
    code_.mark(source);
    encode_opcode(code_.bytes, u16(opcode));
}

}  // namespace icvm::vm
