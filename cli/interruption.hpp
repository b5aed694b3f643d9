#pragma once

namespace icvm::cli {

/// Ctrl-C asks for a rollback and exit 130; a second one ends the process at once (what was
/// acknowledged is durable). A closed pipe and a file-size limit become errors of write, not
/// signals.
void catch_signals();
bool interrupted();
/// While it is set, nothing is under way that needs a rollback: the first Ctrl-C ends the process.
void end_at_interrupt(bool wanted);

}  // namespace icvm::cli
