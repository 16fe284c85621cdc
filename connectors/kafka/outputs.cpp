#include "connectors/kafka/outputs.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "connectors/kafka/broker_clock.h"
#include "connectors/kafka/output_tail.h"

namespace docket::kafka {
namespace {

constexpr std::size_t kBytesUnderWayMax = std::size_t{4} << 20U;  // of one topic
constexpr std::size_t kRowsUnderWayMax = 20'000;                  // of one topic
constexpr int kTailPatienceMs = 5'000;
constexpr int kOutcomeLingerMs = 1;  // rows of many partitions go in one request
constexpr int kStateLingerMs = 10;
constexpr std::int64_t kPauseLeastMs = 500;
constexpr std::int64_t kPauseMostMs = 10'000;
constexpr std::int64_t kPublishMs = 100;
constexpr std::int64_t kDrainMs = 2'000;
constexpr auto kIdle = std::chrono::milliseconds(100);
constexpr unsigned kGenerationShift = 32;

}  // namespace

Outputs::Outputs(Options options) : options_(std::move(options)), writer_(embedded::EmbeddedStore::new_id()) {
  streams_.resize(options_.streams.size());
  for (auto& stream : streams_) stream.lanes.resize(model::kPartitions);
}

Outputs::~Outputs() { stop(); }

void Outputs::start() {
  thread_ = std::thread([this] { run(); });
}

void Outputs::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  woken_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Outputs::wake() {
  {
    const std::lock_guard lock(mutex_);
    news_ = true;
  }
  woken_.notify_one();
}

std::vector<OutputLag> Outputs::lags() const {
  const std::lock_guard lock(mutex_);
  return lags_;
}

std::string Outputs::problem() const {
  const std::lock_guard lock(mutex_);
  return problem_;
}

void Outputs::run() {
  std::int64_t drain_until = 0;
  for (bool busy = true;;) {
    {
      std::unique_lock lock(mutex_);
      if (!busy) woken_.wait_for(lock, stopping_ ? std::chrono::milliseconds(5) : kIdle, [this] { return news_ || stopping_; });
      news_ = false;
      if (stopping_ && drain_until == 0) drain_until = steady_ms() + kDrainMs;
      draining_ = stopping_;
    }
    busy = turn();
    publish();
    if (drain_until != 0 && (caught_up() || steady_ms() >= drain_until)) return;
  }
}

// True if there is more to do at once.
bool Outputs::turn() {
  follow_ownership();
  send_heads();
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    take_reports(i);
    recover(i);
    check_end(i);
  }
  bool busy = tell_outcomes();
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    for (int partition = 0; options_.streams[i].row && partition < model::kPartitions; ++partition) {
      if (!step(i, partition)) continue;
      busy = true;
      static_cast<void>(tell_outcomes());
    }
  }
  return busy;
}

// Somebody waits for an outcome; a state can be told a little later, and says more then. So outcomes go between any two looks at states.
bool Outputs::tell_outcomes() {
  bool busy = false;
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    if (options_.streams[i].row) continue;
    take_reports(i);
    for (int partition = 0; partition < model::kPartitions; ++partition) busy = step(i, partition) || busy;
  }
  return busy;
}

Result<std::unique_ptr<OutputProducer>> Outputs::make_producer(const std::string& topic) {
  const bool state =
      std::any_of(options_.streams.begin(), options_.streams.end(), [&](const auto& one) { return one.topic == topic && one.row; });
  return OutputProducer::make({options_.settings, topic, options_.ledger, writer_, state ? kStateLingerMs : kOutcomeLingerMs},
                              [this] { wake(); });
}

void Outputs::take_reports(std::size_t i) {
  Stream& stream = streams_[i];
  if (!stream.producer) return;
  for (const auto& report : stream.producer->poll()) {
    take_report(i, report);
    if (!stream.producer) return;
  }
  if (!stream.producer->dead().empty()) fail(i, stream.producer->dead());
}

void Outputs::tell_heads(OutputRow row) {
  {
    const std::lock_guard lock(mutex_);
    heads_ = std::move(row);
    news_ = true;
  }
  woken_.notify_one();
}

void Outputs::send_heads() {
  if (options_.heads.empty()) return;
  for (const auto& report : heads_producer_ ? heads_producer_->poll() : std::vector<OutputReport>()) {
    if (report.error.empty()) sent_heads_ = {};
    if (!report.error.empty()) return keep_heads();
  }
  if (!sent_heads_.key.empty() || steady_ms() < heads_again_at_) return;
  {
    const std::lock_guard lock(mutex_);
    if (!heads_) return;
    sent_heads_ = std::move(*std::exchange(heads_, std::nullopt));
  }
  if (!heads_producer_) {
    auto made = make_producer(options_.heads);
    if (!made) return keep_heads();
    heads_producer_ = std::move(*made);
  }
  OutputMessage message;
  message.key = sent_heads_.key;
  message.value = sent_heads_.value;
  message.recorded = options_.clock();
  if (!heads_producer_->send(message)) keep_heads();
}

// What couldn't be told is told later, if nothing newer is.
void Outputs::keep_heads() {
  heads_producer_.reset();
  heads_again_at_ = steady_ms() + kPauseLeastMs;
  if (sent_heads_.key.empty()) return;
  const std::lock_guard lock(mutex_);
  if (!heads_) heads_ = std::move(sent_heads_);
  sent_heads_ = {};
}

void Outputs::take_report(std::size_t i, const OutputReport& report) {
  Stream& stream = streams_[i];
  Lane& lane = stream.lanes[static_cast<std::size_t>(report.partition)];
  stream.under_way -= std::min<std::size_t>(stream.under_way, 1);
  stream.bytes -= std::min(stream.bytes, report.bytes);
  if (!report.error.empty()) return fail(i, report.error);
  if (!lane.on || report.token >> kGenerationShift != lane.generation) return;
  if (report.offset >= 0) {
    // Below what was there before: the topic was made anew, or cut.
    if (report.offset < lane.next) return fail(i, "it was cut or made anew");
    if (report.offset > lane.next && !lane.foreign) lane.foreign = lane.next;
    lane.expected += report.offset - lane.next;
    lane.next = report.offset + 1;
  }
  const std::uint64_t number = report.token & ((std::uint64_t{1} << kGenerationShift) - 1);
  if (number < lane.first || number - lane.first >= lane.open.size()) return;
  --lane.open[number - lane.first].missing;
  settle(lane);
}

void Outputs::settle(Lane& lane) {
  while (!lane.open.empty() && lane.open.front().missing == 0) {
    lane.done = lane.open.front().end;
    lane.open.pop_front();
    ++lane.first;
  }
}

void Outputs::restart(Lane& lane, ledger::Height height, ledger::Offset next) {
  ++lane.generation;
  lane.cursor = lane.done = height;
  lane.next = lane.expected = next;
  lane.waiting.clear();
  lane.open.clear();
  lane.first = 0;
  lane.rewrite.clear();
  lane.foreign.reset();
}

// All of the topic begins anew, from what it holds then. What is under way goes with its producer.
void Outputs::fail(std::size_t i, const std::string& why) {
  Stream& stream = streams_[i];
  stream.producer.reset();
  stream.under_way = stream.bytes = 0;
  for (auto& lane : stream.lanes) {
    if (lane.on) restart(lane, 0, 0);
    lane.on = false;
  }
  if (stream.problem != why && options_.tell) options_.tell("output topic " + options_.streams[i].topic + " is behind: " + why);
  stream.problem = why;
  stream.pause_ms = std::clamp(stream.pause_ms * 2, kPauseLeastMs, kPauseMostMs);
  stream.retry_at = steady_ms() + stream.pause_ms;
}

void Outputs::follow_ownership() {
  for (int partition = 0; partition < model::kPartitions; ++partition) {
    if (options_.owned(partition)) continue;
    for (auto& stream : streams_) {
      Lane& lane = stream.lanes[static_cast<std::size_t>(partition)];
      if (!lane.on) continue;
      restart(lane, 0, 0);
      lane.on = false;
    }
  }
}

// Where a partition has come to be ours, its rows go on where the topic ends.
void Outputs::recover(std::size_t i) {
  Stream& stream = streams_[i];
  if (steady_ms() < stream.retry_at) return;
  std::vector<int> wanted;
  for (int partition = 0; partition < model::kPartitions; ++partition) {
    if (!stream.lanes[static_cast<std::size_t>(partition)].on && options_.owned(partition)) wanted.push_back(partition);
  }
  if (wanted.empty()) return;
  if (!stream.producer) {
    auto made = make_producer(options_.streams[i].topic);
    if (!made) return fail(i, made.error().message);
    stream.producer = std::move(*made);
  }
  const auto tails = read_tails(options_.settings, options_.streams[i].topic, wanted, kTailPatienceMs);
  if (!tails) return fail(i, tails.error().message);
  for (const auto& [partition, tail] : *tails) {
    Lane& lane = stream.lanes[static_cast<std::size_t>(partition)];
    // A height beyond the chain was told by another ledger's rows, or by what this one has lost.
    restart(lane, tail.height <= options_.copy->end(partition).height ? tail.height : 0, tail.end);
    lane.on = true;
  }
  stream.problem.clear();
  stream.pause_ms = 0;
  stream.checked_at = steady_ms();
}

// A row of a replaced owner that came late would be the last of its key: the case is written again behind it. A topic that ends before our
// last row was cut or made anew: it can't be read from there, and begins anew.
void Outputs::check_end(std::size_t i) {
  Stream& stream = streams_[i];
  const bool due = steady_ms() - stream.checked_at >= options_.check_ms;
  std::map<int, ledger::Offset> from;
  for (int partition = 0; partition < model::kPartitions; ++partition) {
    const Lane& lane = stream.lanes[static_cast<std::size_t>(partition)];
    if (!lane.on || !lane.open.empty()) continue;
    if (lane.foreign && options_.streams[i].row) from[partition] = *lane.foreign;
    if (due) from.try_emplace(partition, lane.next);
  }
  if (due) stream.checked_at = steady_ms();
  if (from.empty()) return;
  const auto found = read_foreign(options_.settings, options_.streams[i].topic, from, writer_, kTailPatienceMs);
  if (!found) return fail(i, found.error().message);
  for (const auto& [partition, rows] : *found) {
    Lane& lane = stream.lanes[static_cast<std::size_t>(partition)];
    lane.foreign.reset();
    lane.expected += std::max(lane.next, rows.end) - lane.next;
    lane.next = std::max(lane.next, rows.end);
    if (options_.streams[i].row) lane.rewrite.insert(rows.keys.begin(), rows.keys.end());
  }
}

bool Outputs::step(std::size_t i, int partition) {
  Lane& lane = streams_[i].lanes[static_cast<std::size_t>(partition)];
  if (!lane.on || !send_waiting(i, partition)) return false;
  const bool moved = options_.streams[i].row ? take_cases(i, partition) : take_block(i, partition);
  return send_waiting(i, partition) && moved;
}

// False: there is no room now.
bool Outputs::send_waiting(std::size_t i, int partition) {
  Stream& stream = streams_[i];
  Lane& lane = stream.lanes[static_cast<std::size_t>(partition)];
  while (!lane.waiting.empty()) {
    if (stream.under_way >= kRowsUnderWayMax || stream.bytes >= kBytesUnderWayMax) return false;
    const Waiting& next = lane.waiting.front();
    OutputMessage message;
    message.partition = partition;
    message.key = next.row.key;
    message.value = next.row.value;
    message.position = next.position;
    message.resume = {lane.done, lane.expected};
    message.recorded = next.recorded;
    message.token = (std::uint64_t{lane.generation} << kGenerationShift) + next.batch;
    if (!stream.producer->send(message)) return false;
    ++lane.expected;
    ++stream.under_way;
    stream.bytes += next.row.key.size() + next.row.value.size();
    lane.waiting.pop_front();
  }
  return stream.under_way < kRowsUnderWayMax && stream.bytes < kBytesUnderWayMax;
}

bool Outputs::caught_up() const {
  if (!sent_heads_.key.empty()) return false;
  for (const auto& stream : streams_) {
    for (int partition = 0; partition < model::kPartitions; ++partition) {
      const Lane& lane = stream.lanes[static_cast<std::size_t>(partition)];
      if (lane.on && lane.done < options_.copy->end(partition).height) return false;
    }
  }
  return true;
}

void Outputs::publish() {
  if (steady_ms() - published_at_ < kPublishMs) return;
  published_at_ = steady_ms();
  std::vector<OutputLag> lags;
  std::string problem;
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    if (problem.empty() && !streams_[i].problem.empty()) problem = options_.streams[i].topic + ": " + streams_[i].problem;
    for (int partition = 0; partition < model::kPartitions; ++partition) {
      if (!options_.owned(partition)) continue;
      const ledger::Height end = options_.copy->end(partition).height;
      lags.push_back(
          {options_.streams[i].topic, partition, end - std::min(end, streams_[i].lanes[static_cast<std::size_t>(partition)].done)});
    }
  }
  const std::lock_guard lock(mutex_);
  lags_ = std::move(lags);
  problem_ = std::move(problem);
}

}  // namespace docket::kafka
