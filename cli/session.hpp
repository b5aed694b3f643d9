#pragma once

#include <string>

#include "cli/command.hpp"
#include "cli/problem.hpp"

namespace icvm::cli {

/// A replica opened on the state of a command line.
struct Session {
    replica::Replica replica;
};

enum class StateUse : u8 { existing, create };

/// Opens the state of the command line. `existing`: exit 3 when there is none, and none is made.
Result<Session, Problem> open_session(Context& context, StateUse use);
/// State in memory, whatever --state says.
Result<Session, Problem> open_session_in_memory(Context& context);
bool state_exists(const Context& context);
/// Removes the files of the state, and its directory when nothing else is in it.
Done erase_state(Context& context);

/// A canister of the session as the person named it.
struct Target {
    replica::Principal id;
    std::string name;  ///< its name, or its id when it has none
    std::string who;   ///< "counter (bkyz2-fmaaa-aaaaa-qaaaq-cai)"
};

/// By name, by id, or by the module file that it was installed from; exit 13 when there is none.
Result<Target, Problem> find_canister(Context& context, const Session& session,
                                      const std::string& word);
/// Nothing when there is none.
Result<std::optional<Target>, Problem> look_for_canister(Context& context, const Session& session,
                                                         const std::string& word);
Target target_of(const Session& session, const replica::Principal& id);
/// Those named by the operands, or all of them with --all.
Result<std::vector<Target>, Problem> find_canisters(Context& context, const Session& session);
Result<replica::CanisterStatus, Problem> status_of(const Session& session, const Target& target);

/// The member "canister" of --json.
std::string json_of(const Target& target);
/// Whether `name` may be the name of a new canister; else exit 2.
Done check_name(const std::string& name);

/// The path of a module file as it is remembered: relative to the folder that holds the state, so
/// that the folder can be moved; empty with a state in memory.
std::string remembered_path(const Context& context, const std::string& path);
/// The other way, as seen from the current folder.
std::string path_from_remembered(const Context& context, const std::string& remembered);

}  // namespace icvm::cli
