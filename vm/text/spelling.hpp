#pragma once

#include <string>
#include <string_view>

namespace icvm::vm {

/// Finds the word that somebody may have meant by another. Linear in the candidates, for error
/// messages only.
class Spelling {
public:
    explicit Spelling(std::string_view word);
    /// `candidate` must outlive this.
    void consider(std::string_view candidate);
    /// The nearest candidate, the first of several; empty when none is near.
    std::string_view nearest() const { return nearest_; }

private:
    std::string_view word_;
    std::string parts_;  ///< of the word, sorted
    size_t distance_;    ///< of the nearest, or what would be too far
    std::string_view nearest_;
};

}  // namespace icvm::vm
