#include "bench/kafka/parts.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <thread>
#include <unordered_map>

#include "bench/harness/clock.h"
#include "bench/harness/stats.h"
#include "bench/kafka/serving.h"
#include "bench/load/events.h"

namespace docket::bench {
namespace {

Result<std::unique_ptr<Child>> start_peer(const KafkaContext& kafka, const std::string& in, const std::string& out,
                                          const std::string& commit) {
  const std::string state = kafka.context.path("peer-state");
  remove_folder(state);
  return Child::start({"/usr/bin/env", "java", "-Xmx2g", "-XX:+UseParallelGC", "-cp", kafka.peer, "Case5Peer", kafka.brokers, in, out,
                       "peer-" + out + "-" + commit, commit, state},
                      kafka.context.path("peer.out"));
}

struct Paced {
  Latencies whole;   // from the publisher's call to the verdict read: its client's queue is in it
  Latencies behind;  // from the row's own time, at which Docket judged it
};

double wall_s() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

Result<Paced> paced(KafkaContext& kafka, const std::string& in, const std::string& out, const Lines& lines, const Span& span) {
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
  struct Read {
    std::size_t i = 0;
    double at = 0;
    double recorded = 0;
  };
  std::vector<Read> read;
  const double wall = wall_s() - now_s();
  const double until = now_s() + 60 + static_cast<double>(sent.size()) / rate;
  while (read.size() < ids && now_s() < until) {
    reader->poll([&](const rd_kafka_message_t& row) {
      // The first row of an event counts, also of one that must wait: it has been judged.
      const auto found = wanted.find(std::string(member_of(payload_of(row), "id")));
      if (found == wanted.end()) return;
      read.push_back({found->second, now_s(), static_cast<double>(rd_kafka_message_timestamp(&row, nullptr)) / 1e3});
      wanted.erase(found);
    });
  }
  publisher.join();
  if (!published) return published.error();
  if (read.size() < ids) return failed("only " + std::to_string(read.size()) + " verdicts of " + std::to_string(ids) + " came");
  Paced times;
  for (const auto& [i, at, recorded] : read) {
    if (i < sent.size() / 2) continue;  // the first half warms up
    times.whole.add((at - sent[i]) * 1e3);
    times.behind.add((at + wall - recorded) * 1e3);
  }
  return times;
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
  const auto made = prepare(kafka, true);
  if (!made) return made.error();
  const auto& [lines, prefix, data] = *made;
  const Span span{0, std::min<std::size_t>(lines->size(), context.options.paced_events)};
  auto server = start_docket(kafka, prefix, data);
  if (!server) return server.error();
  if (auto ready = await_line(**server, "ready on http"); !ready) return ready.error();
  say_load("docket, paced");
  auto ours = paced(kafka, prefix + ".intake.bench", prefix + ".verdicts", *lines, span);
  if (!ours) return ours.error();
  if (auto ended = end(**server); !ended) return ended;
  context.add("kafka_latency_p50", ours->whole.percentile(50));
  context.add("kafka_latency_p99", ours->whole.percentile(99));
  context.add("kafka_latency_p999", ours->whole.percentile(99.9));
  context.add("kafka_verdict_p50", ours->behind.percentile(50));
  context.add("kafka_verdict_p99", ours->behind.percentile(99));
  if (kafka.peer.empty()) return {};
  for (const std::string commit : {"100", "1000"}) {
    const auto other = fresh_topics(kafka, true);
    if (!other) return other.error();
    auto peer = start_peer(kafka, *other + ".intake.bench", *other + ".verdicts", commit);
    if (!peer) return peer.error();
    if (auto ready = await_line(**peer, "running"); !ready) return ready.error();
    say_load("peer, paced, commit " + commit + " ms");
    auto theirs = paced(kafka, *other + ".intake.bench", *other + ".verdicts", *lines, span);
    if (!theirs) return theirs.error();
    if (auto ended = end(**peer); !ended) return ended;
    context.add("kafka_peer_p99_" + commit, theirs->whole.percentile(99));
  }
  return {};
}

Status measure_http_ack(KafkaContext& kafka) {
  Context& context = kafka.context;
  const auto made = prepare(kafka, false);
  if (!made) return made.error();
  const auto& [lines, prefix, data] = *made;
  auto server = start_docket(kafka, prefix, data);
  if (!server) return server.error();
  if (auto ready = await_line(**server, "ready on http"); !ready) return ready.error();
  const auto offer = [&](const Span& span) -> Result<Load> {
    auto events = event_streams(lines, span, 64, 1);
    LoadOptions options;
    options.port = port_of(**server);
    options.rate = 1000;
    options.order = std::move(events.order);
    auto load = run_load(options, std::move(events.streams));
    if (load && load->broken) return failed("the server went away");
    return load;
  };
  // The first third warms up.
  const std::size_t count = std::min<std::size_t>(lines->size(), context.options.paced_events);
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
