#include "connectors/node/intake_driver.h"

#include <algorithm>
#include <utility>

#include "engine/model/ids.h"

namespace docket::node {
namespace {

constexpr std::size_t kReadBytes = 1024 * 1024;
constexpr model::Instant kUnsureMs = 60'000;   // a topic that ends below the cursor may be told by a deposed leader
constexpr model::Instant kForwardMs = 10'000;  // then the same is offered again
constexpr model::Instant kRefusedMs = 100;     // a neighbour that is full, or has stopped, is left alone so long

// The partition in which the event's case lives; -1: it has none, and its outcome stands where it was found.
int home_of(const ingest::Offered& offered) {
  if (offered.stage == ingest::Stage::kMalformed || offered.stage == ingest::Stage::kForbidden) return -1;
  if (offered.refusal.code == model::Rejection::kInvalidSubject || offered.event->subject.empty()) return -1;
  return model::partition_of(offered.event->subject);
}

}  // namespace

IntakeDriver::IntakeDriver(std::unique_ptr<ledger::IntakePort> port, std::string_view tag_key, Forward forward, std::function<void()> wake)
    : port_(std::move(port)), digest_(tag_key), forward_(std::move(forward)), wake_(std::move(wake)) {
  port_->on_news(wake_);
}

std::uint64_t IntakeDriver::digest_of(const ledger::IntakeRecord& record) const {
  const std::uint64_t digest = digest_.tag(record.event);
  return digest == 0 ? 1 : digest;  // 0 says that there is none
}

bool IntakeDriver::step(partition::PartitionLoop& loop, int partition, model::Instant now) {
  if (!loop.owner()) return resume(loop, partition);
  bool moved = false;
  for (const auto& topic : port_->topics()) moved = step_topic(loop, partition, topic, now) || moved;
  return moved;
}

void IntakeDriver::rebase(const std::string& topic) {
  for (auto& [key, place] : places_) place.rebase = place.rebase || key.first == topic;
}

bool IntakeDriver::halted(int partition) const {
  return std::any_of(places_.begin(), places_.end(), [&](const auto& row) { return row.first.second == partition && row.second.halted; });
}

bool IntakeDriver::halt(partition::PartitionLoop& loop, Place& place, std::string reason) {
  place.halted = true;
  loop.halt(std::move(reason));
  return false;
}

// A partition that was stopped here goes on once the operator has said that it is meant.
bool IntakeDriver::resume(partition::PartitionLoop& loop, int partition) {
  if (loop.mode() != partition::PartitionLoop::Mode::kStopped) return false;
  bool wanted = false;
  for (auto& [key, place] : places_) {
    if (key.second != partition || !place.halted || !place.rebase) continue;
    place.halted = false;
    wanted = true;
  }
  if (wanted) loop.resume();
  return wanted;
}

std::vector<IntakeLag> IntakeDriver::lags() const {
  std::vector<IntakeLag> out;
  for (const auto& [key, place] : places_) out.push_back({key.first, key.second, place.lag});
  return out;
}

bool IntakeDriver::step_topic(partition::PartitionLoop& loop, int partition, const std::string& topic, model::Instant now) {
  Place& place = places_[{topic, partition}];
  const std::uint64_t generation = (loop.term() << 32U) + loop.freezes() + 1;
  if (place.generation != generation) {  // what was read for an earlier one may have been judged by another
    place.generation = generation;
    place.checked = false;
    place.unsure_since = model::kNoInstant;
    place.batch.reset();
    place.forwarded.reset();
  }
  if (place.batch) {
    if (!send_forwarded(place, now)) return false;
    // Refused: it no longer goes on from the cursor, and is read again.
    static_cast<void>(loop.take_intake(std::move(*std::exchange(place.batch, std::nullopt))));
    place.forwarded.reset();
    return true;
  }
  const auto cursor = loop.intake_cursor(topic);
  if (!cursor) return false;
  if (place.rebase) return begin_epoch(loop, partition, *cursor, place);
  if (!place.checked && cursor->digest != 0) return check(loop, partition, *cursor, place, now);
  place.checked = true;
  return read(loop, partition, *cursor, place, now);
}

// The record before the cursor is read back: another one there means that the topic is another.
bool IntakeDriver::check(partition::PartitionLoop& loop, int partition, const ledger::IntakeCursor& cursor, Place& place,
                         model::Instant now) {
  const std::string where = "partition " + std::to_string(partition) + " of " + cursor.topic;
  const std::int64_t last = cursor.offset - 1;
  const auto batch = port_->read(cursor.topic, partition, last, 1);
  if (!batch) return batch.error().code == ErrorCode::kNotFound && missing(loop, partition, cursor, place, now);
  if (batch->records.empty()) {
    if (batch->end && batch->next <= last) return missing(loop, partition, cursor, place, now);
    place.checked = batch->next > last;  // only a marker of somebody's transaction stands there
    return place.checked;
  }
  const auto& record = batch->records.front();
  if (record.offset == last && digest_of(record) != cursor.digest) {
    return halt(
        loop, place,
        where + ": offset " + std::to_string(last) +
            " doesn't hold the record that was judged there; the topic was made anew or changed. If that is meant: docket intake rebase " +
            cursor.topic);
  }
  place.checked = true;
  place.unsure_since = model::kNoInstant;
  return true;
}

// The partition doesn't hold the cursor's offset: it begins behind it (records are lost), or ends before it.
bool IntakeDriver::missing(partition::PartitionLoop& loop, int partition, const ledger::IntakeCursor& cursor, Place& place,
                           model::Instant now) {
  const auto begin = port_->begin(cursor.topic, partition);
  if (!begin) return false;
  if (*begin >= cursor.offset) {
    place.checked = true;
    if (*begin == cursor.offset) return true;
    partition::IntakeBatch lost;
    lost.topic = cursor.topic;
    lost.epoch = cursor.epoch;
    lost.from = cursor.offset;
    lost.lost_to = *begin;
    return loop.take_intake(std::move(lost));
  }
  place.checked = false;  // by the time that it is longer it may be another
  if (place.unsure_since == model::kNoInstant || place.unsure_since > now) place.unsure_since = now;
  if (now - place.unsure_since < kUnsureMs) return false;
  return halt(loop, place,
              "partition " + std::to_string(partition) + " of " + cursor.topic + " ends before offset " + std::to_string(cursor.offset) +
                  ", which is judged: the topic was cut or made anew. If that is meant: docket intake rebase " + cursor.topic);
}

bool IntakeDriver::begin_epoch(partition::PartitionLoop& loop, int partition, const ledger::IntakeCursor& cursor, Place& place) {
  const auto begin = port_->begin(cursor.topic, partition);
  if (!begin) return false;
  partition::IntakeBatch batch;
  batch.topic = cursor.topic;
  batch.epoch = cursor.epoch + 1;
  batch.from = *begin;
  batch.rebased = true;
  if (!loop.take_intake(std::move(batch))) return false;
  place.rebase = false;
  place.checked = true;
  return true;
}

bool IntakeDriver::read(partition::PartitionLoop& loop, int partition, const ledger::IntakeCursor& cursor, Place& place,
                        model::Instant now) {
  auto read = port_->read(cursor.topic, partition, cursor.offset, kReadBytes);
  if (!read) return read.error().code == ErrorCode::kNotFound && missing(loop, partition, cursor, place, now);
  place.lag = port_->lag(cursor.topic, partition);
  place.unsure_since = model::kNoInstant;
  if (read->records.empty()) return false;
  partition::IntakeBatch batch;
  batch.topic = cursor.topic;
  batch.epoch = cursor.epoch;
  batch.from = cursor.offset;
  batch.events.reserve(read->records.size());
  std::size_t elsewhere = 0;
  for (const auto& record : read->records) {
    partition::IntakeEvent event;
    event.offset = record.offset;
    event.digest = digest_of(record);
    event.offered = loop.ingest().parse(record.event);
    if (const int home = home_of(event.offered); home >= 0 && home != partition) {
      event.forwarded_to = home;
      event.text = record.event;
      ++elsewhere;
    }
    batch.events.push_back(std::move(event));
  }
  if (elsewhere == 0) return loop.take_intake(std::move(batch));
  place.forwarded = std::make_shared<Forwarded>(batch.events.size());
  place.batch = std::move(batch);
  static_cast<void>(send_forwarded(place, now));
  return true;
}

// True when each forwarded record has an outcome that stands in its own partition's ledger. Offering one again is always right.
bool IntakeDriver::send_forwarded(Place& place, model::Instant now) {
  using Kind = partition::EventOutcome::Kind;
  const auto state = place.forwarded;
  if (!state) return true;
  if (state->open > 0 || now < place.again_at) return false;
  bool all = true;
  bool refused = false;
  const bool again = std::exchange(state->sent, true);
  for (std::size_t i = 0; i < place.batch->events.size(); ++i) {
    auto& event = place.batch->events[i];
    if (event.forwarded_to < 0) continue;
    if (state->outcomes[i] != Kind::kUnknown && state->outcomes[i] != Kind::kOverloaded) {
      event.forwarded_outcome = partition::name_of(state->outcomes[i]);
      continue;
    }
    all = false;
    refused = refused || again;
    partition::Offer offer;
    offer.events.push_back(event.offered);
    offer.deadline = now + kForwardMs;
    offer.done = [state, i, wake = wake_](const std::vector<partition::EventOutcome>& outcomes) {
      state->outcomes[i] = outcomes.front().kind;
      if (--state->open == 0) wake();
    };
    ++state->open;
    if (!forward_(event.forwarded_to, std::move(offer), event.text)) {
      --state->open;
      refused = true;
      break;
    }
  }
  place.again_at = refused ? now + kRefusedMs : model::kNoInstant;
  return all;
}

}  // namespace docket::node
