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

Worker::Worker(WorkerOptions options, const definition::BundlePtr& bundle, const std::string& ledger_id, std::uint64_t process,
               std::unique_ptr<ledger::Port> port, ledger::KeyStore& keys, ProjectionStore& store, const partition::RecordReader& records)
    : options_(std::move(options)),
      tag_key_(key_text(keys.tag_key())),
      books_(bundle, tag_key_, options_.bundles.get()),
      keys_(keys),
      port_(std::move(port)),
      store_(store),
      by_partition_(model::kPartitions, nullptr) {
  for (const int partition : options_.partitions) {
    partition::LoopOptions loop;
    loop.partition = partition;
    loop.ledger_id = ledger_id;
    loop.process = process;
    loop.node = options_.node;
    loop.version = DOCKET_VERSION;
    loop.after = [port = port_.get()](ledger::Offset offset, std::uint64_t count) { return port->after(offset, count); };
    loops_.push_back(std::make_unique<partition::PartitionLoop>(loop, books_, keys_, store_, records, store_));
    by_partition_[static_cast<std::size_t>(partition)] = loops_.back().get();
  }
  caught_up_.assign(loops_.size(), false);
  ownership_.resize(loops_.size());
  owners_.resize(loops_.size());
  owned_.resize(loops_.size());
  told_later_ = port_->on_news([this] { wake(); });
  publish_health();
}

void Worker::wake() {
  {
    const std::lock_guard lock(mutex_);
    news_ = true;
  }
  wake_.notify_one();
}

void Worker::take_intake(std::unique_ptr<ledger::IntakePort> port, Forward forward) {
  intake_ = std::make_unique<IntakeDriver>(std::move(port), tag_key_, std::move(forward), [this] { wake(); });
}

void Worker::send_reactions(ReactionDriver::Send send) {
  reactions_ = std::make_unique<ReactionDriver>(std::move(send), [this] { wake(); });
}

void Worker::take_reactions(model::Instant now) {
  if (!reactions_ || stopping_ || closed_) return;
  for (std::size_t i = 0; i < loops_.size(); ++i) reactions_->step(*loops_[i], options_.partitions[i], now);
}

void Worker::rebase(const std::string& topic) {
  {
    const std::lock_guard lock(mutex_);
    rebase_.push_back(topic);
    news_ = true;
  }
  wake_.notify_one();
}

void Worker::add_head(int partition, std::string body) {
  {
    const std::lock_guard lock(mutex_);
    heads_.emplace_back(partition, std::move(body));
    news_ = true;
  }
  wake_.notify_one();
}

// The port goes before what it calls.
Worker::~Worker() {
  stop();
  intake_.reset();
  port_.reset();
}

Status Worker::restore(int partition, const ProjectionStore::Standing& standing, const std::string& head, ledger::Offset offset,
                       std::vector<ledger::IntakeCursor> cursors, const std::string& bundle) {
  auto* loop = by_partition_[static_cast<std::size_t>(partition)];
  if (loop == nullptr) return Error{ErrorCode::kInternal, "partition " + std::to_string(partition) + " is not this worker's", false};
  loop->restore(standing.position, head, standing.term, standing.recorded, offset);
  loop->restore_cursors(std::move(cursors));
  if (!bundle.empty()) {
    if (auto restored = loop->restore_bundle(bundle, standing.activation); !restored)
      return restored.error().with_context("partition " + std::to_string(partition));
  }
  if (options_.still_ours) {
    port_->follow(partition, true);
  } else {
    loop->own();
  }
  return {};
}

void Worker::restore_owner(int partition, const ledger::Record& record) {
  by_partition_[static_cast<std::size_t>(partition)]->restore_owner(record);
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
    if (stopping_ || closed_ || (inbox_events_ + offer.events.size() > options_.inbox_events_max && !inbox_.empty()) ||
        store_.full(options_.index))
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
    if (loop->owner()) {
      ++health.owned;
      health.activation = health.activation == 0 ? loop->activation() : std::min(health.activation, loop->activation());
    }
    if (loop->mode() == partition::PartitionLoop::Mode::kStandby && caught_up_[static_cast<std::size_t>(&loop - loops_.data())])
      ++health.followed;
    health.parked += loop->parked();
    health.void_blocks += loop->void_blocks();
    const auto& intake = loop->intake_counts();
    health.intake.accepted += intake.accepted;
    health.intake.duplicate += intake.duplicate;
    health.intake.rejected += intake.rejected;
    health.intake.parked += intake.parked;
    health.intake.forwarded += intake.forwarded;
    health.intake.lost += intake.lost;
    if (loop->stop_reason().empty() || loop->displaced()) continue;
    const bool waits = intake_ && intake_->halted(options_.partitions[static_cast<std::size_t>(&loop - loops_.data())]);
    (waits ? health.halted : health.stopped) = loop->stop_reason();
    health.waiting += waits ? 1 : 0;
  }
  if (intake_) health.intake_lags = intake_->lags();
  if (reactions_) health.reactions = reactions_->counts();
  for (const auto& own : ownership_) health.wanted += own.wanted || !options_.still_ours ? 1 : 0;
  health.assigned = assigned_ || !options_.still_ours;
  const std::lock_guard lock(health_mutex_);
  for (std::size_t i = 0; i < loops_.size(); ++i) owned_[i] = loops_[i]->owner();
  if (options_.still_ours) {
    for (std::size_t i = 0; i < loops_.size(); ++i) owners_[i] = loops_[i]->owner() ? std::string() : loops_[i]->owner_address();
  }
  health_ = std::move(health);
}

void Worker::take_inbox(bool wait) {
  std::vector<std::pair<int, partition::Offer>> taken;
  std::vector<std::pair<int, std::string>> heads;
  {
    std::unique_lock lock(mutex_);
    if (wait && inbox_.empty() && !news_ && (told_later_ || !stopping_)) wake_.wait_for(lock, kIdleWait);
    news_ = false;
    taken.swap(inbox_);
    heads.swap(heads_);
    inbox_events_ = 0;
  }
  for (auto& [partition, body] : heads) by_partition_[static_cast<std::size_t>(partition)]->add_head(std::move(body));
  for (auto& [partition, offer] : taken) {
    const std::size_t events = offer.answers();
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
    if (!batch && batch.error().code == ErrorCode::kCorrupt && !batch.error().retriable) loop.halt(batch.error().message);
    if (!batch) return false;  // asked again on the next turn
    const bool end = batch->end;
    if (batch->blocks.empty() && !end) return false;
    const bool follows = loop.mode() == partition::PartitionLoop::Mode::kStandby;
    moved_ = moved_ || !batch->blocks.empty() || !follows;
    loop.read_done(*batch);
    store_.tick(options_.index, options_.clock());
    if (end) break;
  }
  return true;
}

void Worker::hand_reports() {
  for (const auto& report : port_->poll()) {
    moved_ = true;
    wrote_ = wrote_ || !report.full;
    by_partition_[static_cast<std::size_t>(report.partition)]->report(report);
    DOCKET_CRASH_POINT("worker.answered");
  }
}

bool Worker::frozen() const {
  std::uint64_t freezes = 0;
  for (const auto& loop : loops_) freezes += loop->freezes();
  return freezes != freezes_;
}

// What the port still holds of a frozen loop must not go out, and it holds the blocks of all: those who wait for one settle too.
void Worker::renew() {
#ifndef DOCKET_FAULT_NEIGHBOUR_LEFT
  for (const auto& loop : loops_) {
    if (loop->under_way()) loop->freeze();
  }
#endif
  freezes_ = 0;
  for (const auto& loop : loops_) freezes_ += loop->freezes();
  port_->renew();
}

// A turn may freeze its loop: of the others, those that had blocks under way before follow, and what they judged now goes with it.
std::vector<ledger::Appending> Worker::take_turns(model::Instant now) {
  std::vector<std::vector<ledger::Appending>> turns(loops_.size());
  std::vector<partition::PartitionLoop*> under_way;
  const bool full = store_.full(options_.index);
  closed_ = !options_.may_own(now);
  for (std::size_t i = 0; i < loops_.size(); ++i) {
    auto& loop = *loops_[i];
    if (auto why = port_->lost(options_.partitions[i]); !why.empty()) loop.halt(std::move(why));
    const bool follows = loop.mode() == partition::PartitionLoop::Mode::kStandby;
    if ((!closed_ || follows || !caught_up_[i]) && read_for(loop, options_.partitions[i])) caught_up_[i] = true;
    if (closed_ && !loop.wants_read()) loop.freeze();  // it reads on, and owns, when it may again
    if (!still_owns(i)) {
      loop.disown();
      port_->follow(options_.partitions[i], true);
      continue;
    }
    loop.hold_timers(full);
    if (loop.under_way()) under_way.push_back(&loop);
    turns[i] = loop.turn(now);
  }
  if (frozen()) {
    for (auto* loop : under_way) {
      if (loop->under_way()) loop->freeze();
    }
  }
  std::vector<ledger::Appending> blocks;
  for (std::size_t i = 0; i < loops_.size(); ++i) {
    if (!loops_[i]->under_way()) continue;
    std::move(turns[i].begin(), turns[i].end(), std::back_inserter(blocks));
  }
  return blocks;
}

void Worker::take_intake_records(model::Instant now) {
  if (!intake_ || stopping_) return;
  std::vector<std::string> rebase;
  {
    const std::lock_guard lock(mutex_);
    rebase.swap(rebase_);
  }
  for (const auto& topic : rebase) intake_->rebase(topic);
  if (store_.full(options_.index)) return;
  for (std::size_t i = 0; i < loops_.size(); ++i) moved_ = intake_->step(*loops_[i], options_.partitions[i], now) || moved_;
}

void Worker::take_activation() {
  if (!options_.activations) return;
  for (const auto& loop : loops_) {  // a chain may say more than was heard
    if (loop->activation() > options_.activations->number()) options_.activations->hear({loop->activation(), loop->bundle_id(), {}});
  }
  if (options_.activations->number() == activation_) return;
  const auto newest = options_.activations->newest();
  activation_ = newest.number;
  for (auto& loop : loops_) loop->activate(newest);
}

// One turn of every loop; true if something was written. A disk without space is asked again after a pause, not at once.
bool Worker::step() {
  const model::Instant now = options_.clock();
  moved_ = wrote_ = false;
  hand_reports();
  if (frozen()) renew();
  if (options_.still_ours) take_assignment();
  take_activation();
  take_intake_records(now);
  take_reactions(now);
  auto blocks = take_turns(now);
  // A read that failed may have answered "nothing": what was judged on it must not be appended.
  if (!blocks.empty() && !store_.failed().ok()) {
    for (auto& loop : loops_) loop->freeze();
    return false;
  }
  if (frozen()) {
    freezes_ = 0;
    for (const auto& loop : loops_) freezes_ += loop->freezes();
    port_->renew();
  }
  if (!blocks.empty()) {
    if (auto synced = keys_.sync_turn(); !synced) {  // a key must be durable before what it seals
      for (const auto& block : blocks)
        by_partition_[static_cast<std::size_t>(block.partition)]->report(
            {block.token, block.partition, false, std::nullopt, true, synced.error().message});
      return false;
    }
    moved_ = true;
    port_->append(std::move(blocks));
    DOCKET_CRASH_POINT("worker.written");
    hand_reports();
  }
  store_.tick(options_.index, now);
  return wrote_;
}

void Worker::run() {
  bool busy = true;
  while (true) {
    take_inbox(!busy);
    const bool wrote = step();
    publish_health();
    const bool idle = std::all_of(loops_.begin(), loops_.end(), [](const auto& loop) { return loop->idle(); });
    busy = told_later_ ? moved_ : wrote || !idle;
    if (!stopping_) continue;
    const std::lock_guard lock(mutex_);
    if (inbox_.empty() && idle) return;
  }
}

}  // namespace docket::node
