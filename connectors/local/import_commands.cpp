#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "connectors/cli/common.h"
#include "connectors/files/csv.h"
#include "connectors/files/import.h"
#include "connectors/files/ndjson.h"
#include "connectors/local/commands.h"
#include "connectors/local/control.h"
#include "connectors/local/http_publisher.h"
#include "connectors/local/schemas.h"
#include "connectors/local/wiring.h"

namespace docket::local {
namespace {

volatile std::sig_atomic_t interrupted = 0;
// The first one lets the import end in good order. It may wait for input that never comes, so a second one ends it at once.
void interrupt(int signal) {
  interrupted = 1;
  std::signal(signal, SIG_DFL);
}

void take_interrupts() {
  sigset_t both;
  sigemptyset(&both);
  for (const int signal : {SIGINT, SIGTERM}) {
    std::signal(signal, interrupt);
    sigaddset(&both, signal);
  }
  pthread_sigmask(SIG_UNBLOCK, &both, nullptr);  // whoever started this may have blocked them
}

files::PublishedOutcome published(const partition::EventOutcome& outcome, const node::Node& node) {
  using Kind = partition::EventOutcome::Kind;
  using Fate = files::PublishedOutcome::Fate;
  const auto code = [&] { return outcome.refusal ? std::string(model::name(outcome.refusal.code)) : std::string(); };
  // Of an event refused before the ledger keeps the code alone.
  const auto detail = [&] {
    return outcome.refusal && outcome.refusal.detail.empty() ? std::string(model::info(outcome.refusal.code).en) : outcome.refusal.detail;
  };
  switch (outcome.kind) {
    case Kind::kAccepted:
      return {Fate::kAccepted, {}, {}};
    case Kind::kDuplicate:
      return {Fate::kDuplicate, {}, {}};
    case Kind::kParked:
      return {Fate::kParked, code(), detail()};
    case Kind::kUnknown:
      return {Fate::kUnavailable, {}, "the outcome is not known yet"};
    case Kind::kOverloaded:
      return {Fate::kUnavailable, {}, node.disk_full() ? "the ledger's disk is full: nothing was written" : "too much is waiting"};
    case Kind::kTooLarge:
      return {Fate::kRejected, "too-large", "the events of one case do not fit in one block"};
    default:
      return {Fate::kRejected, code(), detail()};
  }
}

// Hands batches to the node of this process.
class NodePublisher final : public files::Publisher {
 public:
  NodePublisher(node::Node& node, bool dry_run) : node_(node), dry_run_(dry_run) {}

  void publish(files::EventBatch events, files::PublishDone done) override {
    auto offered = node_.parse(*events);
    auto outcomes = std::make_shared<std::vector<files::PublishedOutcome>>(events->size());
    std::vector<ingest::Offered> ready;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < offered.size() && i < outcomes->size(); ++i) {
      if (offered[i].event == nullptr || offered[i].stage == ingest::Stage::kForbidden || offered[i].stage == ingest::Stage::kMalformed) {
        (*outcomes)[i] = {files::PublishedOutcome::Fate::kRejected, std::string(model::name(offered[i].refusal.code)),
                          offered[i].refusal.detail};
      } else {
        places.push_back(i);
        ready.push_back(std::move(offered[i]));
      }
    }
    node_.publish_events(std::move(ready), std::nullopt, dry_run_,
                         [this, outcomes, places, done = std::move(done)](node::Node::Outcomes told) {
                           for (std::size_t k = 0; k < told.size(); ++k) (*outcomes)[places[k]] = published(told[k], node_);
                           done(std::move(*outcomes));
                         });
  }

 private:
  node::Node& node_;
  bool dry_run_;
};

Result<std::shared_ptr<const files::Mapping>> load_mapping(const ImportOptions& options, const definition::Bundle& bundle) {
  if (options.mapping.empty()) return std::shared_ptr<const files::Mapping>();
  const auto texts = schema_texts(options.schemas);
  if (!texts) return texts.error();
  std::string file = "mappings/" + options.mapping + ".yaml";
  std::string content;
  if (const auto it = texts->find(file); it != texts->end()) {
    content = it->second;
  } else {
    file = options.mapping;
    auto own = cli::read_file(file);
    if (!own) {
      std::string known;
      for (const auto& [path, text] : *texts) {
        if (path.rfind("mappings/", 0) == 0) known += (known.empty() ? "" : ", ") + path.substr(9, path.size() - 14);
      }
      return Error{ErrorCode::kNotFound, "no mapping " + options.mapping + " (neither a shipped one: " + known + "; nor a file)", false};
    }
    content = std::move(*own);
  }
  auto compiled = files::compile_mapping(file, content, bundle.zone);
  auto findings = compiled.diagnostics;
  if (compiled.mapping) {
    auto more = files::check_mapping(*compiled.mapping, bundle);
    findings.insert(findings.end(), more.begin(), more.end());
  }
  if (!findings.empty()) return Error{ErrorCode::kInvalid, findings_text(findings), false};
  return compiled.mapping;
}

void show_progress(const files::ImportProgress& progress) {
  std::cerr << "\r" << progress.rows_read << " rows, " << progress.counts->accepted << " accepted, " << progress.counts->duplicate
            << " duplicate, " << progress.counts->parked << " parked, " << progress.counts->rejected << " rejected" << std::flush;
}

int import_into(files::Publisher& publisher, const definition::Bundle& bundle, const std::string& ledger_id, const ImportOptions& options) {
  const auto mapping = load_mapping(options, bundle);
  if (!mapping) return fail(mapping.error());
  std::ifstream opened;
  if (options.file != "-") {
    std::error_code ignored;
    if (std::filesystem::is_directory(options.file, ignored)) return fail(options.file + " is a folder; name a file", 2);
    opened.open(options.file, std::ios::binary);
    if (!opened.is_open()) return fail("can't read " + options.file + ": " + std::strerror(errno), 3);
  }
  std::istream& in = options.file == "-" ? std::cin : opened;
  std::unique_ptr<files::RowSource> rows;
  if (options.format == "csv") {
    if (!*mapping) return fail("--format csv needs --mapping", 2);
    rows = std::make_unique<files::CsvRows>(in);
  } else {
    rows = std::make_unique<files::NdjsonRows>(in);
  }
  files::ImportOptions run;
  run.batch_events = options.batch;
  run.in_flight = 8;
  run.checkpoint = options.checkpoint;
  run.ledger = ledger_id;
  if (options.dry_run) run.checkpoint.clear();  // nothing is written, so no row is done
  if (!options.quiet && ::isatty(STDERR_FILENO) == 1) run.progress = show_progress;
  if (!options.quiet) run.waits = [](const std::string& why) { std::cerr << "docket: waiting, nothing is lost: " << why << std::endl; };
  run.stop = [] { return interrupted != 0; };
  take_interrupts();
  auto report = files::run_import(*rows, *mapping, publisher, run);
  if (!report) return fail(report.error());
  report->dry_run = options.dry_run;  // the publisher judged and wrote nothing
  if (run.progress) std::cerr << "\n";
  std::cout << report->text();
  if (!options.report.empty()) {
    std::ofstream out(options.report);
    out << report->json() << "\n";
    if (!out.flush()) return fail("can't write " + options.report, 1);
  }
  if (interrupted != 0) return cli::kInterrupted;
  if (!report->complete) return cli::kUnavailable;
  return report->some_failed() ? cli::kSomeFailed : cli::kOk;
}

}  // namespace

int run_event_import(const ImportOptions& options) {
  if (!options.server.empty()) {
    // The server judges; names in a mapping are checked against the office that it serves by its own answers.
    auto token = cli::read_token(options.token_file);
    if (!token) return fail(token.error());
    HttpPublisher publisher(options.server, options.dry_run, std::move(*token));
    const auto served = publisher.served();
    if (!served) return fail(served.error());
    const auto compiled = compile_office(options.schemas, served->office);
    if (!compiled) return fail(compiled.error());
    if (!compiled->ok())
      return fail("the definitions of office " + served->office + " do not pass here:\n" + findings_text(compiled->diagnostics), 1);
    return import_into(publisher, *compiled->bundle, served->ledger, options);
  }
  auto home = open_home(options.data);
  if (!home) return fail(home.error());
  auto store = open_projections(home->data / "projections", home->definitions.bundles, 2);
  if (!store) return fail(store.error());
  auto node = make_node(*home, *store, 2);
  if (auto started = node->start(); !started) return fail(started.error());
  ControlServer control(*home, **store, *node);
  if (auto started = control.start(); !started) return fail(started.error());
  NodePublisher publisher(*node, options.dry_run);
  const auto decides = deciding(home->definitions);
  if (!decides) return fail(decides.error());
  const int code = import_into(publisher, **decides, home->ledger->ledger_id(), options);
  if (auto stopped = node->stop(); !stopped) return fail(stopped.error());
  return code;
}

}  // namespace docket::local
