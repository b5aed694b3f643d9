#include "vm/validate/type_section.hpp"

#include <fmt/format.h>

#include "vm/binary/module_limits.hpp"

namespace icvm::vm {
namespace {

constexpr size_t type_section_id = 1;

/// One group after the other: each sees those before it, and itself.
class TypeValidator {
public:
    explicit TypeValidator(const Module& module) : module_(module), depths_(module.types.size()) {}

    Result<ClosedTypes, Invalid> validate() {
        for (u32 first = 0; first < module_.types.size();) {
            const u32 size = module_.types[first].group_size;
            TRY(validate_group(first, size));
            first += size;
        }
        return std::move(closed_);
    }

private:
    using Validated = Result<void, Invalid>;

    Validated validate_group(u32 first, u32 size) {
        const u32 end = first + size;
        for (u32 index = first; index < end; index++) {
            TRY(check_indices(module_.types[index], end));
            TRY(check_supertype(index));
        }
        if (!closed_.add_group({&module_.types[first], size}))
            return invalid("too many types in this process");
        for (u32 index = first; index < end; index++) TRY(check_match(index));
        return {};
    }

    Validated check_indices(const DefinedType& type, u32 end) const {
        for (const ValueType parameter : type.function.parameters) TRY(check(parameter, end));
        for (const ValueType result : type.function.results) TRY(check(result, end));
        for (const FieldType& field : type.fields) TRY(check(field.type, end));
        return {};
    }

    Validated check(ValueType type, u32 end) const {
        const HeapType heap = type.heap_type();
        if (!type.is_reference() || !heap.is_index() || heap.index() < end) return {};
        return invalid(fmt::format("unknown type {}", heap.index()));
    }

    /// What has to hold before the type's hierarchy can be built.
    Validated check_supertype(u32 index) {
        const DefinedType& type = module_.types[index];
        if (!type.supertype) return {};
        const u32 super = *type.supertype;
        if (super >= type.group_first + type.group_size)
            return invalid(fmt::format("unknown type {}", super));
        if (super >= index)
            return invalid(fmt::format("forward use of type {} in sub type definition", super));
        if (module_.types[super].is_final)
            return invalid(fmt::format("sub type {} has final super type {}", index, super));
        if (module_.types[super].kind != type.kind) return mismatch(index, super);
        depths_[index] = u8(depths_[super] + 1);
        if (depths_[index] <= subtype_depth_max) return {};
        return invalid(fmt::format("sub type {} is nested too deeply", index));
    }

    Validated check_match(u32 index) const {
        const DefinedType& type = module_.types[index];
        if (!type.supertype || matches(type, module_.types[*type.supertype])) return {};
        return mismatch(index, *type.supertype);
    }

    /// Wasm 3.3.8. One of the two parts is empty.
    bool matches(const DefinedType& sub, const DefinedType& super) const {
        if (sub.fields.size() < super.fields.size()) return false;
        for (size_t i = 0; i < super.fields.size(); i++)
            if (!matches(sub.fields[i], super.fields[i])) return false;
        return matches(super.function.parameters, sub.function.parameters) &&
               matches(sub.function.results, super.function.results);
    }

    bool matches(const FieldType& sub, const FieldType& super) const {
        return sub.is_mutable == super.is_mutable && closed_.matches(sub.type, super.type) &&
               (!sub.is_mutable || closed_.matches(super.type, sub.type));
    }

    bool matches(const std::vector<ValueType>& sub, const std::vector<ValueType>& super) const {
        if (sub.size() != super.size()) return false;
        for (size_t i = 0; i < sub.size(); i++)
            if (!closed_.matches(sub[i], super[i])) return false;
        return true;
    }

    std::unexpected<Invalid> mismatch(u32 index, u32 super) const {
        return invalid(fmt::format("sub type {} does not match super type {}", index, super));
    }

    std::unexpected<Invalid> invalid(std::string reason) const {
        return std::unexpected(
            Invalid{module_.section_offsets[type_section_id], {}, std::move(reason)});
    }

    const Module& module_;
    ClosedTypes closed_;
    std::vector<u8> depths_;  ///< number of supertypes above, by type
};

}  // namespace

Result<ClosedTypes, Invalid> validate_types(const Module& module) {
    return TypeValidator(module).validate();
}

}  // namespace icvm::vm
