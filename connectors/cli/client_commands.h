// Registers the commands that talk to a running Docket.
// Thread rule: one thread. Ownership: `app` and `exit` must outlive parsing; the commands' options live in the app.
#pragma once

#include <memory>
#include <string>

#include "connectors/cli/commands.h"

namespace CLI {
class App;
class FormatterBase;
}  // namespace CLI

namespace docket::cli {

// case get|list|history|explain, event publish|tail, rejects list|replay, metric list|show|explain, rules list, calendar status, kind
// list. A noun that `app` has already gets these verbs besides its own. `kinds_of`: lets kind list do without a server.
void add_client_commands(CLI::App& app, Exit& exit, const KindsOf& kinds_of = {});

// config show|check, of the options of `serve`.
void add_config_commands(CLI::App& app, CLI::App& serve, Exit& exit);

// A command's footer holds its examples; this shows them before the options.
[[nodiscard]] std::shared_ptr<CLI::FormatterBase> help_formatter();

// The subcommand `name` of `app`, made if it is not there.
CLI::App& noun(CLI::App& app, const std::string& name, const std::string& description);

}  // namespace docket::cli
