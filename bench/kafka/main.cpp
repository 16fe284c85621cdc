// docket_bench_kafka: what is measured through a broker that runs already. See bench/README.md; bench/run.sh kafka starts one.
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "bench/arguments.h"
#include "bench/harness/machine.h"
#include "bench/kafka/parts.h"
#include "bench/kafka/topics.h"

namespace docket::bench {
namespace {

int fail(const Error& error) {
  std::cerr << "docket_bench_kafka: " << error.message << "\n";
  return 1;
}

struct Part {
  const char* name;
  Status (*measure)(KafkaContext&);
};
constexpr Part kParts[] = {
    {"intake", measure_intake}, {"latency", measure_latency}, {"http", measure_http_ack}, {"back", measure_coming_back}};

int run_kafka(Options options, const std::string& brokers, const std::string& peer) {
  options.workloads = {"kafka"};
  std::filesystem::create_directories(options.work);
  const auto machine = this_machine(options.work);
  Results results;
  Context context{options, results, options.work + "/kafka", nullptr, nullptr, nullptr, {}, 0, 0};
  std::filesystem::create_directories(context.folder);
  auto made = make_case5(options, options.case5_cases, context.path("events.ndjson"));
  if (!made) return fail(made.error());
  context.whole = std::move(*made);
  context.label = "kafka";
  results.note("kafka", "cases", std::to_string(context.whole->cases()));
  results.note("kafka", "events", std::to_string(context.whole->events()));
  results.note("kafka", "answer", context.whole->answer());
  KafkaContext kafka{context, brokers, peer, "b" + std::to_string(::getpid()) + "-"};
  for (int round = 1; round <= options.rounds; ++round) {
    for (const auto& part : kParts) {
      if (!options.only.empty() && std::find(options.only.begin(), options.only.end(), part.name) == options.only.end()) continue;
      std::cerr << "kafka " << round << "/" << options.rounds << ": " << part.name << "\n";
      if (auto done = part.measure(kafka); !done) return fail(done.error().with_context(part.name));
    }
  }
  remove_folder(context.folder);
  std::cout << results.table(options, machine);
  if (options.results.empty()) return 0;
  if (auto written = results.write(options, machine); !written) return fail(written.error());
  std::cerr << "results in " << options.results << "\n";
  return 0;
}

}  // namespace
}  // namespace docket::bench

// docket_bench_kafka BROKERS CLASSPATH|- [options as of docket_bench]
int main(int argc, char** argv) {
  using namespace docket::bench;
  const Args args(argv + 1, argv + argc);
  if (args.size() == 5 && args[0] == "floor-topics") {
    const auto done = floor_topics(args[1], args[2], args[3], std::stoull(args[4]));
    return done ? 0 : fail(done.error());
  }
  if (args.size() < 2) return fail({docket::ErrorCode::kInvalid, "BROKERS and CLASSPATH (or -) are needed", false});
  auto options = parse_arguments(argc - 2, argv + 2);
  if (!options) return fail(options.error());
  // A broker and a peer that have just started compile themselves for half a minute; what is sent until then is not counted.
  if (options->paced_events >= Options().paced_events) options->paced_events = 100'000;
  return run_kafka(*options, args[0], args[1] == "-" ? "" : args[1]);
}
