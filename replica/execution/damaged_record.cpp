#include "replica/execution/damaged_record.hpp"

#include <fmt/format.h>

namespace icvm::replica {

Failure damaged_record(std::string_view key) {
    return failure_of(
        StorageError{fmt::format("the state is damaged: record \"{}\" cannot be read", key),
                     "start with a new state folder, or put back a copy of this one"});
}

}  // namespace icvm::replica
