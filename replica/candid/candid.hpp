#pragma once

/// Candid as the rest of the program sees it (Candid spec).

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vm/base/bytes.hpp"
#include "vm/base/result.hpp"

namespace icvm::replica::candid {

struct ServiceDescription;  ///< a parsed .did: its types, its service, its init arguments

struct DescriptionError {
    u32 line = 0, column = 0;
    std::string message;
};

enum class MethodKind : u8 { update, query, composite_query, oneway };

/// Parses a .did file (the text of `candid:service`); imports are an error that says so. `init`,
/// the text of `candid:args`, counts when the service names no init arguments and it can be read.
Result<std::shared_ptr<const ServiceDescription>, DescriptionError> parse_description(
    std::string_view text, std::string_view init = {});

struct MethodDescription {
    std::string name;
    MethodKind kind;
    std::string signature;  ///< "(nat) -> (nat) query", as it is printed
};

/// In the order of the text.
std::vector<MethodDescription> methods(const ServiceDescription& service);
std::optional<MethodDescription> find_method(const ServiceDescription& service,
                                             std::string_view name);
/// The types of the service's init arguments as text, "()" when there are none.
std::string init_signature(const ServiceDescription& service);

/// Text could not be read as values, or does not fit the types: where and why.
struct ValueError {
    u32 line = 0, column = 0;  ///< of the text; 0: not known
    std::string message;
};

/// Candid text ("(1 : nat, \"x\")", also without the parentheses for one value; nothing is "()") to
/// bytes, directed by the argument types of `method` (its init arguments when `method` is nullptr),
/// or by the text alone when `service` is nullptr. As with the other Candid tools a number takes
/// the type that is expected (by itself it is an int, or with a dot or exponent a float64), an opt
/// must be written ("opt 5", "null"), record fields that the type has not are ignored, and null,
/// opt and reserved fields and last arguments may be left out.
Result<ByteVector, ValueError> encode_arguments(std::string_view text,
                                                const ServiceDescription* service,
                                                const std::string* method);

/// Bytes to Candid text, "(3 : nat)": with the field names of the method's result types when
/// `service` is there; one line when it fits into `width` columns.
Result<std::string, ValueError> decode_reply(Bytes bytes, const ServiceDescription* service,
                                             const std::string* method, u32 width = 100);

/// Bytes to one JSON array, on one line: nat, int, nat64 and int64 as strings of digits, smaller
/// numbers and floats as numbers ("NaN", "inf", "-inf" as strings), principal and service as their
/// text, blob as what stands between the quotes of its Candid text, opt as [] or [v], record as an
/// object in the order of field ids, variant as {"tag": v}, func as {"principal": p, "method": m},
/// null and reserved as null. Without a service fields have their ids for names.
Result<std::string, ValueError> decode_reply_json(Bytes bytes, const ServiceDescription* service,
                                                  const std::string* method);

}  // namespace icvm::replica::candid
