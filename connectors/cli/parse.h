// Parses and runs a command line; a slip of the hand gets "did you mean".
// Thread rule: main's thread.
#pragma once

#include <iosfwd>

#include "connectors/cli/common.h"

namespace CLI {
class App;
}

namespace docket::cli {

// The process's exit code: 0 after --help, kUsage with a message on `err` for what can't be parsed, else what the command
// left in `exit`. An exception out of a command is kFailure.
[[nodiscard]] int parse_and_run(CLI::App& app, int argc, const char* const* argv, const Exit& exit, std::ostream& out, std::ostream& err);

}  // namespace docket::cli
