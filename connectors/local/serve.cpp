#include <signal.h>

#include <algorithm>
#include <cctype>
#include <functional>
#include <iostream>
#include <mutex>

#include "connectors/cli/common.h"
#include "connectors/cli/http_client.h"
#include "connectors/files/tokens.h"
#include "connectors/http/server.h"
#include "connectors/local/carried_metrics.h"
#include "connectors/local/commands.h"
#include "connectors/local/control.h"
#include "connectors/local/heads_writer.h"
#ifdef DOCKET_KAFKA
#include "connectors/local/kafka_home.h"
#include "connectors/local/sharing.h"
#endif
#include "connectors/local/key_destroyer.h"
#include "connectors/local/ledger_checks.h"
#include "connectors/local/replay.h"
#include "connectors/local/schemas.h"
#include "connectors/local/service_manager.h"
#include "connectors/local/wiring.h"

namespace docket::local {

int fail(const std::string& message, int code) {
  std::cerr << "docket: " << message << (message.ends_with('\n') ? "" : "\n");  // findings end their own lines
  return code;
}

int fail(const Error& error) { return fail(error.message, cli::exit_code_of(error)); }

namespace {

bool split_listen(const std::string& listen, std::string& host, std::uint16_t& port) {
  const auto colon = listen.rfind(':');
  if (colon == std::string::npos) return false;
  host = listen.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  unsigned long n = 0;
  try {
    std::size_t used = 0;
    n = std::stoul(listen.substr(colon + 1), &used);
    if (used != listen.size() - colon - 1) return false;
  } catch (const std::exception&) {
    return false;
  }
  port = static_cast<std::uint16_t>(n);
  return n <= 65535;
}

Result<Home> open_served(const ServeOptions& options) {
#ifdef DOCKET_KAFKA
  if (options.kafka.on_kafka()) {
    const auto place = kafka_place(options.kafka);
    if (!place) return place.error();
    auto home = open_kafka_home(options.data, *place, options.kafka.node.empty() ? "node-1" : options.kafka.node);
    if (home) std::cerr << "docket: ledger on Kafka, " << options.kafka.brokers << ", librdkafka " << kafka::library_version() << "\n";
    return home;
  }
#endif
  return open_home(options.data);
}

#ifdef DOCKET_KAFKA
Result<std::unique_ptr<Sharing>> make_sharing(const ServeOptions& options, const Home& home) {
  if (options.kafka.node.empty()) return std::unique_ptr<Sharing>();
  const auto place = kafka_place(options.kafka);
  if (!place) return place.error();
  auto token = cli::read_token(options.token_file);
  if (!token) return token.error();
  return std::make_unique<Sharing>(*place, options.kafka.node, home.catch_up_keys, std::move(*token));
}

// Before anything is opened. kInvalid names the option.
Status check_sharing(const ServeOptions& options) {
  const auto& kafka = options.kafka;
  if (!kafka.on_kafka() && !kafka.brokers.empty())
    return Error{ErrorCode::kInvalid, "--brokers is for a ledger on Kafka: give --ledger kafka too"};
  if (kafka.node.empty() && !(kafka.advertise.empty() && options.token_file.empty()))
    return Error{ErrorCode::kInvalid, "--advertise and --token-file are for one of several nodes: give --node NAME too"};
  if (kafka.node.empty()) return {};
  if (!kafka.on_kafka()) return Error{ErrorCode::kInvalid, "--node is for a ledger that several nodes share: give --ledger kafka too"};
  const bool fits = kafka.node.size() <= 64 && std::all_of(kafka.node.begin(), kafka.node.end(), [](unsigned char c) {
                      return std::islower(c) != 0 || std::isdigit(c) != 0 || c == '-';
                    });
  if (!fits) return Error{ErrorCode::kInvalid, "--node takes 1 to 64 small letters, digits and '-', not '" + kafka.node + "'"};
  if (!kafka.advertise.empty() && !cli::parse_server(kafka.advertise))
    return Error{ErrorCode::kInvalid, "--advertise takes HOST:PORT, not '" + kafka.advertise + "'"};
  const bool anywhere = options.listen.starts_with("0.0.0.0:") || options.listen.starts_with("[::]:");
  if (anywhere && kafka.advertise.empty())
    return Error{ErrorCode::kInvalid,
                 "--listen " + options.listen + " is no address that other nodes can reach: give --advertise HOST:PORT too"};
  if (!options.tokens.empty() && options.token_file.empty())
    return Error{ErrorCode::kInvalid, "with --tokens the other nodes want to know this one: give --token-file FILE too (may: [node])"};
  return {};
}
#endif

// kInvalid: what is wrong with the file, line by line.
Result<service::Access::Callers> read_callers(const std::string& file, const definition::Bundle& bundle) {
  const auto text = cli::read_file(file);
  if (!text) return Error{ErrorCode::kInvalid, "--tokens " + file + " can't be read"};
  auto tokens = files::read_tokens(file, *text, bundle);
  if (!tokens.ok()) return Error{ErrorCode::kInvalid, "--tokens:\n" + findings_text(tokens.diagnostics)};
  return std::move(tokens.callers);
}

// A file that is wrong changes nothing.
void read_again(const std::string& file, const definition::Bundle& bundle, service::Access* access) {
  if (access == nullptr) return;
  auto callers = read_callers(file, bundle);
  if (callers) access->replace(std::move(*callers));
  std::cerr << "docket: " << (callers ? "tokens read again" : callers.error().message + "the tokens stay as they were") << "\n";
}

// Another thread's: one write, so that lines stay whole.
void tell_conflict(const projections::AliasConflict& conflict) {
  std::string line = "docket: alarm: cases";
  constexpr std::size_t kNamed = 5;
  for (std::size_t i = 0; i < conflict.cases.size() && i < kNamed; ++i) line += " " + conflict.cases[i];
  if (conflict.cases.size() > kNamed) line += " and " + std::to_string(conflict.cases.size() - kNamed) + " more";
  line += " have the same " + conflict.alias + ":";
  for (const auto& value : conflict.values) line += " '" + value + "'";
  std::cerr << line + " (" + conflict.kind + "; docket case alarms)\n";
}

// Where the ledger lives elsewhere, the projections follow its local copy first: the loops then begin where that ends.
Status follow_copy(const Home& home) {
  auto projections = open_raw_projections(home, home.data / "projections", "");
  if (!projections) return projections.error();
  return catch_up(home, **projections);
}

}  // namespace

int run_serve(const ServeOptions& options) {
  http::Options http;
  if (!split_listen(options.listen, http.host, http.port)) return fail("--listen takes HOST:PORT, not '" + options.listen + "'", 2);
  // Signals are taken by this thread alone; all others inherit the mask.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);  // the tokens file is read again
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);

#ifdef DOCKET_KAFKA
  if (auto good = check_sharing(options); !good) return fail(good.error().message, 2);
#endif
  auto home = open_served(options);
  if (!home) return fail(home.error());
  if (home->port) {
    if (auto done = follow_copy(*home); !done) return fail(done.error());
    for (const auto& topic : home->intake_topics) std::cerr << "docket: takes events from topic " << topic << "\n";
    for (const auto& risk : home->risks) std::cerr << "docket: risk taken: " << risk << "\n";
  }
  auto store = open_projections(home->data / "projections", home->definitions.bundles, options.workers, tell_conflict);
  if (!store) return fail(store.error());
  const auto carried = std::make_shared<CarriedMetrics>(*home, *store, wall_clock);
  std::function<void(node::NodeParts&)> more = [&carried](node::NodeParts& parts) { parts.metrics = carried; };
#ifdef DOCKET_KAFKA
  auto sharing = make_sharing(options, *home);
  if (!sharing) return fail(sharing.error());
  if (*sharing) {
    more = [&carried, &shared = **sharing](node::NodeParts& parts) {
      parts.metrics = carried;
      shared.tell(parts);
    };
  }
#endif
  KeyDestroyer destroyer(*home);  // the node's workers call it
  auto node = make_node(*home, *store, options.workers, more);
  const auto outputs = home->outputs ? home->outputs(*node, **store) : nullptr;
  if (auto started = node->start(); !started) return fail(started.error());
  if (auto started = carried->start(); !started) return fail(started.error());
  std::shared_ptr<service::Access> access;
  if (!options.tokens.empty()) {
    auto callers = read_callers(options.tokens, *node->bundle());
    if (!callers) return fail(callers.error());
    http.access = access = std::make_shared<service::Access>(std::move(*callers));
  }
  std::mutex log_mutex;
  if (options.access_log) {
    http.access_log = [&log_mutex](const http::AccessEntry& entry) {
      const std::lock_guard lock(log_mutex);
      std::cerr << http::access_line(entry) << "\n";
    };
  }
  destroyer.start();
  ControlServer control(*home, **store, *node, carried.get());  // before anybody is told that the node is ready
  if (auto started = control.start(); !started) return fail(started.error());
  http::HttpServer server(http, *node);
  const auto port = server.start();
  if (!port) return fail(port.error());
  if (const auto other = shipped_otherwise(home->definitions); !other.empty()) std::cerr << "docket: " << other;
  HeadsWriter::ToChain to_chain;
  if (home->port) to_chain = [&node](int partition, std::string body) { node->add_head(partition, std::move(body)); };
  HeadsWriter heads(*home, **store, std::move(to_chain));
  if (outputs) heads.on_signed([&outputs](const std::string& line) { outputs->tell_heads(line); });
  if (auto started = heads.start(); !started) return fail(started.error());
  const bool six = http.host.find(':') != std::string::npos;
  const std::string listens = (six ? "[" + http.host + "]:" : http.host + ":") + std::to_string(*port);
#ifdef DOCKET_KAFKA
  if (*sharing) {
    const auto& advertise = options.kafka.advertise;
    if (auto joined = (*sharing)->start(*node, advertise.empty() ? listens : advertise); !joined) return fail(joined.error());
  }
#endif
  std::cout << "docket is ready on http://" << listens << " (office " << home->bundle->office << ", ledger " << home->ledger->ledger_id()
            << ")" << std::endl;
  tell_service_manager("READY=1");
  int signal_number = 0;
  while (sigwait(&signals, &signal_number) == 0 && signal_number == SIGHUP) read_again(options.tokens, *node->bundle(), access.get());
  tell_service_manager("STOPPING=1");
  std::cerr << "docket: stopping\n";
  server.stop();
  carried->stop();
  auto stopped = node->stop();
#ifdef DOCKET_KAFKA
  if (*sharing) (*sharing)->leave();
#endif
  destroyer.stop();
  heads.stop();  // behind the last block
  if (outputs) outputs->stop();
  if (!stopped) return fail(stopped.error());
  return 0;
}

}  // namespace docket::local
