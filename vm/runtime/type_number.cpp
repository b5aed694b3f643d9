#include <map>
#include <mutex>
#include <utility>

#include "vm/runtime/instance.hpp"

namespace icvm::vm {

namespace {

using Key = std::vector<u32>;

Key key_of(const FunctionType& type) {
    Key key;
    key.reserve(1 + type.parameters.size() + type.results.size());
    key.push_back(u32(type.parameters.size()));
    for (const ValueType parameter : type.parameters) key.push_back(parameter.bits);
    for (const ValueType result : type.results) key.push_back(result.bits);
    return key;
}

}  // namespace

TypeNumber type_number(const FunctionType& type) {
    static std::mutex mutex;
    static std::map<Key, TypeNumber>& numbers = *new std::map<Key, TypeNumber>;
    Key key = key_of(type);
    const std::lock_guard lock(mutex);
    return numbers.try_emplace(std::move(key), TypeNumber(numbers.size())).first->second;
}

}  // namespace icvm::vm
