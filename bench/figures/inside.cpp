#include "bench/figures/inside.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>

#include "bench/harness/clock.h"
#include "connectors/local/home.h"
#include "connectors/local/wiring.h"

namespace docket::bench {
namespace {

constexpr int kWorkers = 2;
constexpr std::size_t kImportBatch = 1000;
constexpr std::size_t kInFlight = 8;

// local::make_node with a clock of our own.
std::unique_ptr<node::Node> node_with_clock(const local::Home& home, std::shared_ptr<node::ProjectionStore> store,
                                            std::function<model::Instant()> clock) {
  node::NodeParts parts;
  parts.bundle = home.bundle;
  parts.ledger_id = home.ledger->ledger_id();
  parts.keys = home.keys;
  parts.store = std::move(store);
  parts.block_at = [ledger = home.ledger](int partition, model::Height height) { return ledger->block_at(partition, height); };
  parts.port = [ledger = home.ledger] { return ledger->port(); };
  parts.full = [ledger = home.ledger] { return ledger->full(); };
  parts.clock = std::move(clock);
  parts.workers = kWorkers;
  return std::make_unique<node::Node>(std::move(parts));
}

class Feeder {
 public:
  Feeder(node::Node& node, const LinesPtr& lines) : node_(node), lines_(lines) {}

  // Waits while too many batches are under way.
  void offer(const Span& span) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return under_way_ < kInFlight; });
    ++under_way_;
    lock.unlock();
    send(span);
  }
  // Until all outcomes are there; a batch that met an overload is sent again, as a whole.
  void rest() {
    while (true) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return under_way_ == 0; });
      if (again_.empty()) return;
      auto again = std::exchange(again_, {});
      lock.unlock();
      for (const auto& span : again) offer(span);
    }
  }

 private:
  void send(const Span& span) {
    std::string body;
    for (std::size_t i = span.begin; i < span.end; ++i) {
      body += (*lines_)[i];
      body += '\n';
    }
    std::string problem;
    auto parsed = node_.parse(service::BodyFormat::kLines, body, problem);
    std::vector<ingest::Offered> ready;
    for (auto& one : parsed) {
      if (one.event != nullptr && one.stage != ingest::Stage::kForbidden && one.stage != ingest::Stage::kMalformed)
        ready.push_back(std::move(one));
    }
    node_.publish_events(std::move(ready), std::nullopt, false, [this, span](node::Node::Outcomes told) {
      using Kind = partition::EventOutcome::Kind;
      const bool again = std::any_of(told.begin(), told.end(),
                                     [](const auto& one) { return one.kind == Kind::kOverloaded || one.kind == Kind::kUnknown; });
      const std::lock_guard lock(mutex_);
      if (again) again_.push_back(span);
      --under_way_;
      changed_.notify_all();
    });
  }

  node::Node& node_;
  const LinesPtr lines_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::size_t under_way_ = 0;
  std::vector<Span> again_;
};

// The end of the day, or of the days, of the newest event in the span.
model::Instant day_end(const LinesPtr& lines, const Span& span, int step_days, model::Instant so_far) {
  const model::Instant step = step_days * model::kMsPerDay;
  model::Instant newest = so_far;
  for (std::size_t i = span.begin; i < span.end; ++i) {
    const auto at = model::parse_instant(member_of((*lines)[i], "time"));
    if (at) newest = std::max(newest, *at / step * step + step - 1);
  }
  return newest;
}

}  // namespace

Result<Said> import_inside(const std::string& data, const LinesPtr& lines, const Span& span, int step_days) {
  auto home = local::open_home(data);
  if (!home) return home.error();
  auto store = local::open_projections(home->data / "projections", home->definitions.bundles, kWorkers);
  if (!store) return store.error();
  std::atomic<model::Instant> day{0};
  auto node = node_with_clock(*home, *store, [&] { return step_days == 0 ? local::wall_clock() : day.load(); });
  Span first{span.begin, std::min(span.end, span.begin + kImportBatch)};
  if (step_days > 0) day = day_end(lines, first, step_days, 0);
  if (auto started = node->start(); !started) return started.error();
  const double begun = now_s();
  {
    Feeder feeder(*node, lines);
    for (std::size_t at = span.begin; at < span.end; at += kImportBatch) {
      const Span part{at, std::min(span.end, at + kImportBatch)};
      if (step_days > 0) {
        const auto next = day_end(lines, part, step_days, day);
        // What was offered before is judged on its own day.
        if (next != day) feeder.rest();
        day = next;
      }
      feeder.offer(part);
    }
    feeder.rest();
  }
  const double seconds = now_s() - begun;
  if (auto stopped = node->stop(); !stopped) return stopped.error();
  const double flushed = now_s() - begun - seconds;
  return Said{{"seconds", seconds}, {"flush_seconds", flushed}, {"rate", static_cast<double>(span.end - span.begin) / seconds}};
}

}  // namespace docket::bench
