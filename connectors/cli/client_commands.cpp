#include "connectors/cli/client_commands.h"

#include <unistd.h>

#include <date/tz.h>
#include <CLI/CLI.hpp>
#include <memory>

#include "connectors/cli/checks.h"
#include "connectors/cli/commands.h"

namespace docket::cli {
namespace {

// Examples come first: most who ask for help want one to copy.
class ExamplesFirst : public CLI::Formatter {
 public:
  std::string make_description(const CLI::App* app) const override {
    const std::string footer = app->get_footer();
    return CLI::Formatter::make_description(app) + (footer.empty() ? "" : "\n" + footer + "\n\n");
  }
  std::string make_footer(const CLI::App*) const override { return ""; }
};

// One command's options: the common ones and its own.
template <typename Args>
struct Bound {
  CommonOptions common;
  Args args;
};

std::string known_zone(const std::string& name) {
  try {
    date::locate_zone(name);
    return {};
  } catch (const std::runtime_error&) {
    return "\"" + name + "\" is no time zone here; write it as Asia/Shanghai";
  }
}

void add_common(CLI::App& command, CommonOptions& options) {
  options.language = default_language();
  options.out_is_terminal = ::isatty(STDOUT_FILENO) == 1;
  command.add_option("--server", options.server, "Docket's address")->envname("DOCKET_SERVER")->capture_default_str();
  command.add_option("--token-file", options.token_file, "a file with the token that the server wants")->envname("DOCKET_TOKEN_FILE");
  command.add_option("--format", options.format, "table, plain, json, ndjson or csv")->transform(format_named());
  command.add_option("-o,--output", options.output, "write to a file; - is standard output");
  command.add_option("--lang", options.language, "zh or en: titles, labels and messages")
      ->check(one_of({"zh", "en"}))
      ->capture_default_str();
  command.add_option("--time-zone", options.time_zone, "zone of the times in tables; default: the office's")->check(known_zone);
  command.add_option("--timeout-ms", options.timeout_ms, "longest wait for an answer")
      ->check(whole_number(1, 3'600'000))
      ->capture_default_str();
  command.add_flag("--no-color", options.no_color, "no colours (as NO_COLOR does)");
  command.add_flag("-q,--quiet", options.quiet, "the result alone");
}

void add_as_of(CLI::App& command, AsOf& as_of) {
  command.add_option("--at", as_of.at, "as it had happened by then: a date (its end) or an RFC 3339 time; default: now");
  command.add_option("--known-at", as_of.known_at, "as it was known then");
}

// Makes the verb, binds its options, and runs `run` when it is chosen.
template <typename Args, typename Run>
CLI::App& verb(CLI::App& parent, const std::string& name, const std::string& description, const std::string& examples, Exit& exit,
               std::shared_ptr<Bound<Args>>& bound, Run run) {
  CLI::App* command = parent.add_subcommand(name, description);
  command->footer("Examples:\n" + examples);
  command->formatter(help_formatter());
  bound = std::make_shared<Bound<Args>>();
  command->callback([bound, &exit, run] { exit.code = run(bound->common, bound->args); });
  return *command;
}

void add_migrate_command(CLI::App& parent, Exit& exit) {
  std::shared_ptr<Bound<MigrateArgs>> bound;
  CLI::App& command = verb<MigrateArgs>(
      parent, "migrate", "Moves open cases to the definitions that decide now (docket kind activate). Try it with --dry-run first.",
      "  docket case migrate --role dispatcher --approver chief --reason \"new limits\" --dry-run\n"
      "  docket case migrate --kind hotline-ticket --state returning=sent_back --role dispatcher --approver chief --reason \"new limits\"",
      exit, bound, [](const CommonOptions& o, const MigrateArgs& a) { return run_case_migrate(o, a); });
  MigrateArgs& args = bound->args;
  command.add_option("ID", args.ids, "these cases; none: all open ones that other definitions judge");
  command.add_option("--kind", args.kinds, "of this kind")->allow_extra_args(false);
  command.add_option("--state", args.states, "OLD=NEW: what a state becomes; of a part's, as assist.given=done")->allow_extra_args(false);
  command.add_option("--reason", args.reason, "why")->required();
  command.add_option("--approver", args.approver, "who approved it")->required();
  command.add_option("--role", args.role, "in what role you act")->required();
  command.add_option("--by", args.by, "who you are; default: your user name");
  command.add_option("--source", args.source, "the source that publishes it")->capture_default_str();
  command.add_option("--activation", args.activation, "the number to move to; default: what the server says decides")
      ->check(whole_number(1));
  command.add_option("--limit", args.limit, "at most so many")->check(whole_number(1))->capture_default_str();
  command.add_flag("-n,--dry-run", args.dry_run, "judge and show, and write nothing");
  add_common(command, bound->common);
}

struct CaseArgs {
  std::string id;
  AsOf as_of;
  std::string version;
  std::size_t limit = 1000;
};

void add_case_commands(CLI::App& app, Exit& exit) {
  CLI::App& parent = noun(app, "case", "Cases: one, many, their history, their deadlines");
  {
    std::shared_ptr<Bound<CaseArgs>> bound;
    CLI::App& command =
        verb<CaseArgs>(parent, "get", "Shows a case as it is, or as it was.", "  docket case get T1\n  docket case get T1 --at 2017-03-10",
                       exit, bound, [](const CommonOptions& o, const CaseArgs& a) { return run_case_get(o, a.id, a.as_of, a.version); });
    command.add_option("ID", bound->args.id, "the case id")->required();
    command.add_option("--version", bound->args.version, "as of this version");
    add_as_of(command, bound->args.as_of);
    add_common(command, bound->common);
  }
  {
    std::shared_ptr<Bound<CaseListArgs>> bound;
    CLI::App& command = verb<CaseListArgs>(parent, "list", "Lists cases. The same filter twice means either, different filters mean all.",
                                           "  docket case list --kind hotline-ticket --light overdue\n  docket case list --kind "
                                           "hotline-ticket --unit U --state signed --format csv -o open.csv",
                                           exit, bound, [](const CommonOptions& o, const CaseListArgs& a) { return run_case_list(o, a); });
    CaseListArgs& args = bound->args;
    command.add_option("--kind", args.kinds, "kind, for example hotline-ticket")->allow_extra_args(false);
    command.add_option("--state", args.states, "state")->allow_extra_args(false);
    command.add_option("--unit", args.units, "unit that holds the case")->allow_extra_args(false);
    command.add_option("--light", args.lights, "on_track, due_soon, overdue, paused, closed_in_time, closed_late or none")
        ->allow_extra_args(false);
    command.add_option("--alias", args.aliases, "another number of the case")->allow_extra_args(false);
    command.add_option("--where", args.where, "NAME=VALUE: any declared dimension")->allow_extra_args(false);
    command.add_option("--due-before", args.due_before, "due before this time");
    command.add_option("--updated-since", args.updated_since, "changed since this time");
    command.add_flag("--movable", args.movable, "only open cases that other definitions judge than decide now");
    command.add_option("--limit", args.limit, "at most so many")->check(whole_number(1))->capture_default_str();
    command.add_flag("--total", args.total, "say how many there are in all");
    add_as_of(command, args.as_of);
    add_common(command, bound->common);
  }
  {
    std::shared_ptr<Bound<CaseArgs>> bound;
    CLI::App& command =
        verb<CaseArgs>(parent, "history", "Shows every event of a case, with when it happened and when it was recorded.",
                       "  docket case history T1\n  docket case history T1 --format ndjson", exit, bound,
                       [](const CommonOptions& o, const CaseArgs& a) { return run_case_history(o, a.id, a.as_of, a.limit); });
    command.add_option("ID", bound->args.id, "the case id")->required();
    command.add_option("--limit", bound->args.limit, "at most so many")->check(whole_number(1))->capture_default_str();
    add_as_of(command, bound->args.as_of);
    add_common(command, bound->common);
  }
  {
    std::shared_ptr<Bound<CaseArgs>> bound;
    CLI::App& command =
        verb<CaseArgs>(parent, "alarms", "Lists numbers that should name one case and that several cases have.", "  docket case alarms",
                       exit, bound, [](const CommonOptions& o, const CaseArgs& a) { return run_case_alarms(o, a.limit); });
    command.add_option("--limit", bound->args.limit, "at most so many")->check(whole_number(1))->capture_default_str();
    add_common(command, bound->common);
  }
  {
    std::shared_ptr<Bound<CaseArgs>> bound;
    CLI::App& command = verb<CaseArgs>(parent, "explain", "Shows how each deadline came about, span by span, with rule and source.",
                                       "  docket case explain T2", exit, bound,
                                       [](const CommonOptions& o, const CaseArgs& a) { return run_case_explain(o, a.id, a.as_of); });
    command.add_option("ID", bound->args.id, "the case id")->required();
    add_as_of(command, bound->args.as_of);
    add_common(command, bound->common);
  }
  add_migrate_command(parent, exit);
}

void add_metric_commands(CLI::App& app, Exit& exit) {
  CLI::App& parent = noun(app, "metric", "Metrics: which there are, their figures, the cases behind them");
  struct None {};
  {
    std::shared_ptr<Bound<None>> bound;
    CLI::App& command = verb<None>(parent, "list", "Lists the metrics of this office.", "  docket metric list", exit, bound,
                                   [](const CommonOptions& o, const None&) { return run_metric_list(o); });
    add_common(command, bound->common);
  }
  {
    std::shared_ptr<Bound<MetricArgs>> bound;
    CLI::App& command = verb<MetricArgs>(parent, "show", "Shows a metric for a day, month, quarter or year.",
                                         "  docket metric show hotline.on_time_rate --period 2017-03 --at 2017-04-10\n"
                                         "  docket metric show hotline.on_time_rate --period 2017-03 --by unit",
                                         exit, bound, [](const CommonOptions& o, const MetricArgs& a) { return run_metric_show(o, a); });
    MetricArgs& args = bound->args;
    command.add_option("NAME", args.name, "the metric, with its variant: hotline.satisfaction.v1")->required();
    command.add_option("--period", args.period, "2017-03-10, 2017-03, 2017-Q1 or 2017");
    command.add_option("--from", args.from, "first day of a series");
    command.add_option("--to", args.to, "last day of a series");
    command.add_option("--step", args.step, "day, month, quarter or year");
    command.add_option("--by", args.by, "a row for each: unit, or another dimension");
    command.add_flag("--exact", args.exact, "of a duration: median and P90 by each case instead of within 1 %");
    add_as_of(command, args.as_of);
    add_common(command, bound->common);
  }
  {
    std::shared_ptr<Bound<MetricArgs>> bound;
    CLI::App& command = verb<MetricArgs>(parent, "explain", "Lists the cases that count, that don't, and that are excluded.",
                                         "  docket metric explain hotline.on_time_rate --period 2017-03 --at 2017-04-10", exit, bound,
                                         [](const CommonOptions& o, const MetricArgs& a) { return run_metric_explain(o, a); });
    MetricArgs& args = bound->args;
    command.add_option("NAME", args.name, "the metric, with its variant")->required();
    command.add_option("--period", args.period, "2017-03-10, 2017-03, 2017-Q1 or 2017");
    command.add_option("--by", args.by, "NAME=VALUE: one row of the table, for example unit=U");
    add_as_of(command, args.as_of);
    add_common(command, bound->common);
  }
}

namespace {

void add_event_tail(CLI::App& app, Exit& exit) {
  std::shared_ptr<Bound<TailArgs>> bound;
  CLI::App& command =
      verb<TailArgs>(noun(app, "event", "Events: the one way to change anything"), "tail",
                     "Shows accepted events as they happen; goes on after a break where it was.",
                     "  docket event tail --kind hotline-ticket\n  docket event tail --from-start --format ndjson --limit 100\n"
                     "  docket event tail --kind hotline-ticket --event dispatched --by district=shinan",
                     exit, bound, [](const CommonOptions& o, const TailArgs& a) { return run_event_tail(o, a); });
  auto& args = bound->args;
  command.add_option("--kind", args.kinds, "of this kind; may be given again");
  command.add_option("--event", args.events, "of this name, for example dispatched; may be given again");
  command.add_option("--case", args.cases, "of this case; may be given again");
  command.add_option("--by", args.by, "NAME=VALUE: of cases that are so now, for example district=shinan; needs one --kind");
  command.add_flag("--from-start", args.from_start, "all there is, then what comes; else only what comes");
  command.add_option("--after", args.after, "behind this place: the id of an event of the stream");
  command.add_option("--limit", args.limit, "ends after so many events")->check(whole_number(1));
  add_common(command, bound->common);
}

}  // namespace

void add_event_commands(CLI::App& app, Exit& exit) {
  CLI::App& parent = noun(app, "event", "Events: the one way to change anything");
  std::shared_ptr<Bound<PublishArgs>> bound;
  CLI::App& command = verb<PublishArgs>(
      parent, "publish", "Publishes CloudEvents: one, a JSON array, or one a line. Publishing again takes none twice.",
      "  docket event publish event.json\n  docket event publish events.ndjson --dry-run\n  cat events.ndjson | docket event publish -",
      exit, bound, [](const CommonOptions& o, const PublishArgs& a) { return run_event_publish(o, a, std::cin); });
  command.add_option("FILE", bound->args.file, "the file; - is standard input")->capture_default_str();
  command.add_flag("-n,--dry-run", bound->args.dry_run, "judge, and write nothing");
  command.add_option("--if-match", bound->args.if_match, "ETag that the case must have, its revision in quotes, or * (one event)");
  add_common(command, bound->common);
  add_event_tail(app, exit);
}

void add_rejects_replay(CLI::App& app, Exit& exit) {
  std::shared_ptr<Bound<ReplayArgs>> bound;
  CLI::App& command = verb<ReplayArgs>(
      noun(app, "rejects", "Events that were refused"), "replay",
      "Publishes refused events again, unchanged, under a new id. The ledger keeps no content of theirs: it comes from a file.",
      "  docket rejects replay --file events.ndjson --dry-run\n  docket rejects replay --file events.ndjson --code no-case", exit, bound,
      [](const CommonOptions& o, const ReplayArgs& a) { return run_rejects_replay(o, a, std::cin); });
  auto& args = bound->args;
  command.add_option("--file", args.file, "the CloudEvents as they were published or imported; - is standard input")->required();
  command.add_option("--source", args.of.source, "of this source");
  command.add_option("--code", args.of.code, "refused with this rejection code");
  command.add_option("--limit", args.of.limit, "of the latest so many refusals")->check(whole_number(1))->capture_default_str();
  command.add_flag("-n,--dry-run", args.dry_run, "judge and show, and write nothing");
  add_common(command, bound->common);
}

void add_list_commands(CLI::App& app, Exit& exit, const KindsOf& kinds_of) {
  struct None {};
  {
    std::shared_ptr<Bound<RejectsArgs>> bound;
    CLI::App& command =
        verb<RejectsArgs>(noun(app, "rejects", "Events that were refused"), "list", "Lists refused events, the latest first.",
                          "  docket rejects list\n  docket rejects list --code not-from-state", exit, bound,
                          [](const CommonOptions& o, const RejectsArgs& a) { return run_rejects_list(o, a); });
    command.add_option("--source", bound->args.source, "of this source");
    command.add_option("--code", bound->args.code, "with this rejection code");
    command.add_option("--limit", bound->args.limit, "at most so many")->check(whole_number(1))->capture_default_str();
    add_common(command, bound->common);
  }
  add_rejects_replay(app, exit);
  {
    struct RulesArgs {
      bool assumed = false;
    };
    std::shared_ptr<Bound<RulesArgs>> bound;
    CLI::App& command =
        verb<RulesArgs>(noun(app, "rules", "The office's rules"), "list", "Lists the rules in force with source and certainty.",
                        "  docket rules list\n  docket rules list --assumed", exit, bound,
                        [](const CommonOptions& o, const RulesArgs& a) { return run_rules_list(o, a.assumed); });
    command.add_flag("--assumed", bound->args.assumed, "only what no text backs");
    add_common(command, bound->common);
  }
  {
    std::shared_ptr<Bound<None>> bound;
    CLI::App& command =
        verb<None>(noun(app, "calendar", "Working days"), "status", "Shows which years the calendars know, and which are provisional.",
                   "  docket calendar status", exit, bound, [](const CommonOptions& o, const None&) { return run_calendar_status(o); });
    add_common(command, bound->common);
  }
  {
    std::shared_ptr<Bound<None>> bound;
    CLI::App& command = verb<None>(noun(app, "node", "Nodes that share a ledger on Kafka"), "list",
                                   "Lists the nodes and which of the ledger's partitions each owns.", "  docket node list", exit, bound,
                                   [](const CommonOptions& o, const None&) { return run_node_list(o); });
    add_common(command, bound->common);
  }
  {
    std::shared_ptr<Bound<KindListArgs>> bound;
    CLI::App& command =
        verb<KindListArgs>(noun(app, "kind", "Kinds of cases"), "list",
                           "Lists the kinds of the office that the server serves, or of one whose definitions are here.",
                           "  docket kind list\n  docket kind list --office example", exit, bound,
                           [kinds_of](const CommonOptions& o, const KindListArgs& a) { return run_kind_list(o, a, kinds_of); });
    if (kinds_of) {
      command.add_option("--office", bound->args.office, "of this office's definitions, without a server");
      command.add_option("--schemas", bound->args.schemas, "a folder of definitions laid over the shipped ones, without a server");
    }
    add_common(command, bound->common);
  }
}

}  // namespace

std::shared_ptr<CLI::FormatterBase> help_formatter() { return std::make_shared<ExamplesFirst>(); }

CLI::App& noun(CLI::App& app, const std::string& name, const std::string& description) {
  for (CLI::App* known : app.get_subcommands([&name](const CLI::App* candidate) { return candidate->get_name() == name; })) return *known;
  CLI::App* made = app.add_subcommand(name, description);
  made->require_subcommand(1);
  return *made;
}

void add_client_commands(CLI::App& app, Exit& exit, const KindsOf& kinds_of) {
  add_case_commands(app, exit);
  add_event_commands(app, exit);
  add_metric_commands(app, exit);
  add_list_commands(app, exit, kinds_of);
}

}  // namespace docket::cli
