#include "tests/simulation/world.h"

#include <algorithm>

#include "engine/ledger/genesis.h"
#include "tests/simulation/compare.h"
#include "tests/simulation/node.h"

namespace docket::simulation {
namespace {

using Mode = partition::PartitionLoop::Mode;

constexpr std::int64_t kReportMsMax = 60 * kStepMs;
constexpr std::size_t kInFlightMax = 4;
constexpr Step kQuietMax = 1'500;
constexpr Step kHeadSteps = 17;
constexpr model::Instant kDay = 86'400'000;
const std::string kIntake = "docket.intake.sim";

}  // namespace

std::string describe(const Options& options) {
  return "seed " + std::to_string(options.seed) + ": office " + options.office->name + ", " + std::to_string(options.nodes) + " nodes, " +
         std::to_string(options.steps) + " steps, crash " + std::to_string(options.crash) + ", pause " + std::to_string(options.pause) +
         ", assign " + std::to_string(options.assign) + ", full " + std::to_string(options.full) + ", keys fail " +
         std::to_string(options.keys_fail) + ", clock jump " + std::to_string(options.clock_jump) + ", days pass " +
         std::to_string(options.days_pass) + ", skew " + std::to_string(options.skew_ms) + " ms, leader " +
         std::to_string(options.faults.step_leader) + ", report lost " + std::to_string(options.faults.report_lost);
}

World::World(const Options& options)
    : options_(options), random_(options.seed), cluster_(1, random_, options.faults), keys_(options.office->keys) {
  ledger::Genesis genesis;
  genesis.ledger = "sim";
  genesis.partitions = 1;
  genesis.bundle = options_.office->bundle->id;
  cluster_.write(0, ledger::encode_block(ledger::genesis_block(genesis, kClockStart)));
  for (std::size_t i = 0; i < options_.nodes; ++i) {
    nodes_.push_back(std::make_unique<Node>(*this, i));
    if (options_.skew_ms > 0)
      nodes_.back()->skew = static_cast<model::Instant>(below(static_cast<std::uint64_t>(2 * options_.skew_ms))) - options_.skew_ms;
  }
  reference_ = std::make_unique<Node>(*this, options_.nodes);
  absorb();
  for (auto& node : nodes_) start(*node);
  start(*reference_);
}

World::~World() = default;

model::Instant World::clock(const Node& node) const {
  return kClockStart + days_ + static_cast<model::Instant>(now_) * kStepMs + node.skew;
}

// ---- a node's life ------------------------------------------------------------------------------------------------------

void World::start(Node& node) {
  node.live = node.durable != nullptr && !chance(1'000) ? std::make_unique<testing::MemoryProjections>(*node.durable)
                                                        : std::make_unique<testing::MemoryProjections>(options_.office->bundle);
  node.port = cluster_.node();
  node.up = true;
  node.paused_until = 0;
  rejoin(node);
}

// The node no longer owns: it hangs up, or says that it doesn't know; and goes on with the same loop, or a new one.
void World::leave(Node& node) {
  if (node.loop->mode() == Mode::kStopped && !node.loop->displaced()) return start_anew(node);
  if (!chance(5'000)) return start_anew(node);
  node.loop->disown();
  node.port->renew();
  node.in_flight = 0;
  node.freezes = node.loop->freezes();
  node.won = false;
  if (nodes_.size() != options_.nodes || node.index != assignee_) return;
  node.term_seen = node.loop->term();
  node.loop->own();
}

void World::start_anew(Node& node) {
  hang_up(node);
  rejoin(node);
}

// A new loop over what the node holds. One that was stopped by another owner goes on reading, and takes over if it is told to.
void World::rejoin(Node& node) {
  partition::LoopOptions options;
  options.ledger_id = "sim";
  options.node = "node-" + std::to_string(node.index);
  options.process = ++processes_;
  options.report_ms_max = kReportMsMax;
  options.blocks_in_flight_max = kInFlightMax;
  options.turn_events_max = std::size_t{4} << below(8);
  node.port->renew();
  node.in_flight = 0;
  node.loop = std::make_unique<partition::PartitionLoop>(options, *options_.office->books, keys_, *node.live, *node.live, node);
  node.freezes = 0;
  node.won = false;
  if (node.live->position.height > 0) {
    const auto* block = checker_.block_at(node.live->position);
    if (block == nullptr) return;  // found already, when it was applied
    node.loop->restore(block->position, block->hash, block->term, block->recorded, block->offset + 1);
    node.loop->restore_cursors(block->next);
  }
  if (nodes_.size() == options_.nodes && node.index == assignee_) {
    node.term_seen = node.loop->term();
    node.loop->own();
  }
}

void World::crash(Node& node) {
  note([&] { return "node " + std::to_string(node.index) + " crashes"; });
  if (chance(2'000)) compare_with_replay(node);
  hang_up(node);
  node.loop.reset();
  node.port.reset();
  node.up = false;
  node.up_at = now_ + 10 + below(100);
}

void World::hang_up(Node& node) {
  for (const auto request : node.requests) checker_.hung_up(request);
  node.requests.clear();
}

// The group gives the partition to a node. The one before goes on believing until it reads otherwise.
void World::assign(std::size_t index) {
  assignee_ = index;
  auto& node = *nodes_[index];
  note([&] { return "the partition is given to node " + std::to_string(index); });
  if (!node.up || node.loop->mode() != Mode::kStandby) return;
  node.term_seen = node.loop->term();
  node.loop->own();
}

void World::turn(Node& node) {
  if (!node.up || node.paused_until > now_) return;
  // A heartbeat tells it that the partition is another's by now.
  if (node.index != assignee_ && node.loop->mode() != Mode::kStandby && chance(quiet_ ? 5'000 : 100)) {
    note([&] { return "node " + std::to_string(node.index) + " hears that it owns nothing"; });
    return leave(node);
  }
  auto& loop = *node.loop;
  for (const auto& report : node.port->poll()) {
    if (node.in_flight > 0) --node.in_flight;
    loop.report(report);
  }
  if (chance(quiet_ ? 0 : options_.crash)) return crash(node);
  if (const auto from = loop.wants_read()) {
    const auto batch = node.port->read(0, *from, quiet_ ? 1 << 20U : 1 + below(8'000));
    loop.read_done(*batch);
  }
  node.won = node.won || loop.owner();
  // It has read another's owner-changed since it was told to own: it asks the group whether the partition is still its own.
  if (loop.mode() == Mode::kReading && !node.won && loop.term() != node.term_seen) {
    node.term_seen = loop.term();
    if (assignee_ != node.index) {
      return leave(node);
    }
  }
  read_intake(node);
  // A head of the partition before, by no random number, so that a seed is the run that it was.
  if (!quiet_ && now_ % kHeadSteps == 0)
    loop.add_head("{\"node\":" + std::to_string(node.index) + ",\"step\":" + std::to_string(now_) + "}");
  auto blocks = loop.turn(clock(node));
  if (loop.freezes() != node.freezes) {  // the producer goes, with what it still holds
    freezes_ += loop.freezes() - node.freezes;
    node.freezes = loop.freezes();
    node.port->renew();
    node.in_flight = 0;
    note([&] { return "node " + std::to_string(node.index) + " has frozen"; });
  }
  if (loop.mode() == Mode::kStopped) {
    note([&] { return "node " + std::to_string(node.index) + " stops: " + loop.stop_reason(); });
    if (loop.stop_reason().find("another owner took") == std::string::npos)
      checker_.find("node " + std::to_string(node.index) + " stops: " + loop.stop_reason(), now_);
    return leave(node);
  }
  if (chance(quiet_ ? 0 : options_.crash / 2)) return crash(node);  // judged and not sent
  if (!blocks.empty()) {
    note([&] {
      std::string text = "node " + std::to_string(node.index) + " appends";
      for (const auto& block : blocks) text += " " + block.value;
      return text;
    });
    node.in_flight += blocks.size();
    if (node.in_flight > kInFlightMax)
      checker_.find("node " + std::to_string(node.index) + " has " + std::to_string(node.in_flight) + " blocks in flight", now_);
    node.port->append(std::move(blocks));
  }
  if (chance(200)) node.durable = std::make_unique<testing::MemoryProjections>(*node.live);
}

void World::read_intake(Node& node) {
  const auto cursor = node.loop->intake_cursor(kIntake);
  if (!cursor) return;
  partition::IntakeBatch batch;
  batch.topic = kIntake;
  batch.from = cursor->offset;
  const auto to = std::min<std::size_t>(intake_.size(), static_cast<std::size_t>(cursor->offset) + 1 + below(6));
  for (auto at = static_cast<std::size_t>(cursor->offset); at < to; ++at)
    batch.events.push_back({static_cast<std::int64_t>(at), at + 1, intake_[at], -1, {}});
  if (batch.events.empty()) return;
  if (!node.loop->take_intake(std::move(batch))) checker_.find("intake that goes on from the cursor isn't taken", now_);
}

// ---- what is true -------------------------------------------------------------------------------------------------------

void World::absorb() {
  for (auto& stored : cluster_.committed(0, absorbed_)) {
    absorbed_ = stored.offset + 1;
    checker_.committed(stored, now_);
    note([&] {
      return "committed at " + std::to_string(stored.offset) + ", chain at " + std::to_string(checker_.chain().back().position.height);
    });
    unread_.push_back(std::move(stored));
  }
}

void World::applied(const Node& node, const ledger::Position& position) {
  if (checker_.block_at(position) == nullptr)
    checker_.find("node " + std::to_string(node.index) + " takes a block as valid that isn't in the chain (height " +
                      std::to_string(position.height) + ")",
                  now_);
}

void World::read_reference(ledger::Height height) {
  while (reference_->live->position.height < height && !unread_.empty()) {
    ledger::ReadBatch batch;
    batch.next = unread_.front().offset + 1;
    batch.blocks.push_back(std::move(unread_.front()));
    unread_.pop_front();
    reference_->loop->read_done(batch);
  }
}

// The node's projections against a replay of the same chain from its beginning. The reference reads on, never back.
void World::compare_with_replay(const Node& node) {
  if (node.live->position.height < reference_->live->position.height) return;
  read_reference(node.live->position.height);
  const auto what = difference(*node.live, *reference_->live);
  if (!what.empty()) checker_.find("node " + std::to_string(node.index) + " differs from a replay: " + what, now_);
}

// ---- time ---------------------------------------------------------------------------------------------------------------

void World::trouble() {
  if (chance(options_.assign)) assign(below(nodes_.size()));
  if (chance(options_.pause)) {
    auto& node = *nodes_[below(nodes_.size())];
    if (node.up && node.paused_until <= now_) {
      node.paused_until = now_ + 20 + below(300);
      cluster_.set_paused(*node.port, true);
      note([&] { return "node " + std::to_string(node.index) + " is frozen until " + std::to_string(node.paused_until); });
    }
  }
  if (chance(options_.full)) {
    full_until_ = now_ + 10 + below(60);
    note([] { return std::string("the disk is full"); });
  }
  if (chance(options_.keys_fail)) keys_fail_until_ = now_ + 10 + below(40);
  if (chance(options_.clock_jump)) {
    auto& node = *nodes_[below(nodes_.size())];
    node.skew += static_cast<model::Instant>(below(120'000)) - 60'000;
    note([&] { return "the clock of node " + std::to_string(node.index) + " jumps"; });
  }
  if (chance(options_.days_pass)) days_ += static_cast<model::Instant>(below(4)) * kDay;
  if (chance(20)) {
    auto& node = *nodes_[below(nodes_.size())];
    if (node.up)
      cluster_.set_stale(*node.port, 0, static_cast<ledger::Offset>(below(static_cast<std::uint64_t>(cluster_.high_watermark(0)) + 1)),
                         20 + below(100));
  }
}

void World::step() {
  ++now_;
  cluster_.step();
  absorb();
  cluster_.set_full(now_ < full_until_);
  keys_.failing = now_ < keys_fail_until_;
  for (auto& node : nodes_) {
    if (!node->up && node->up_at <= now_) start(*node);
    if (node->up && node->paused_until == now_) cluster_.set_paused(*node->port, false);
  }
  trouble();
  callers_act();
  turn(*nodes_[below(nodes_.size())]);
  if (chance(30)) {
    const auto& node = *nodes_[below(nodes_.size())];
    if (node.up) compare_with_replay(node);
  }
}

// All faults are over: everybody is answered, every node reads to the end.
void World::settle() {
  quiet_ = true;
  full_until_ = keys_fail_until_ = 0;
  cluster_.set_full(false);
  keys_.failing = false;
  for (auto& node : nodes_) {
    if (!node->up) start(*node);
    node->paused_until = 0;
    cluster_.set_paused(*node->port, false);
  }
  assign(below(nodes_.size()));
  for (; quiet_steps_ < kQuietMax; ++quiet_steps_) {
    now_ += 10;
    cluster_.drain();
    absorb();
    callers_act();
    for (auto& node : nodes_) turn(*node);
    if (cluster_.idle() && checker_.intake_passed() == intake_.size() &&
        std::all_of(ops_.begin(), ops_.end(), [](const Op& op) { return op.done; }) &&
        std::all_of(nodes_.begin(), nodes_.end(), [](const auto& node) { return node->loop->idle() && node->requests.empty(); }))
      break;
  }
}

void World::run() {
  new_case();
  while (now_ < options_.steps && checker_.findings().empty()) step();
  if (!checker_.findings().empty()) return;
  settle();
  if (quiet_steps_ == kQuietMax) {
    for (const auto& op : ops_) {
      for (std::size_t i = 0; i < op.events.size() && !op.done; ++i)
        checker_.find("without an end after " + std::to_string(kQuietMax) + " quiet steps: " + op.events[i].back().asked.id, now_);
    }
    checker_.find("not idle, or " + std::to_string(intake_.size() - checker_.intake_passed()) + " intake records not passed", now_);
  }
  for (auto& node : nodes_) {  // an owner that nobody writes to doesn't read: a new loop of it does
    hang_up(*node);
    rejoin(*node);
  }
  for (int i = 0; i < 50; ++i) {
    cluster_.drain();
    absorb();
    for (auto& node : nodes_) turn(*node);
  }
  const auto& end = checker_.chain().back().position;
  for (auto& node : nodes_) {
    if (!(node->live->position == end))
      checker_.find("node " + std::to_string(node->index) + " is at " + ledger::position_text(node->live->position) + ", the chain at " +
                        ledger::position_text(end),
                    now_);
    compare_with_replay(*node);
  }
  checker_.finish(must_accept_);
  for (const auto& [case_id, script] : lives_) {
    const auto it = reference_->live->cases.find(case_id);
    if (it == reference_->live->cases.end() || !same_life(*it->second, *options_.office->life(script)))
      checker_.find(case_id + " ended otherwise than the same events in order", now_);
  }
}

}  // namespace docket::simulation
