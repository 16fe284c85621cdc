#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <memory>

#include "connectors/cli/checks.h"
#include "connectors/cli/client_commands.h"
#include "connectors/cli/output.h"
#include "connectors/cli/settings.h"

namespace docket::cli {
namespace {

struct ConfigArgs {
  CommonOptions common;
  std::string file;
  bool resolved = false;
};

CLI::App& config_verb(CLI::App& app, const std::string& name, const std::string& description, const std::string& examples,
                      ConfigArgs& args) {
  CLI::App* command = noun(app, "config", "The options of docket serve, from a file and the environment").add_subcommand(name, description);
  command->footer("Examples:\n" + examples);
  command->formatter(help_formatter());
  command->add_option("--config", args.file, std::string("the file; else ") + kConfigFile + ", if it is there");
  return *command;
}

int show_settings(CLI::App& serve, const ConfigArgs& args) {
  const auto settings = settle(serve, args.file);
  const int code = say_findings(settings, *args.common.err);
  if (code != kOk) return code;
  boost::json::array rows;
  Output output;
  output.table.columns = {{"key", false}, {"value", false}, {"from", false}};
  for (const auto& row : settings.rows) {
    if (row.from == kDefault && !args.resolved) continue;
    rows.push_back(boost::json::object{{"key", row.key}, {"value", row.value}, {"from", row.from}});
    output.table.rows.push_back({row.key, row.value, row.from});
  }
  output.items = &rows;
  output.json = boost::json::serialize(boost::json::object{{"settings", rows}});
  return print(args.common, output);
}

int check_settings(CLI::App& serve, const ConfigArgs& args) {
  const auto settings = settle(serve, args.file);
  const int code = say_findings(settings, *args.common.err);
  if (code != kOk) return code;
  if (settings.file.empty()) {
    *args.common.out << "no " << kConfigFile << "; the environment is good\n";
  } else {
    *args.common.out << settings.file << ": good\n";
  }
  return kOk;
}

}  // namespace

void add_config_commands(CLI::App& app, CLI::App& serve, Exit& exit) {
  {
    auto args = std::make_shared<ConfigArgs>();
    CLI::App& command = config_verb(app, "show", "Shows what docket serve would be given by file and environment, and by which line.",
                                    "  docket config show\n  docket config show --resolved --config docket.yaml", *args);
    args->common.language = default_language();
    command.add_flag("--resolved", args->resolved, "every option, the defaults too");
    command.add_option("--format", args->common.format, "table, plain, json, ndjson or csv")->transform(format_named());
    command.add_option("-o,--output", args->common.output, "write to a file; - is standard output");
    command.add_option("--lang", args->common.language, "zh or en: titles")->check(one_of({"zh", "en"}))->capture_default_str();
    command.callback([args, &serve, &exit] { exit.code = show_settings(serve, *args); });
  }
  auto args = std::make_shared<ConfigArgs>();
  CLI::App& command = config_verb(app, "check", "Checks file and environment: every mistake with line and column.",
                                  "  docket config check\n  docket config check --config docket.yaml", *args);
  command.callback([args, &serve, &exit] { exit.code = check_settings(serve, *args); });
}

}  // namespace docket::cli
