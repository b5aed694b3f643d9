#pragma once

#include <expected>
#include <utility>

namespace icvm {

/// A value, or the reason why there is none. Nothing throws in vm/ and replica/.
template <class T, class E>
using Result = std::expected<T, E>;

}  // namespace icvm

/// The value of a Result; an error leaves the calling function with it.
#define TRY(expression)                                                               \
    __extension__({                                                                   \
        auto&& result_ = (expression);                                                \
        if (!result_) [[unlikely]]                                                    \
            return std::unexpected(std::forward<decltype(result_)>(result_).error()); \
        *std::forward<decltype(result_)>(result_);                                    \
    })
