#pragma once

#include <string>
#include <vector>

#include "replica/replica.hpp"

namespace icvm::replica::scenarios {

/// What came of something that a scenario did.
struct Outcome {
    enum class Kind : u8 {
        done,        ///< it succeeded, and there is nothing to say
        reply,       ///< `bytes`
        reject,      ///< `code`, `error`, `message`
        unanswered,  ///< an update call, and nothing is left to do that would answer it
        broken,      ///< the replica itself failed: `message` says how
    } kind = Kind::done;
    ByteVector bytes{};
    std::string method{};  ///< of the management canister, whose reply it is; or empty
    u32 code = 0;
    std::string error{};  ///< "IC0503"
    std::string message{};
};

/// The replica, as scenarios see it: all that they use of its API is here.
class World {
public:
    /// `cycles` names the prices: "free", "13".
    explicit World(const std::string& cycles = "free", const SubnetCapacity& capacity = {});

    Principal caller() const { return replica_.caller(); }
    void set_caller(const Principal& caller) { replica_.set_caller(caller); }

    /// Text of a file of answers (icvm help http); an error says what is wrong with it.
    Result<void, std::string> answer_http(const std::string& text);

    Result<Principal, Outcome> create();
    Outcome install(const InstallCode& request);
    Outcome update(const Principal& canister, const std::string& method, Bytes argument);
    Outcome query(const Principal& canister, const std::string& method, Bytes argument);
    Outcome stop(const Principal& canister);
    Outcome start(const Principal& canister);
    Outcome uninstall(const Principal& canister);
    Outcome remove(const Principal& canister);

    /// An update call that is only put into its queue.
    Result<MessageId, Outcome> send(const Principal& canister, const std::string& method,
                                    Bytes argument, u64 expiry_ns = 0);
    /// Rounds until it is answered.
    Outcome await(const MessageId& message);
    /// A reply of "received", "processing", "replied", "rejected"; of "unknown".
    Outcome poll(const MessageId& message) const;
    Outcome tick();
    Outcome advance(u64 ns);

    Result<CanisterStatus, Outcome> status(const Principal& canister) const;
    u64 time_ns() const { return replica_.time_ns(); }

private:
    Replica replica_;
};

}  // namespace icvm::replica::scenarios
