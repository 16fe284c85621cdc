// docket: one binary. Client commands talk to a running server; local ones work on a data folder.
#include <CLI/CLI.hpp>
#include <iostream>

#include "connectors/cli/checks.h"
#include "connectors/cli/client_commands.h"
#include "connectors/cli/completion.h"
#include "connectors/cli/parse.h"
#include "connectors/cli/settings.h"
#include "connectors/local/commands.h"

namespace {

using docket::cli::noun;
using docket::cli::one_of;
using docket::cli::whole_number;

CLI::App* local(CLI::App& parent, const std::string& name, const std::string& description, const std::string& examples) {
  auto* command = parent.add_subcommand(name, description);
  command->footer("Examples:\n" + examples);
  command->formatter(docket::cli::help_formatter());
  return command;
}

// Where the ledger lives, for the commands that can tell.
enum class Ledger { kOnKafka, kChosen, kChosenElsewhereToo };  // the last: an option that another one needs may stand in a file

void add_kafka_options(CLI::App& command, docket::local::KafkaOptions& kafka, Ledger where) {
#ifdef DOCKET_KAFKA
  auto* brokers = command.add_option("--brokers", kafka.brokers, "Kafka brokers, HOST:PORT,...");
  if (where == Ledger::kOnKafka) {
    brokers->required();
  } else {
    auto* ledger = command.add_option("--ledger", kafka.ledger, "where the ledger is: embedded or kafka");
    ledger->check(CLI::IsMember({"embedded", "kafka"}))->capture_default_str();
    if (where == Ledger::kChosen) brokers->needs(ledger);
  }
  command.add_option("--topics", kafka.topics, "the topics are PREFIX.ledger, .config, .keys, .nodes and PREFIX.intake.*")
      ->capture_default_str();
  command.add_option("--kafka-config", kafka.config, "NAME=VALUE, a setting of librdkafka; may be given again")->take_all();
  command.add_flag("--accept-one-copy", kafka.accept_one_copy, "to try it out: fewer than three copies of the ledger");
  command.add_flag("--accept-loss-on-power-failure", kafka.accept_loss_on_power_failure,
                   "records are acknowledged before they are on a disk");
#else
  static_cast<void>(command);
  static_cast<void>(kafka);
  static_cast<void>(where);
#endif
}

struct Local {
  docket::local::ServeOptions serve;
  docket::local::ImportOptions import;
  docket::local::CityOptions city;
  docket::local::WalkOptions walk;
  docket::local::ActivateOptions activate;
  docket::local::SimulateOptions simulate;
  docket::local::KindDiffOptions kind_diff;
  docket::local::MetricDecideOptions metric;
  docket::local::RulesDiffOptions rules_diff;
  std::string config;
  std::string data = "data";
  std::string office = "example";
  std::string schemas;
  std::string heads;
  std::string to;
  std::string from;
  std::string topic;
  bool dry_run = false;
  docket::local::KafkaOptions kafka;
  std::string token;
};

#ifdef DOCKET_KAFKA
void add_topics_commands(CLI::App& app, Local& given, int& code) {
  auto& topics = noun(app, "topics", "The Kafka topics of a ledger");
  for (const bool apply : {false, true}) {
    auto* command =
        local(topics, apply ? "apply" : "plan",
              apply ? "Makes and sets the topics as a ledger needs them." : "Says what of the topics is not as a ledger needs it.",
              std::string("  docket topics ") + (apply ? "apply" : "plan") + " --brokers 127.0.0.1:9092 --intake hotline");
    add_kafka_options(*command, given.kafka, Ledger::kOnKafka);
    command
        ->add_option("--intake", given.kafka.intake,
                     "NAME of a topic PREFIX.intake.NAME that an upstream system publishes to; may be given again")
        ->take_all();
    command->add_flag("--without-outputs", given.kafka.without_outputs,
                      "leaves out PREFIX.verdicts, PREFIX.cases, PREFIX.metrics and PREFIX.heads");
    command->callback([&given, &code, apply] { code = docket::local::run_topics(given.kafka, apply); });
  }
}
#endif

#ifdef DOCKET_KAFKA
void add_intake_commands(CLI::App& app, Local& given, int& code) {
  auto* rebase = local(noun(app, "intake", "Topics that upstream systems publish to"), "rebase",
                       "Goes on with an intake topic that was made anew: a new epoch, from its first record.",
                       "  docket intake rebase docket.intake.hotline --data data");
  rebase->add_option("topic", given.topic, "the topic's whole name")->required();
  rebase->add_option("--data", given.data, "the folder of the node that serves")->capture_default_str();
  rebase->callback([&given, &code] { code = docket::local::run_intake_rebase(given.data, given.topic); });
}
#endif

void add_ledger_commands(CLI::App& app, Local& given, int& code) {
  auto& ledger = noun(app, "ledger", "The ledger of a data folder");
  auto* create =
      local(ledger, "create", "Makes a data folder with an empty ledger.", "  docket ledger create --data data --office example");
  create->add_option("--data", given.data, "the folder")->capture_default_str();
  create->add_option("--office", given.office, "the office whose definitions judge")->capture_default_str();
  create->add_option("--schemas", given.schemas, "a folder of definitions laid over the shipped ones");
  add_kafka_options(*create, given.kafka, Ledger::kChosen);
  create->callback([&] {
#ifdef DOCKET_KAFKA
    if (given.kafka.on_kafka()) {
      code = docket::local::run_kafka_create(given.data, given.office, given.schemas, given.kafka);
      return;
    }
#endif
    code = docket::local::run_ledger_create(given.data, given.office, given.schemas);
  });
  auto* verify = local(ledger, "verify", "Checks every chain from its first block.",
                       "  docket ledger verify --data data\n  docket ledger verify --data data --heads heads.ndjson");
  verify->add_option("--data", given.data, "the folder")->capture_default_str();
  verify->add_option("--heads", given.heads, "signed heads kept elsewhere: finds a cut tail and a rewrite");
  add_kafka_options(*verify, given.kafka, Ledger::kChosen);
  verify->callback([&] {
#ifdef DOCKET_KAFKA
    if (given.kafka.on_kafka()) {
      code = docket::local::run_kafka_verify(given.data, given.heads, given.kafka);
      return;
    }
#endif
    code = docket::local::run_ledger_verify(given.data, given.heads);
  });
#ifdef DOCKET_KAFKA
  auto* repair = local(ledger, "repair", "Appends to the topic what it lost and the node's local copy still has.",
                       "  docket ledger repair --ledger kafka --brokers 127.0.0.1:9092 --data data --dry-run\n"
                       "  docket ledger repair --ledger kafka --brokers 127.0.0.1:9092 --data data");
  repair->add_option("--data", given.data, "the folder of a node that doesn't run")->capture_default_str();
  repair->add_flag("-n,--dry-run", given.dry_run, "show what would be appended, and write nothing");
  add_kafka_options(*repair, given.kafka, Ledger::kChosen);
  repair->callback([&] {
    if (given.kafka.on_kafka()) {
      code = docket::local::run_kafka_repair(given.data, given.dry_run, given.kafka);
      return;
    }
    code = docket::local::fail(
        "an embedded ledger is its own only copy: it comes back from a backup (docket store restore); give --ledger kafka", 2);
  });
#endif
  auto* copy = local(
      ledger, "copy", "Copies the chains, byte for byte, into another folder; goes on where it ended.",
      "  docket ledger copy --from data --to copy\n  docket ledger copy --from data --to kafka --ledger kafka --brokers 127.0.0.1:9092");
  copy->add_option("--from", given.from, "a data folder")->required();
  copy->add_option("--to", given.to, "another one")->required();
  add_kafka_options(*copy, given.kafka, Ledger::kChosen);
  copy->callback([&] {
#ifdef DOCKET_KAFKA
    if (given.kafka.on_kafka()) {
      code = docket::local::run_kafka_copy(given.from, given.to, given.kafka);
      return;
    }
#endif
    code = docket::local::run_ledger_copy(given.from, given.to);
  });
}

void add_store_commands(CLI::App& app, Local& given, int& code) {
  auto& store = noun(app, "store", "The projections of a data folder");
  auto* rebuild =
      local(store, "rebuild", "Builds the projections anew from the ledger, compares, and swaps.", "  docket store rebuild --data data");
  rebuild->add_option("--data", given.data, "the folder")->capture_default_str();
  rebuild->callback([&] { code = docket::local::run_store_rebuild(given.data); });
  auto* verify = local(store, "verify", "Replays the ledger and compares every family of rows.", "  docket store verify --data data");
  verify->add_option("--data", given.data, "the folder")->capture_default_str();
  verify->callback([&] { code = docket::local::run_store_verify(given.data); });
  auto* backup = local(store, "backup", "Backs up ledger, keys and projections, also while a server or an import holds the folder.",
                       "  docket store backup --data data --to backup");
  backup->add_option("--data", given.data, "the folder")->capture_default_str();
  backup->add_option("--to", given.to, "a new folder")->required();
  backup->callback([&] { code = docket::local::run_store_backup(given.data, given.to); });
  auto* restore = local(store, "restore", "Makes a data folder from a backup.", "  docket store restore --from backup --data restored");
  restore->add_option("--from", given.from, "a backup")->required();
  restore->add_option("--data", given.data, "a new folder")->capture_default_str();
  restore->callback([&] { code = docket::local::run_store_restore(given.from, given.data); });
}

void add_kind_diff(CLI::App& app, Local& given, int& code) {
  auto* diff = local(noun(app, "kind", "Kinds of case"), "diff", "Says what changed between two definitions, a sentence a change.",
                     "  docket kind diff example --schemas my-schemas\n  docket kind diff --data data --schemas my-schemas\n"
                     "  docket kind diff shandong qingdao");
  diff->add_option("OFFICE,--office", given.kind_diff.office, "the office; without one example, or with --data that of the ledger");
  diff->add_option("OTHER", given.kind_diff.other, "another office to compare it with");
  diff->add_option("--schemas", given.kind_diff.schemas, "the new definitions: a folder laid over the shipped ones");
  diff->add_option("--from-schemas", given.kind_diff.from_schemas, "the old ones: another folder; else those that the program brings");
  diff->add_option("--data", given.kind_diff.data, "the old ones: what decides now in the ledger of that folder, served or not");
  diff->callback([&] { code = docket::local::run_kind_diff(given.kind_diff); });
}

void add_kind_simulate(CLI::App& app, Local& given, int& code) {
  auto* simulate =
      local(noun(app, "kind", "Kinds of case"), "simulate",
            "Replays the real history under other definitions: which cases, deadlines and figures would differ. Changes nothing.",
            "  docket kind simulate --rule hotline.handle=3wd\n  docket kind simulate --with qingdao-2021 --period 2026-Q3\n"
            "  docket kind simulate --schemas my-schemas --cases 100");
  simulate->add_option("--data", given.simulate.data, "the folder of the ledger, served or not")->capture_default_str();
  simulate->add_option("--schemas", given.simulate.schemas,
                       "a folder of definitions laid over the shipped ones; without it, those that decide in the ledger are changed");
  simulate->add_option("--office", given.simulate.office, "the office; else the ledger's");
  simulate->add_option("--with", given.simulate.with, "a rule set laid over the office's; may be given again");
  simulate->add_option("--rule", given.simulate.rules, "NAME=VALUE, a rule as it would be: hotline.handle=3wd; may be given again");
  simulate->add_option("--period", given.simulate.period,
                       "of the figures: a day, month, quarter or year; else each year in which some differ");
  simulate->add_option("--at", given.simulate.at, "deadlines pass up to then, a date or an instant; else now");
  simulate->add_option("--cases", given.simulate.cases, "how many of the cases that differ are named")->capture_default_str();
  simulate->add_flag("--json", given.simulate.json, "the whole answer as JSON");
  given.simulate.language = docket::cli::default_language();
  simulate->add_option("--lang", given.simulate.language, "zh or en")->check(CLI::IsMember({"zh", "en"}))->capture_default_str();
  simulate->callback([&] { code = docket::local::run_kind_simulate(given.simulate); });
}

void add_metric_decisions(CLI::App& app, Local& given, int& code) {
  struct Verb {
    const char* name;
    const char* help;
  };
  for (const Verb& one :
       {Verb{"backfill", "Counts a new or changed metric over the whole history, beside the old version."},
        Verb{"swap", "Lets a metric answer by its backfilled version."}, Verb{"undo", "Lets a metric answer as it did before the swap."}}) {
    auto* command = local(noun(app, "metric", "Metrics: which there are, their figures, the cases behind them"), one.name, one.help,
                          "  docket metric " + std::string(one.name) + " hotline.on_time_rate --data data");
    command->add_option("NAME", given.metric.metrics, "the metric, with its variant; several at once are counted in one go")->required();
    command->add_option("--data", given.metric.data, "the folder of the ledger, served or not")->capture_default_str();
    command->add_option("--by", given.metric.by, "who says so, for the record; else the user's name");
    command->callback([&, what = one.name] {
      given.metric.what = what;
      code = docket::local::run_metric_decide(given.metric);
    });
  }
}

void add_event_import(CLI::App& app, Local& given, int& code) {
  auto* import =
      local(noun(app, "event", "Events: the one way to change anything"), "import", "Imports history: rows of a file become events.",
            "  docket event import --data data --format ndjson events.ndjson\n  xz -dc 311.csv.xz | docket event import --data boston "
            "--format csv --mapping boston-311 -");
  import->add_option("FILE", given.import.file, "the file; - is standard input")->capture_default_str();
  import->add_option("--data", given.import.data, "a data folder that no server holds")->capture_default_str();
  import->add_option("--server", given.import.server, "a running server instead, as http://127.0.0.1:7417");
  import->add_option("--token-file", given.import.token_file, "a file with the token that the server wants")->envname("DOCKET_TOKEN_FILE");
  import->add_option("--format", given.import.format, "csv or ndjson")->check(one_of({"csv", "ndjson"}))->capture_default_str();
  import->add_option("--mapping", given.import.mapping, "name of a shipped mapping, or a file; without one the lines are CloudEvents");
  import->add_option("--schemas", given.import.schemas, "a folder of mappings laid over the shipped ones");
  import->add_option("--report", given.import.report, "write the counts as JSON");
  import->add_option("--checkpoint", given.import.checkpoint, "remember the rows done in this file, and go on behind them next time");
  import->add_option("--batch", given.import.batch, "events a batch")->check(whole_number(1, 10000))->capture_default_str();
  import->add_flag("-n,--dry-run", given.import.dry_run, "judge, and write nothing");
  import->add_flag("-q,--quiet", given.import.quiet, "no progress");
  import->callback([&] { code = docket::local::run_event_import(given.import);
});
}  // namespace

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Docket: an event-sourced case tracking engine"};
  app.formatter(docket::cli::help_formatter());
  app.set_version_flag("--version", "docket " DOCKET_VERSION);
  app.require_subcommand(1);
  docket::cli::Exit exit;
  Local given;
  docket::cli::add_client_commands(app, exit, [](const docket::cli::KindListArgs& args) {
    return docket::local::kinds_of(args.office.empty() ? "example" : args.office, args.schemas);
  });
  add_ledger_commands(app, given, exit.code);
  add_store_commands(app, given, exit.code);
#ifdef DOCKET_KAFKA
  add_topics_commands(app, given, exit.code);
  add_intake_commands(app, given, exit.code);
#endif
  add_event_import(app, given, exit.code);
  add_metric_decisions(app, given, exit.code);

  auto* serve =
      local(app, "serve", "Serves a data folder over HTTP.",
            "  docket serve --data data --listen 127.0.0.1:7417\n  docket serve --data data --listen 10.0.0.5:7417 --tokens tokens.yaml");
  serve->add_option("--data", given.serve.data, "the folder")->capture_default_str();
  serve->add_option("--listen", given.serve.listen, "HOST:PORT; port 0 is any free one")->capture_default_str();
  serve->add_option("--workers", given.serve.workers, "threads that judge")->check(whole_number(1, 32))->capture_default_str();
  serve->add_option("--tokens", given.serve.tokens,
                    "a file that says whose token may ask what; without one only loopback is served (read again at SIGHUP)");
  serve->add_flag("--access-log", given.serve.access_log, "a JSON line for each request on standard error");
  add_kafka_options(*serve, given.serve.kafka, Ledger::kChosenElsewhereToo);
#ifdef DOCKET_KAFKA
  serve->add_option("--node", given.serve.kafka.node,
                    "its name among the nodes that share the ledger, which then own its partitions together");
  serve->add_option("--advertise", given.serve.kafka.advertise, "HOST:PORT where the other nodes reach it; else where it listens");
  serve->add_option("--token-file", given.serve.token_file, "a file with the token by which the other nodes know this one");
#endif
  serve->add_option("--config", given.config, "a YAML file with these options; else /etc/docket/docket.yaml, if it is there");
  serve->callback([&, serve] {
    exit.code = docket::cli::say_findings(docket::cli::settle(*serve, given.config), std::cerr);
    if (exit.code == docket::cli::kOk) exit.code = docket::local::run_serve(given.serve);
  });
  docket::cli::add_config_commands(app, *serve, exit);

  auto* check =
      local(noun(app, "kind", "Kinds of case"), "check", "Checks an office's definitions: every mistake with file, line and column.",
            "  docket kind check\n  docket kind check --office example --schemas my-schemas");
  check->add_option("--office", given.office, "the office")->capture_default_str();
  check->add_option("--schemas", given.schemas, "a folder of definitions laid over the shipped ones");
  check->callback([&] { exit.code = docket::local::run_kind_check(given.office, given.schemas); });

  auto* activate = local(noun(app, "kind", "Kinds of case"), "activate",
                         "Lets an office's definitions decide for new cases; those that are open keep what they were opened with.",
                         "  docket kind activate --schemas my-schemas --dry-run\n  docket kind activate --data data --schemas my-schemas");
  activate->add_option("--data", given.activate.data, "the folder of the ledger, served or not")->capture_default_str();
  activate->add_option("--office", given.activate.office, "the office; else the ledger's");
  activate->add_option("--schemas", given.activate.schemas, "a folder of definitions laid over the shipped ones");
  activate->add_option("--by", given.activate.by, "who says so, for the record; else the user's name");
  activate->add_flag("--dry-run", given.activate.dry_run, "shows what differs, and changes nothing");
  activate->callback([&] { exit.code = docket::local::run_kind_activate(given.activate); });

  add_kind_diff(app, given, exit.code);
  add_kind_simulate(app, given, exit.code);

  auto* walk =
      local(noun(app, "kind", "Kinds of case"), "walk", "Prints a random history of a kind, judged by the real rules, for reading.",
            "  docket kind walk hotline-ticket\n  docket kind walk call --office shandong --seed 7 --steps 50");
  walk->add_option("kind", given.walk.kind, "the kind")->required();
  walk->add_option("--office", given.walk.office, "the office")->capture_default_str();
  walk->add_option("--seed", given.walk.seed, "the same seed makes the same walk")->check(whole_number(0))->capture_default_str();
  walk->add_option("--steps", given.walk.steps, "at most that many events")->check(whole_number(1, 1000))->capture_default_str();
  walk->add_option("--schemas", given.walk.schemas, "a folder of definitions laid over the shipped ones");
  walk->callback([&] { exit.code = docket::local::run_kind_walk(given.walk); });

  auto* diff =
      local(noun(app, "rules", "The office's rules"), "diff", "Shows which rules of two offices differ, or what further sets change.",
            "  docket rules diff shandong qingdao\n  docket rules diff qingdao --with qingdao-2021");
  diff->add_option("OFFICE", given.rules_diff.office, "the office")->required();
  diff->add_option("OTHER", given.rules_diff.other, "another office; without one, the same with the sets of --with");
  diff->add_option("--with", given.rules_diff.with, "a rule set laid over the other's; may be given again");
  diff->add_option("--schemas", given.rules_diff.schemas, "a folder of definitions laid over the shipped ones");
  diff->callback([&] { exit.code = docket::local::run_rules_diff(given.rules_diff); });

  auto* make = local(noun(app, "city", "A believable city, for trying Docket out"), "make", "Writes a year of a city's events, one a line.",
                     "  docket city make --seed 1 --cases 1000 > city.ndjson");
  make->add_option("--seed", given.city.seed, "the same seed makes the same city")->check(whole_number(0))->capture_default_str();
  make->add_option("--cases", given.city.cases, "how many cases")->check(whole_number(1))->capture_default_str();
  make->add_option("--from", given.city.from, "first day of the year")->capture_default_str();
  make->add_option("--office", given.city.office, "the office")->capture_default_str();
  make->callback([&] { exit.code = docket::local::run_city_make(given.city); });

  auto* token = local(noun(app, "token", "Tokens: who may ask a server what"), "make",
                      "Makes a token: it goes to standard output, its row of the tokens file to standard error.",
                      "  docket token make hotline-exchange > hotline-exchange.token");
  token->add_option("NAME", given.token, "who will bear it")->required();
  token->callback([&] { exit.code = docket::local::run_token_make(given.token); });

  docket::cli::add_completion_command(app, exit);
  auto* version = local(app, "version", "Shows the version.", "  docket version");
  version->callback([] { std::cout << "docket " DOCKET_VERSION "\n"; });

  return docket::cli::parse_and_run(app, argc, argv, exit, std::cout, std::cerr);
}
