// A shell's completion of the command line, made of the very tree of commands that parses it.
// Thread rule: free functions.
#pragma once

#include <string>

#include "connectors/cli/common.h"

namespace CLI {  // NOLINT(readability-identifier-naming): it is theirs
class App;
}

namespace docket::cli {

// `shell`: bash, zsh or fish.
[[nodiscard]] std::string completion_script(const CLI::App& app, const std::string& shell);
// `docket completion bash|zsh|fish`.
void add_completion_command(CLI::App& app, Exit& exit);

}  // namespace docket::cli
