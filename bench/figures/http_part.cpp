#include "bench/figures/context.h"
#include "bench/load/events.h"

namespace docket::bench {
namespace {

constexpr std::size_t kHttpBatch = 500;
constexpr std::size_t kSingles = 64;  // single events

struct Rates {
  double rate = 0;
  double client_share = 0;   // of the CPU of both
  double server_cpu_us = 0;  // an event
  double server_peak_mib = 0;
};

Result<Rates> send_all(Server& server, const LinesPtr& lines, std::size_t streams, std::size_t batch) {
  auto events = event_streams(lines, {0, lines->size()}, streams, batch);
  LoadOptions options;
  options.port = server.port();
  const double cpu = server.child().cpu_s();
  auto load = run_load(options, std::move(events.streams));
  if (!load) return load.error();
  if (load->broken || load->events != lines->size())
    return Error{ErrorCode::kInternal, std::to_string(load->events) + " of " + std::to_string(lines->size()) + " events were answered",
                 false};
  const double server_cpu = server.child().cpu_s() - cpu;
  return Rates{static_cast<double>(load->events) / load->seconds, 100 * load->client_cpu_s / (load->client_cpu_s + server_cpu + 1e-9),
               server_cpu * 1e6 / static_cast<double>(load->events), server.child().peak_mib()};
}

struct Both {
  Rates ours;
  Rates floor;
};

// The same requests, first to Docket with an empty ledger, then to the floor.
Result<Both> send_to_both(Context& context, const Workload& workload, std::size_t streams, std::size_t batch) {
  const auto lines = Lines::open(workload.file());
  if (!lines) return lines.error();
  const auto data = fresh_ledger(context, workload, "http");
  if (!data) return data.error();
  Both both;
  {
    auto server = Server::docket(context, *data);
    if (!server) return server.error();
    const auto sent = send_all(*server, *lines, streams, batch);
    if (!sent) return sent.error().with_context("HTTP load");
    both.ours = *sent;
    if (auto stopped = server->stop(); !stopped) return stopped.error();
  }
  if (auto right = workload.check(*data); !right) return right.error().with_context("HTTP load");
  remove_folder(*data);
  auto server = Server::floor(context, "null", "-");
  if (!server) return server.error();
  const auto sent = send_all(*server, *lines, streams, batch);
  if (!sent) return sent.error().with_context("HTTP floor");
  both.floor = *sent;
  return both;
}

}  // namespace

Status measure_batches(Context& context) {
  const auto both = send_to_both(context, *context.whole, static_cast<std::size_t>(context.options.batch_connections), kHttpBatch);
  if (!both) return both.error();
  context.add("http_batch_rate", both->ours.rate, both->floor.rate);
  context.add("http_batch_cpu", both->ours.server_cpu_us, both->floor.server_cpu_us);
  context.add("http_batch_client_share", both->ours.client_share);
  context.add("serve_peak", both->ours.server_peak_mib, context.floor_peak_mib);
  return {};
}

Status measure_singles(Context& context) {
  const auto both = send_to_both(context, *context.small, kSingles, 1);
  if (!both) return both.error();
  context.add("http_single_rate", both->ours.rate, both->floor.rate);
  context.add("http_single_cpu", both->ours.server_cpu_us, both->floor.server_cpu_us);
  context.add("http_single_client_share", both->ours.client_share);
  return {};
}

}  // namespace docket::bench
