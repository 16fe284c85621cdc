#include "bench/kafka/parts.h"

#include <signal.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <thread>
#include <unordered_map>

#include "bench/harness/clock.h"
#include "bench/harness/stats.h"
#include "bench/kafka/topics.h"
#include "bench/load/events.h"

namespace docket::bench {
namespace {

constexpr double kPatience = 900;  // s, for all verdicts of a run

Error failed(const std::string& what) { return Error{ErrorCode::kInternal, what, false}; }

std::string_view payload_of(const rd_kafka_message_t& row) { return {static_cast<const char*>(row.payload), row.len}; }

// An event that waits gets a row that says so and one more when it is judged: the last one counts.
bool is_final(std::string_view verdict) { return verdict.find(R"("outcome":"parked")") == std::string_view::npos; }

// The load of the machine, without which no figure of a shared one can be read.
void say_load(const std::string& what) {
  std::ifstream file("/proc/loadavg");
  std::string one;
  file >> one;
  std::cerr << "  " << what << " (load average " << one << ")\n";
}

Result<std::string> fresh_topics(KafkaContext& kafka, bool intake) {
  std::string prefix = kafka.prefix + std::to_string(++kafka.topics);
  Args args{kafka.context.options.docket, "topics", "apply", "--brokers", kafka.brokers, "--topics", prefix, "--accept-one-copy"};
  if (intake) args.insert(args.end(), {"--intake", "bench"});
  if (auto made = run(args, kafka.context.path("topics.out")); !made) return made.error();
  return prefix;
}

Args on_kafka(const KafkaContext& kafka, const std::string& prefix, Args args) {
  args.insert(args.begin(), kafka.context.options.docket);
  args.insert(args.end(), {"--ledger", "kafka", "--brokers", kafka.brokers, "--topics", prefix, "--accept-one-copy"});
  return args;
}

Result<std::string> kafka_ledger(KafkaContext& kafka, const std::string& prefix) {
  const auto& context = kafka.context;
  std::string data = context.path("data");
  remove_folder(data);
  const Args args{"ledger", "create", "--data", data, "--office", context.whole->office(), "--schemas", context.whole->schemas()};
  if (auto made = run(on_kafka(kafka, prefix, args), context.path("create.out")); !made) return made.error();
  return data;
}

Result<std::unique_ptr<Child>> start_docket(const KafkaContext& kafka, const std::string& prefix, const std::string& data) {
  return Child::start(on_kafka(kafka, prefix, {"serve", "--data", data, "--listen", "127.0.0.1:0"}), kafka.context.path("serve.out"));
}

Result<std::unique_ptr<Child>> start_peer(const KafkaContext& kafka, const std::string& in, const std::string& out,
                                          const std::string& commit) {
  const std::string state = kafka.context.path("peer-state");
  remove_folder(state);
  return Child::start({"/usr/bin/env", "java", "-Xmx2g", "-XX:+UseParallelGC", "-cp", kafka.peer, "Case5Peer", kafka.brokers, in, out,
                       "peer-" + out + "-" + commit, commit, state},
                      kafka.context.path("peer.out"));
}

Result<double> await_line(Child& child, const std::string& sign) {
  while (child.running() && now_s() - child.started_s() < 120) {
    if (child.out().find(sign) != std::string::npos) return now_s();
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return failed("no \"" + sign + "\" was said:\n" + child.out() + child.err());
}

std::uint16_t port_of(const Child& child) {
  static const std::string sign = "ready on http://127.0.0.1:";
  const std::string text = child.out();
  const auto at = text.find(sign);
  return at == std::string::npos ? std::uint16_t{0} : static_cast<std::uint16_t>(std::stoul(text.substr(at + sign.size())));
}

Status end(Child& child) {
  child.signal(SIGTERM);
  const int code = child.wait();
  if (code == 0 || code == 128 + SIGTERM || code == 143) return {};
  return failed("a server ended with " + std::to_string(code) + ": " + child.err());
}

struct Drained {
  double rate = 0;   // from the first row read to the last
  double whole = 0;  // from exec
  double cpu_us = 0;
};

// Reads verdicts until there is a final one for each of `count` records.
Result<Drained> drain(TopicReader& reader, Child& child, std::uint64_t count) {
  std::uint64_t rows = 0;
  double first = 0;
  double last = 0;
  while (rows < count) {
    const auto got = reader.poll([&](const rd_kafka_message_t& row) { rows += is_final(payload_of(row)) ? 1U : 0U; });
    last = now_s();
    if (got > 0 && first == 0) first = last;
    if (got == 0 && last - child.started_s() > kPatience) return failed("only " + std::to_string(rows) + " verdicts came: " + child.err());
    if (got == 0 && !child.running() && rows == 0) return failed("it ended: " + child.out() + child.err());
  }
  const auto all = static_cast<double>(count);
  return Drained{all / (last - first), all / (last - child.started_s()), child.cpu_s() * 1e6 / all};
}

Result<Latencies> paced(KafkaContext& kafka, const std::string& in, const std::string& out, const Lines& lines, const Span& span) {
  auto reader = TopicReader::open(kafka.brokers, out);
  if (!reader) return reader.error();
  const double rate = static_cast<double>(kafka.context.options.paced_rate);
  std::unordered_map<std::string, std::size_t> wanted;
  for (std::size_t i = span.begin; i < span.end; ++i) {
    const auto id = member_of(lines[i], "id");
    if (!id.ends_with("/x")) wanted.emplace(id, i - span.begin);  // of a wrong event the peer can't always tell the id
  }
  const std::size_t ids = wanted.size();
  std::vector<double> sent(span.end - span.begin, 0);
  Status published;
  std::thread publisher([&] { published = publish(kafka.brokers, in, lines, span, rate, &sent); });
  std::vector<std::pair<std::size_t, double>> read;
  const double until = now_s() + 60 + static_cast<double>(sent.size()) / rate;
  while (read.size() < ids && now_s() < until) {
    reader->poll([&](const rd_kafka_message_t& row) {
      // The first row of an event counts, also of one that must wait: it has been judged.
      const auto found = wanted.find(std::string(member_of(payload_of(row), "id")));
      if (found == wanted.end()) return;
      read.emplace_back(found->second, now_s());
      wanted.erase(found);
    });
  }
  publisher.join();
  if (!published) return published.error();
  if (read.size() < ids) return failed("only " + std::to_string(read.size()) + " verdicts of " + std::to_string(ids) + " came");
  Latencies out_times;
  for (const auto& [i, at] : read) {
    if (i >= sent.size() / 2) out_times.add((at - sent[i]) * 1e3);  // the first half warms up
  }
  return out_times;
}

}  // namespace

Status measure_intake(KafkaContext& kafka) {
  Context& context = kafka.context;
  const auto lines = Lines::open(context.whole->file());
  if (!lines) return lines.error();
  const std::uint64_t count = (*lines)->size();
  const auto prefix = fresh_topics(kafka, true);
  if (!prefix) return prefix.error();
  const std::string in = *prefix + ".intake.bench";
  if (auto done = publish(kafka.brokers, in, **lines, {0, count}, 0, nullptr); !done) return done;

  const auto measure = [&](const std::string& out, const auto& start) -> Result<Drained> {
    auto reader = TopicReader::open(kafka.brokers, out);
    if (!reader) return reader.error();
    auto child = start();
    if (!child) return child.error();
    auto drained = drain(*reader, **child, count);
    if (!drained) return drained;
    if (auto ended = end(**child); !ended) return ended.error();
    return drained;
  };
  say_load("floor");
  const auto floor_out = fresh_topics(kafka, false);
  if (!floor_out) return floor_out.error();
  const auto floor = measure(*floor_out + ".verdicts", [&] {
    return Child::start({context.options.self, "floor-topics", kafka.brokers, in, *floor_out + ".verdicts", std::to_string(count)},
                        context.path("floor.out"));
  });
  if (!floor) return floor.error().with_context("floor");

  say_load("docket");
  const auto data = kafka_ledger(kafka, *prefix);
  if (!data) return data.error();
  const auto ours = measure(*prefix + ".verdicts", [&] { return start_docket(kafka, *prefix, *data); });
  if (!ours) return ours.error().with_context("docket");
  if (auto right = context.whole->check(*data); !right) return right.error().with_context("intake");
  context.add("kafka_intake_rate", ours->rate, floor->rate);
  context.add("kafka_intake_whole", ours->whole, floor->whole);
  context.add("kafka_intake_cpu", ours->cpu_us, floor->cpu_us);

  if (kafka.peer.empty()) return {};
  say_load("peer");
  const auto peer_out = fresh_topics(kafka, false);
  if (!peer_out) return peer_out.error();
  const auto peer = measure(*peer_out + ".verdicts", [&] { return start_peer(kafka, in, *peer_out + ".verdicts", "1000"); });
  if (!peer) return peer.error().with_context("peer");
  context.add("kafka_peer_rate", peer->rate);
  context.add("kafka_peer_whole", peer->whole);
  context.add("kafka_over_peer", ours->rate / peer->rate);
  context.add("kafka_over_peer_whole", ours->whole / peer->whole);
  return {};
}

Status measure_latency(KafkaContext& kafka) {
  Context& context = kafka.context;
  const auto lines = Lines::open(context.whole->file());
  if (!lines) return lines.error();
  const Span span{0, std::min<std::size_t>((*lines)->size(), context.options.paced_events)};
  const auto prefix = fresh_topics(kafka, true);
  if (!prefix) return prefix.error();
  const auto data = kafka_ledger(kafka, *prefix);
  if (!data) return data.error();
  auto server = start_docket(kafka, *prefix, *data);
  if (!server) return server.error();
  if (auto ready = await_line(**server, "ready on http"); !ready) return ready.error();
  say_load("docket, paced");
  auto ours = paced(kafka, *prefix + ".intake.bench", *prefix + ".verdicts", **lines, span);
  if (!ours) return ours.error();
  if (auto ended = end(**server); !ended) return ended;
  context.add("kafka_latency_p50", ours->percentile(50));
  context.add("kafka_latency_p99", ours->percentile(99));
  context.add("kafka_latency_p999", ours->percentile(99.9));
  if (kafka.peer.empty()) return {};
  for (const std::string commit : {"100", "1000"}) {
    const auto other = fresh_topics(kafka, true);
    if (!other) return other.error();
    auto peer = start_peer(kafka, *other + ".intake.bench", *other + ".verdicts", commit);
    if (!peer) return peer.error();
    if (auto ready = await_line(**peer, "running"); !ready) return ready.error();
    say_load("peer, paced, commit " + commit + " ms");
    auto theirs = paced(kafka, *other + ".intake.bench", *other + ".verdicts", **lines, span);
    if (!theirs) return theirs.error();
    if (auto ended = end(**peer); !ended) return ended;
    context.add("kafka_peer_p99_" + commit, theirs->percentile(99));
  }
  return {};
}

Status measure_http_ack(KafkaContext& kafka) {
  Context& context = kafka.context;
  const auto lines = Lines::open(context.whole->file());
  if (!lines) return lines.error();
  const auto prefix = fresh_topics(kafka, false);
  if (!prefix) return prefix.error();
  const auto data = kafka_ledger(kafka, *prefix);
  if (!data) return data.error();
  auto server = start_docket(kafka, *prefix, *data);
  if (!server) return server.error();
  if (auto ready = await_line(**server, "ready on http"); !ready) return ready.error();
  const auto offer = [&](const Span& span) -> Result<Load> {
    auto events = event_streams(*lines, span, 64, 1);
    LoadOptions options;
    options.port = port_of(**server);
    options.rate = 1000;
    options.order = std::move(events.order);
    auto load = run_load(options, std::move(events.streams));
    if (load && load->broken) return failed("the server went away");
    return load;
  };
  // The first third warms up.
  const std::size_t count = std::min<std::size_t>((*lines)->size(), context.options.paced_events);
  if (auto warmed = offer({0, count / 3}); !warmed) return warmed.error();
  say_load("HTTP through Kafka");
  auto load = offer({count / 3, count});
  if (!load) return load.error();
  if (auto ended = end(**server); !ended) return ended;
  context.add("kafka_http_ack_p50", load->latencies.percentile(50) / 1000);
  context.add("kafka_http_ack_p99", load->latencies.percentile(99) / 1000);
  return {};
}

}  // namespace docket::bench
