// What is measured on a ledger with a year of records: reads, acknowledgements at a pace, and the start after kill -9.
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <random>
#include <thread>

#include "bench/figures/context.h"
#include "bench/figures/inside.h"
#include "bench/harness/clock.h"
#include "bench/load/connection.h"
#include "bench/load/events.h"
#include "bench/workloads/reading.h"
#include "connectors/http/target.h"

namespace docket::bench {
namespace {

constexpr std::size_t kConnections = 64;
constexpr std::size_t kServedBatch = 500;
constexpr double kRestartMax = 120;

// The lines that one round of paced load, or of load before the kill, sends.
std::size_t slice_of(const Context& context, std::uint64_t wanted) {
  const std::size_t all = context.whole->events();
  return std::min<std::size_t>(wanted, all / (4 * static_cast<std::size_t>(context.options.rounds)));
}

Span take_slice(Context& context, std::uint64_t wanted) {
  const Span span{context.year_next, context.year_next + slice_of(context, wanted)};
  context.year_next = span.end;
  return span;
}

// One connection, one read after another.
Result<Latencies> read_targets(Server& server, std::uint64_t count, const std::function<std::string()>& target) {
  LoadOptions options;
  options.port = server.port();
  std::vector<Stream> streams;
  streams.push_back([&, left = count](Request& request) mutable {
    if (left == 0) return false;
    --left;
    request.bytes = get_request(target());
    return true;
  });
  auto load = run_load(options, std::move(streams));
  if (!load) return load.error();
  if (load->broken || load->statuses[200] != count)
    return Error{ErrorCode::kInternal,
                 "a read failed: " + std::to_string(load->statuses[200]) + " of " + std::to_string(count) + " were right", false};
  return std::move(load->latencies);
}

struct Reads {
  std::string figure;
  std::string floor;
  std::function<std::string()> target;
};

// Ratios, counts and sums by unit: names of metrics.
std::vector<std::string> metrics_by_unit(const definition::Bundle& bundle) {
  std::vector<std::string> out;
  for (const auto& metric : bundle.metrics) {
    if (metric.measure == definition::MetricDef::Measure::kStock) continue;
    for (const auto& by : metric.by) {
      if (by.name == "unit") out.push_back(metric.name);
    }
  }
  return out;
}

// From exec to the first right answer about a case whose event was acknowledged before the kill.
Result<double> restart(Context& context, std::uint16_t port, const std::string& target, std::unique_ptr<Child>& child) {
  auto started = Child::start({context.options.docket, "serve", "--data", context.year, "--listen", "127.0.0.1:" + std::to_string(port)},
                              context.path("serve.out"));
  if (!started) return started.error();
  child = std::move(*started);
  while (child->running() && now_s() - child->started_s() < kRestartMax) {
    Connection connection;
    Answer answer;
    if (connection.open(port) && get(connection, target, answer) && answer.status == 200) return (now_s() - child->started_s()) * 1000;
    std::this_thread::sleep_for(std::chrono::microseconds(500));
  }
  return Error{ErrorCode::kUnavailable, "no right answer after kill -9: " + child->err(), false};
}

Result<double> open_floor(Context& context) {
  const std::string copy = context.path("floor-copy");
  remove_folder(copy);
  std::error_code error;
  std::filesystem::remove(context.year + "/control.sock", error);  // left by the kill; sockets can't be copied
  std::filesystem::copy(context.year, copy, std::filesystem::copy_options::recursive, error);
  if (error) return Error{ErrorCode::kInternal, "copying " + context.year + ": " + error.message(), false};
  auto said = run_floor(context, {"open", copy});
  remove_folder(copy);
  if (!said) return said.error();
  return (*said)["ms"];
}

}  // namespace

Status prepare_year(Context& context) {
  const auto& options = context.options;
  const auto data = fresh_ledger(context, *context.whole, "year");
  if (!data) return data.error();
  context.year = *data;
  const auto kept =
      (slice_of(context, options.paced_events) + slice_of(context, options.restart_events)) * static_cast<std::size_t>(options.rounds);
  context.year_next = context.whole->events() - kept;
  const auto said = run_self(
      context, {"inside-year", *data, context.whole->file(), std::to_string(context.year_next), std::to_string(options.year_step_days)});
  if (!said) return said.error().with_context("the year");
  return {};
}

Status measure_reads(Context& context) {
  std::vector<std::string> metrics;
  {
    const auto home = local::open_home(context.year);
    if (!home) return home.error();
    metrics = metrics_by_unit(*home->bundle);
  }
  std::mt19937_64 random(context.options.seed);
  const auto& cases = context.whole->some_cases();
  // The last ones come with the paced load: the year has half of the events at least.
  const auto any_case = [&] { return http::percent_encode(cases[random() % (cases.size() * 2 / 5 + 1)]); };
  const auto any_metric = [&] {
    return "/v1/metrics/" + metrics[random() % metrics.size()] + "?period=" + (random() % 2 == 0 ? "2025" : "2026") + "&group_by=unit";
  };
  const auto first_day = model::parse_date("2025-07-15").value_or(0);
  const std::vector<Reads> all{
      {"case", "cases", [&] { return "/v1/cases/" + any_case(); }},
      {"history", "history", [&] { return "/v1/cases/" + any_case() + "/history"; }},
      {"metric_now", "cells", any_metric},
      {"metric_known", "cells",
       [&] { return any_metric() + "&known_at=" + model::format_date(first_day + static_cast<model::Day>(random() % 340)); }},
  };
  std::map<std::string, Latencies> ours;
  {
    auto server = Server::docket(context, context.year);
    if (!server) return server.error();
    for (const auto& reads : all) {
      auto read = read_targets(*server, context.options.reads, reads.target);
      if (!read) return read.error().with_context(reads.figure);
      ours[reads.figure] = std::move(*read);
    }
    if (auto stopped = server->stop(); !stopped) return stopped;
  }
  for (const auto& reads : all) {
    auto server = Server::floor(context, reads.floor, context.year);
    if (!server) return server.error();
    auto floor = read_targets(*server, context.options.reads, reads.target);
    if (!floor) return floor.error().with_context("floor of " + reads.figure);
    context.add(reads.figure + "_p50", ours[reads.figure].percentile(50) / 1000, floor->percentile(50) / 1000);
    context.add(reads.figure + "_p99", ours[reads.figure].percentile(99) / 1000, floor->percentile(99) / 1000);
  }
  return {};
}

Status measure_acknowledgement(Context& context) {
  const auto lines = Lines::open(context.whole->file());
  if (!lines) return lines.error();
  const Span span = take_slice(context, context.options.paced_events);
  const auto paced = [&](Server& server) {
    auto events = event_streams(*lines, span, kConnections, 1);
    LoadOptions options;
    options.port = server.port();
    options.rate = static_cast<double>(context.options.paced_rate);
    options.order = std::move(events.order);
    return run_load(options, std::move(events.streams));
  };
  auto server = Server::docket(context, context.year);
  if (!server) return server.error();
  auto ours = paced(*server);
  if (!ours) return ours.error();
  if (ours->broken || ours->events != span.end - span.begin)
    return Error{ErrorCode::kInternal, "not every paced event was acknowledged", false};
  if (auto stopped = server->stop(); !stopped) return stopped;
  auto null_server = Server::floor(context, "null", "-");
  if (!null_server) return null_server.error();
  auto floor = paced(*null_server);
  if (!floor) return floor.error();
  auto sync = run_floor(
      context, {"sync", context.whole->file(), context.path("floor"), std::to_string(std::min<std::size_t>(span.end - span.begin, 2000))});
  if (!sync) return sync.error();
  const auto add = [&](const std::string& name, double percentile) {
    context.add("ack_" + name, ours->latencies.percentile(percentile) / 1000,
                (floor->latencies.percentile(percentile) + (*sync)[name]) / 1000);
  };
  add("p50", 50);
  add("p99", 99);
  add("p999", 99.9);
  return {};
}

Status measure_restart(Context& context) {
  const auto lines = Lines::open(context.whole->file());
  if (!lines) return lines.error();
  const Span span = take_slice(context, context.options.restart_events);
  std::uint16_t port = 0;
  {
    auto server = Server::docket(context, context.year);
    if (!server) return server.error();
    port = server->port();
    auto events = event_streams(*lines, span, static_cast<std::size_t>(context.options.batch_connections),
                                std::min(kServedBatch, (span.end - span.begin) / 16 + 1));
    LoadOptions options;
    options.port = port;
    // Killed in the middle of the load, with batches under way.
    options.stop = [&](std::uint64_t answered) {
      if (answered < (span.end - span.begin) / 2) return false;
      server->child().signal(SIGKILL);
      return true;
    };
    const auto load = run_load(options, std::move(events.streams));
    if (!load) return load.error();
    server->child().wait();
  }
  const auto floor = open_floor(context);
  if (!floor) return floor.error();
  // The first line of a slice is in the first batch of its connection, which was acknowledged.
  const std::string id(member_of((**lines)[span.begin], "id"));
  const std::string source(member_of((**lines)[span.begin], "source"));
  std::unique_ptr<Child> child;
  const auto took = restart(context, port, "/v1/events?source=" + http::percent_encode(source) + "&id=" + http::percent_encode(id), child);
  if (!took) return took.error();
  context.add("restart", *took, *floor);
  // The load goes on: what was acknowledged is a duplicate now, the rest is taken.
  auto events = event_streams(*lines, span, static_cast<std::size_t>(context.options.batch_connections), kServedBatch);
  LoadOptions options;
  options.port = port;
  const auto load = run_load(options, std::move(events.streams));
  if (!load) return load.error();
  if (load->events != span.end - span.begin) return Error{ErrorCode::kInternal, "the load after kill -9 was not answered", false};
  child->signal(SIGTERM);
  if (const int code = child->wait(); code != 0) return Error{ErrorCode::kInternal, "the server ended with " + std::to_string(code), false};
  return {};
}

Status check_year(Context& context) {
  if (auto right = context.whole->check(context.year); !right) return right.error().with_context("the year, with paced load and kill -9");
  remove_folder(context.year);
  return {};
}

}  // namespace docket::bench
