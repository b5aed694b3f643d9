/// Any bytes at all: decoding and validation end, with a module or with a reason.

#include "vm/base/check.hpp"
#include "vm/binary/decoder.hpp"
#include "vm/validate/function_validator.hpp"
#include "vm/validate/module_validator.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using namespace icvm;
    using namespace icvm::vm;
    const auto module = decode_module(ByteVector(data, data + size));
    if (!module) {
        CHECK(!module.error().reason.empty() && module.error().offset <= size);
        return 0;
    }
    const auto types = validate_module(*module);
    if (!types) {
        CHECK(!types.error().reason.empty() && types.error().offset <= size);
        return 0;
    }
    NullListener listener;
    for (u32 i = module->imported_functions; i < module->function_types.size(); i++) {
        const auto valid = validate_function(*module, *types, i, listener);
        if (!valid) CHECK(!valid.error().reason.empty() && valid.error().offset <= size);
    }
    return 0;
}
