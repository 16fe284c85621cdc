// The turn: what comes in, which blocks go out, what becomes valid (ledger.md sections 2 to 5).
#include "engine/partition/loop.h"

#include <algorithm>

namespace docket::partition {
namespace {

constexpr std::size_t kBlockFillBytes = ledger::kBlockBytesMax - 32 * 1024;

std::uint64_t prefix_of(const std::string& hash_text) {
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < 16 && i < hash_text.size(); ++i) {
    const char c = hash_text[i];
    out = out << 4U | static_cast<std::uint64_t>(c <= '9' ? c - '0' : c - 'a' + 10);
  }
  return out;
}

std::size_t effects_bytes(const ledger::Record& record) {
  std::size_t bytes = 0;
  for (const auto& of : record.effects) {
    for (const auto& effect : of.effects) bytes += 160 + effect.notices.size() * 80;
  }
  return bytes;
}

}  // namespace

PartitionLoop::PartitionLoop(LoopOptions options, definition::BundlePtr bundle, ingest::Ingest& ingest, ledger::KeyStore& keys,
                             const StateReader& states, const RecordReader& records, Sink& sink)
    : options_(std::move(options)),
      bundle_(std::move(bundle)),
      ingest_(ingest),
      sealer_(options_.ledger_id, keys),
      keys_(keys),
      states_(states),
      records_(records),
      sink_(sink),
      histories_(*bundle_, ingest_, states, records),
      head_(ledger::zero_hash_text()) {
  position_.partition = options_.partition;
}

void PartitionLoop::restore(const ledger::Position& position, const std::string& head, std::uint64_t term, Instant recorded,
                            ledger::Offset offset) {
  position_ = position;
  head_ = head;
  term_ = term;
  recorded_ = recorded;
  next_offset_ = offset;
  for (const auto& row : states_.parked(options_.partition)) {
    const auto record = records_.record(options_.partition, row.height);
    if (!record) continue;
    if (auto parked = reopen_parked(record->record, row.height)) {
      parked_until_.emplace(parked->until, std::pair{row.case_id, row.height});
      parked_[row.case_id].push_back(std::move(*parked));
      ++parked_count_;
    }
  }
}

bool PartitionLoop::offer(Offer offer) {
  if (queued_events_ + offer.events.size() > options_.queue_events_max && !queue_.empty()) return false;
  queued_events_ += offer.events.size();
  queue_.push_back(std::move(offer));
  return true;
}

std::vector<ledger::Appending> PartitionLoop::turn(Instant now) {
  now_ = now;
  for (auto it = waiting_.begin(); it != waiting_.end();) {
    if (it->offer.deadline < now) {
      for (auto& outcome : it->outcomes) outcome.kind = EventOutcome::Kind::kUnknown;
      it->offer.done(std::move(it->outcomes));
      it = waiting_.erase(it);
    } else {
      ++it;
    }
  }
  if (!flight_.empty() && flight_.front().sent != 0 && flight_.front().sent + options_.report_ms_max < now) freeze();
  if (mode_ == Mode::kReading && read_to_end_ && flight_.empty()) own_block(now);
  if (mode_ == Mode::kOwner) {
    std::size_t judged = 0;
    const bool expired = !parked_until_.empty() && parked_until_.begin()->first < now;
    while ((!queue_.empty() || (expired && judged == 0)) && judged < options_.turn_events_max &&
           flight_.size() < options_.blocks_in_flight_max) {
      if (!building_) open_block(now);
      if (expired && judged == 0) expire_parked(now);
      ++judged;
      if (queue_.empty()) break;
      Offer next = std::move(queue_.front());
      queue_.pop_front();
      queued_events_ -= next.events.size();
      judged += next.events.size();
      if (next.deadline < now) {
        fail_offer(next, EventOutcome::Kind::kUnknown);
      } else if (next.dry_run) {
        const auto ahead = ahead_;
        const auto events = ahead_events_;
        const auto building = building_;
        const auto sent = outgoing_.size();
        judge_offer(std::move(next));
        if (outgoing_.size() == sent) {
          ahead_ = ahead;
          ahead_events_ = events;
          building_ = building;
        }
      } else {
        judge_offer(std::move(next));
      }
    }
  }
  if (building_) close_block(now);
  if (outgoing_.empty()) return {};
  if (auto synced = keys_.sync(); !synced) {  // a key must be durable before what it seals
    refuse_all();
    freeze();
    return {};
  }
  for (auto& flight : flight_) {
    if (flight.sent == 0) flight.sent = now;
  }
  return std::exchange(outgoing_, {});
}

void PartitionLoop::open_block(Instant now) {
  Building building;
  building.token = ++tokens_;
  building.block.height = ahead_height_;
  building.block.previous = ahead_head_;
  building.block.term = own_term_;
  building.block.recorded = std::max(now, ahead_recorded_);
  building.block.bundle = bundle_->id;
  building_ = std::move(building);
}

bool PartitionLoop::make_room(std::size_t bytes) {
  if (bytes > kBlockFillBytes) return false;
  if (building_ && building_->bytes + bytes > kBlockFillBytes && !building_->block.records.empty()) close_block(now_);
  if (!building_) open_block(now_);
  return true;
}

void PartitionLoop::add_record(ledger::Record record, Applied applied) {
  applied.height = next_height();
  applied.recorded = building_->block.recorded;
  building_->bytes += record.event.size() + ledger::kRecordOverheadBytes + effects_bytes(record);
  applied.record = std::make_shared<const ledger::Record>(record);
  building_->block.records.push_back(std::move(record));
  auto& ahead = touch(applied.case_id);
  ahead.records.push_back(applied);
  ahead.records.back().deltas.clear();
  building_->applied.push_back(std::move(applied));
}

void PartitionLoop::close_block(Instant now) {
  static_cast<void>(now);
  Building building = std::move(*building_);
  building_.reset();
  if (building.block.records.empty()) return;
  InFlight flight;
  flight.token = building.token;
  flight.records = building.block.records.size();
  std::string value = ledger::encode_block(building.block);
  flight.hash = ledger::hash_text(ledger::block_hash(value));
  flight.applied.position = {options_.partition, building.block.end(), prefix_of(flight.hash)};
  flight.applied.recorded = building.block.recorded;
  flight.applied.term = building.block.term;
  flight.applied.next = building.block.next;
  flight.applied.records = std::move(building.applied);
  flight.owner_changed = building.block.records.front().kind == ledger::RecordKind::kOwnerChanged;
  flight.barrier = building.block.records.front().kind == ledger::RecordKind::kBarrier;
  ahead_head_ = flight.hash;
  ahead_height_ = building.block.end();
  ahead_recorded_ = building.block.recorded;
  outgoing_.push_back({flight.token, options_.partition, std::move(value)});
  flight_.push_back(std::move(flight));
}

// A new owner's first record, or the barrier that settles: after it, everything older in flight is void for ever.
void PartitionLoop::own_block(Instant now) {
  ahead_height_ = position_.height;
  ahead_head_ = head_;
  ahead_recorded_ = recorded_;
  open_block(now);
  ledger::Record record;
  ++barriers_;
  const std::string nonce = "\"process\":\"" + std::to_string(options_.process) + "\",\"counter\":" + std::to_string(barriers_);
  if (own_term_ == 0) {
    building_->block.term = term_ + 1;
    record.kind = ledger::RecordKind::kOwnerChanged;
    record.body = "{\"term\":" + std::to_string(term_ + 1) + ",\"node\":\"" + options_.node + "\",\"generation\":0,\"clock\":\"" +
                  model::format_instant(now) + "\",\"version\":\"" + options_.version + "\"," + nonce + "}";
  } else {
    record.kind = ledger::RecordKind::kBarrier;
    record.body = "{" + nonce + "}";
  }
  Applied applied;
  applied.height = next_height();
  applied.recorded = building_->block.recorded;
  applied.record = std::make_shared<const ledger::Record>(record);
  building_->block.records.push_back(std::move(record));
  building_->applied.push_back(std::move(applied));
  close_block(now);
  mode_ = Mode::kSettling;
}

void PartitionLoop::report(const ledger::Report& report) {
  const auto it = std::find_if(flight_.begin(), flight_.end(), [&](const InFlight& flight) { return flight.token == report.token; });
  if (it == flight_.end()) return;  // of a producer that is gone
  const bool next = report.ok && it == flight_.begin() && report.offset && *report.offset == next_offset_;
#ifdef DOCKET_FAULT_ADJACENCY
  const bool valid = report.ok && it == flight_.begin();
#else
  const bool valid = next;
#endif
  if (!valid) {
    if (report.full) refuse_all();
    freeze();
    return;
  }
  static_cast<void>(next);
  InFlight flight = std::move(flight_.front());
  flight_.pop_front();
  make_valid(std::move(flight));
}

void PartitionLoop::make_valid(InFlight flight) {
  position_ = flight.applied.position;
  head_ = flight.hash;
  next_offset_ = options_.after(next_offset_, flight.records);
  recorded_ = flight.applied.recorded;
  term_ = flight.applied.term;
  if (mode_ == Mode::kSettling && (flight.owner_changed || flight.barrier)) {
    own_term_ = flight.applied.term;
    mode_ = Mode::kOwner;
  }
  for (const auto& applied : flight.applied.records) {
    note_valid(applied);
    if (const auto it = ahead_events_.find(applied.identity.fingerprint); it != ahead_events_.end() && it->second.token == flight.token)
      ahead_events_.erase(it);
    const auto it = ahead_.find(applied.case_id);
    if (it == ahead_.end()) continue;
    if (it->second.token == flight.token) {
      ahead_.erase(it);
    } else {
      std::erase_if(it->second.records, [&](const Applied& row) { return row.height == applied.height; });
    }
  }
  sink_.apply(std::move(flight.applied));
  answer_rested(flight.token);
}

void PartitionLoop::answer_rested(std::uint64_t token) {
  for (auto it = waiting_.begin(); it != waiting_.end();) {
    std::erase(it->rests, token);
    if (!it->rests.empty()) {
      ++it;
      continue;
    }
    Waiting waiting = std::move(*it);
    it = waiting_.erase(it);
    for (auto& outcome : waiting.outcomes) outcome.position = position_;
    waiting.offer.done(std::move(waiting.outcomes));
  }
}

// No space: what was refused is not in the ledger, and what is queued would wait for a barrier that can't be written either.
void PartitionLoop::refuse_all() {
  for (auto& waiting : waiting_) fail_offer(waiting.offer, EventOutcome::Kind::kOverloaded);
  for (auto& offer : queue_) fail_offer(offer, EventOutcome::Kind::kOverloaded);
  waiting_.clear();
  queue_.clear();
  queued_events_ = 0;
}

void PartitionLoop::fail_offer(Offer& offer, EventOutcome::Kind kind) {
  std::vector<EventOutcome> outcomes(offer.events.size());
  for (auto& outcome : outcomes) {
    outcome.kind = kind;
    outcome.position = position_;
  }
  offer.done(std::move(outcomes));
}

// Nothing more is produced or told; judged-ahead state is dropped; requests that still wait are judged again after settling.
void PartitionLoop::freeze() {
  if (mode_ == Mode::kStopped || mode_ == Mode::kStandby) return;
  flight_.clear();
  outgoing_.clear();
  building_.reset();
  ahead_.clear();
  ahead_events_.clear();
  while (!waiting_.empty()) {
    queued_events_ += waiting_.back().offer.events.size();
    queue_.push_front(std::move(waiting_.back().offer));
    waiting_.pop_back();
  }
  mode_ = Mode::kReading;
  read_to_end_ = false;
}

std::optional<ledger::Offset> PartitionLoop::wants_read() const {
  if (mode_ == Mode::kReading && !read_to_end_) return next_offset_;
  if (mode_ == Mode::kStandby) return next_offset_;
  return std::nullopt;
}

void PartitionLoop::read_done(const ledger::ReadBatch& batch) {
  for (const auto& stored : batch.blocks) {
    if (stored.offset < next_offset_) continue;
    if (auto status = replay(stored); !status) {
      stop(status.error().message);
      return;
    }
    if (mode_ == Mode::kStopped) return;
  }
  next_offset_ = std::max(next_offset_, batch.next);
  if (batch.end) read_to_end_ = true;
}

void PartitionLoop::stop(std::string reason) {
  stop_reason_ = std::move(reason);
  for (auto& waiting : waiting_) fail_offer(waiting.offer, EventOutcome::Kind::kUnknown);
  for (auto& offer : queue_) fail_offer(offer, EventOutcome::Kind::kUnknown);
  waiting_.clear();
  queue_.clear();
  queued_events_ = 0;
  flight_.clear();
  outgoing_.clear();
  building_.reset();
  ahead_.clear();
  ahead_events_.clear();
  own_term_ = 0;
  mode_ = Mode::kStopped;
}

model::CasePtr PartitionLoop::case_ahead(const std::string& case_id) const {
  if (const auto it = ahead_.find(case_id); it != ahead_.end() && it->second.exists) return it->second.state;
  return states_.find(options_.partition, case_id);
}

std::vector<PartitionLoop::Parked> PartitionLoop::parked_ahead(const std::string& case_id) const {
  if (const auto it = ahead_.find(case_id); it != ahead_.end() && it->second.parked) return *it->second.parked;
  const auto it = parked_.find(case_id);
  return it == parked_.end() ? std::vector<Parked>{} : it->second;
}

PartitionLoop::Ahead& PartitionLoop::touch(const std::string& case_id) {
  auto& ahead = ahead_[case_id];
  ahead.token = building_->token;
  return ahead;
}

apply::CaseHistory PartitionLoop::history_ahead(const std::string& case_id) const {
  const auto it = ahead_.find(case_id);
  auto history = histories_.load(options_.partition, case_id, model::kForever, it == ahead_.end() ? nullptr : &it->second.records);
  return history ? std::move(*history) : apply::CaseHistory(*bundle_);
}

}  // namespace docket::partition
