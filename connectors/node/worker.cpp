#include "connectors/node/worker.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "projections/crash_point.h"

namespace docket::node {
namespace {

constexpr std::size_t kReadBytes = 4 * 1024 * 1024;
constexpr auto kIdleWait = std::chrono::milliseconds(20);

std::string key_text(const ledger::SealKey& key) { return {reinterpret_cast<const char*>(key.data()), key.size()}; }

}  // namespace

Worker::Worker(WorkerOptions options, definition::BundlePtr bundle, std::string ledger_id, std::uint64_t process,
               std::unique_ptr<ledger::Port> port, ledger::KeyStore& keys, ProjectionStore& store, const partition::RecordReader& records)
    : options_(std::move(options)),
      bundle_(std::move(bundle)),
      ingest_(bundle_, key_text(keys.tag_key())),
      port_(std::move(port)),
      store_(store),
      by_partition_(model::kPartitions, nullptr) {
  for (const int partition : options_.partitions) {
    partition::LoopOptions loop;
    loop.partition = partition;
    loop.ledger_id = ledger_id;
    loop.process = process;
    loop.version = DOCKET_VERSION;
    loop.after = [port = port_.get()](ledger::Offset offset, std::uint64_t count) { return port->after(offset, count); };
    loops_.push_back(std::make_unique<partition::PartitionLoop>(loop, bundle_, ingest_, keys, store_, records, store_));
    by_partition_[static_cast<std::size_t>(partition)] = loops_.back().get();
  }
  caught_up_.assign(loops_.size(), false);
  publish_health();
}

Worker::~Worker() { stop(); }

Status Worker::restore(int partition, const ProjectionStore::Standing& standing, const std::string& head, ledger::Offset offset) {
  auto* loop = by_partition_[static_cast<std::size_t>(partition)];
  if (loop == nullptr) return Error{ErrorCode::kInternal, "partition " + std::to_string(partition) + " is not this worker's", false};
  loop->restore(standing.position, head, standing.term, standing.recorded, offset);
  loop->own();
  return {};
}

void Worker::start() {
  thread_ = std::thread([this] { run(); });
}

void Worker::stop() {
  stopping_ = true;
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool Worker::offer(int partition, partition::Offer offer) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || (inbox_events_ + offer.events.size() > options_.inbox_events_max && !inbox_.empty()) || store_.full(options_.index))
      return false;
    inbox_events_ += offer.events.size();
    inbox_.emplace_back(partition, std::move(offer));
  }
  wake_.notify_one();
  return true;
}

Worker::Health Worker::health() const {
  const std::lock_guard lock(health_mutex_);
  return health_;
}

void Worker::publish_health() {
  Health health;
  health.partitions = static_cast<int>(loops_.size());
  health.caught_up = static_cast<int>(std::count(caught_up_.begin(), caught_up_.end(), true));
  for (const auto& loop : loops_) {
    if (loop->owner()) ++health.owned;
    health.parked += loop->parked();
    health.void_blocks += loop->void_blocks();
    if (!loop->stop_reason().empty()) health.stopped = loop->stop_reason();
  }
  const std::lock_guard lock(health_mutex_);
  health_ = std::move(health);
}

void Worker::take_inbox(bool wait) {
  std::vector<std::pair<int, partition::Offer>> taken;
  {
    std::unique_lock lock(mutex_);
    if (wait && inbox_.empty() && !stopping_) wake_.wait_for(lock, kIdleWait);
    taken.swap(inbox_);
    inbox_events_ = 0;
  }
  for (auto& [partition, offer] : taken) {
    const std::size_t events = offer.events.size();
    auto done = offer.done;
    if (by_partition_[static_cast<std::size_t>(partition)]->offer(std::move(offer))) continue;
    std::vector<partition::EventOutcome> outcomes(events);
    for (auto& outcome : outcomes) outcome.kind = partition::EventOutcome::Kind::kOverloaded;
    done(std::move(outcomes));
  }
}

// True when the loop has read to the end.
bool Worker::read_for(partition::PartitionLoop& loop, int partition) {
  while (const auto from = loop.wants_read()) {
    auto batch = port_->read(partition, *from, kReadBytes);
    if (!batch) return false;  // asked again on the next turn
    const bool end = batch->end;
    loop.read_done(*batch);
    store_.tick(options_.index, options_.clock());
    if (end) break;
  }
  return true;
}

// One turn of every loop; true if something was written. A disk without space is asked again after a pause, not at once.
bool Worker::step() {
  const model::Instant now = options_.clock();
  const bool full = store_.full(options_.index);
  std::vector<ledger::Appending> blocks;
  for (std::size_t i = 0; i < loops_.size(); ++i) {
    auto& loop = *loops_[i];
    if (read_for(loop, options_.partitions[i])) caught_up_[i] = true;
    loop.hold_timers(full);
    auto more = loop.turn(now);
    std::move(more.begin(), more.end(), std::back_inserter(blocks));
  }
  // A read that failed may have answered "nothing": what was judged on it must not be appended.
  if (!blocks.empty() && !store_.failed().ok()) {
    for (auto& loop : loops_) loop->freeze();
    return false;
  }
  bool wrote = false;
  std::uint64_t freezes = 0;
  for (const auto& loop : loops_) freezes += loop->freezes();
  if (freezes != std::exchange(freezes_, freezes)) port_->renew();  // what the home still holds of a frozen loop must not go out
  if (!blocks.empty()) {
    port_->append(std::move(blocks));
    DOCKET_CRASH_POINT("worker.written");
    for (const auto& report : port_->poll()) {
      wrote = wrote || !report.full;
      by_partition_[static_cast<std::size_t>(report.partition)]->report(report);
      DOCKET_CRASH_POINT("worker.answered");
    }
  }
  store_.tick(options_.index, now);
  return wrote;
}

void Worker::run() {
  bool busy = true;
  while (true) {
    take_inbox(!busy);
    const bool wrote = step();
    publish_health();
    const bool idle = std::all_of(loops_.begin(), loops_.end(), [](const auto& loop) { return loop->idle(); });
    busy = wrote || !idle;
    if (!stopping_) continue;
    const std::lock_guard lock(mutex_);
    if (inbox_.empty() && idle) return;
  }
}

}  // namespace docket::node
