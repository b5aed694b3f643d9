#pragma once

#include <set>

#include "replica/execution/subnet.hpp"
#include "replica/simulator/coverage.hpp"

namespace icvm::replica::simulator {

/// Sees what happens to canisters by looking at them after each round.
class Observer {
public:
    explicit Observer(Coverage& coverage) : coverage_(coverage) {}
    void look(const Subnet& subnet);
    /// What programs have told.
    void listen(const std::vector<LogLine>& log);

private:
    struct Seen {
        u64 changes = 0;
        Status status = Status::running;
        std::set<ContextId> open;
        std::set<CallbackId> expired;
    };

    void look(const Canister& canister, Seen& seen);
    void look(const CanisterChange& change, bool had_open_calls);
    void look_at_calls(const Canister& canister, Seen& seen);

    Coverage& coverage_;
    std::map<Principal, Seen> seen_;
};

}  // namespace icvm::replica::simulator
