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

}  // namespace

PartitionLoop::PartitionLoop(LoopOptions options, Rulebooks& books, ledger::KeyStore& keys, const StateReader& states,
                             const RecordReader& records, Sink& sink)
    : options_(std::move(options)),
      books_(books),
      sealer_(options_.ledger_id, keys),
      keys_(keys),
      states_(states),
      records_(records),
      sink_(sink),
      digest_(std::string_view(reinterpret_cast<const char*>(keys.tag_key().data()), keys.tag_key().size())),
      head_(ledger::zero_hash_text()) {
  position_.partition = options_.partition;
  deciding_.book = ahead_deciding_.book = &books_.first();
}

void PartitionLoop::restore(const ledger::Position& position, const std::string& head, std::uint64_t term, Instant recorded,
                            ledger::Offset offset) {
  position_ = position;
  head_ = head;
  term_ = term;
  recorded_ = recorded;
  next_offset_ = offset;
  reactions_ = states_.reaction_numbers(options_.partition);
  forget_reactions_ahead();
  for (auto& row : states_.quarantined(options_.partition)) quarantined_.emplace(std::move(row.case_id), std::move(row.kind));
  for (const auto& row : states_.parked(options_.partition)) {
    const auto record = records_.record(options_.partition, row.height);
    if (!record) continue;
    if (auto parked = reopen_parked(record->record, row.height)) {
      parked_until_.emplace(std::pair{parked->until, row.height}, row.case_id);
      parked_[row.case_id].push_back(std::move(*parked));
      ++parked_count_;
    } else {
      unopened_.emplace(std::pair{record->record.until, row.height}, std::make_shared<const ledger::Record>(record->record));
    }
  }
}

bool PartitionLoop::offer(Offer offer) {
  if (queued_events_ + offer.events.size() > options_.queue_events_max && !queue_.empty()) return false;
  if (mode_ == Mode::kStopped || mode_ == Mode::kStandby) return false;  // nobody would ever answer it
  queued_events_ += offer.events.size();
  earliest_deadline_ = std::min(earliest_deadline_, offer.deadline);
  queue_.push_back(std::move(offer));
  return true;
}

std::vector<ledger::Appending> PartitionLoop::turn(Instant now) {
  try {
    return judge_turn(now);
  } catch (const LacksBundle& lacks) {
    stop("partition " + std::to_string(options_.partition) + ": " + std::string(lacks.what()));
    return {};
  }
}

std::vector<ledger::Appending> PartitionLoop::judge_turn(Instant now) {
  now_ = now;
  if (earliest_deadline_ < now) answer_late(now);
  for (auto it = waiting_.begin(); it != waiting_.end();) {
    if (it->offer.deadline < now) {
      for (auto& outcome : it->outcomes) outcome.kind = EventOutcome::Kind::kUnknown;
      it->offer.done(std::move(it->outcomes));
      it = waiting_.erase(it);
    } else {
      ++it;
    }
  }
  if (!flight_.empty() && flight_.front().sent > now) flight_.front().sent = now;  // the clock was set back
  if (!flight_.empty() && flight_.front().sent != 0 && flight_.front().sent + options_.report_ms_max < now) freeze();
  if (mode_ == Mode::kReading && read_to_end_ && flight_.empty()) own_block(now);
  if (mode_ == Mode::kOwner) {
    write_activation(now);
    fire_timers(now);
    write_heads();
    std::size_t judged = 0;
    std::vector<Offer> barriers;
    const bool expired = (!parked_until_.empty() && parked_until_.begin()->first.first < now) ||
                         (!unopened_.empty() && unopened_.begin()->first.first < now);
    // Callers and intake topics share the turn.
    const std::size_t callers_max = intake_.empty() ? options_.turn_events_max : options_.turn_events_max / 2 + 1;
    while ((!queue_.empty() || (expired && judged == 0)) && judged < callers_max && flight_.size() < options_.blocks_in_flight_max) {
      if (!building_) open_block(now);
      if (expired && judged == 0) expire_parked(now);
      ++judged;
      if (queue_.empty()) break;
      Offer next = std::move(queue_.front());
      queue_.pop_front();
      queued_events_ -= next.events.size();
      judged += next.events.size();
      if (next.barrier) {
        barriers.push_back(std::move(next));
      } else if (next.reaction) {
        judge_reaction(std::move(next));
      } else if (next.dry_run) {
        judge_dry(std::move(next));
      } else {
        judge_offer(std::move(next));
      }
    }
    judged += judge_intake(now, options_.turn_events_max - std::min(judged, options_.turn_events_max));
    timers_.judged = judged;
    if (!barriers.empty()) rest_barriers(std::move(barriers), now);
  }
  if (building_) close_block(now);
  if (outgoing_.empty()) return {};
  if (auto synced = keys_.sync(); !synced) {  // a key must be durable before what it seals
    refuse_from(outgoing_.front().token);
    freeze();
    return {};
  }
  return send_some(now);
}

void PartitionLoop::open_block(Instant now) {
  Building building;
  building.token = ++tokens_;
  building.header.height = ahead_height_;
  building.header.previous = ahead_head_;
  building.header.term = own_term_;
  building.header.recorded = std::max(now, ahead_recorded_);
  building.header.bundle = ahead_deciding_.book->bundle->id;
  building.header.next = ahead_cursors_;
  building_ = std::move(building);
}

bool PartitionLoop::make_room(std::size_t bytes) {
  if (bytes > kBlockFillBytes) return false;
  if (building_ && building_->records.size() + building_->duplicates_bytes + bytes > kBlockFillBytes && !building_->empty())
    close_block(now_);
  if (!building_) open_block(now_);
  return true;
}

void PartitionLoop::add_record(ledger::Record record, Applied applied) {
  applied.height = next_height();
  applied.recorded = building_->header.recorded;
  if (mark_ && applied.identity.fingerprint == mark_->fingerprint) {
    tell_place(record, mark_->behind);
    pass(std::exchange(mark_, std::nullopt)->behind);
  }
  applied.record = std::make_shared<const ledger::Record>(std::move(record));
  ledger::append_record(building_->records, *applied.record);
  if (!applied.case_id.empty()) {
    Applied row;
    row.height = applied.height;
    row.recorded = applied.recorded;
    row.record = applied.record;
    row.event = applied.event;
    touch(applied.case_id).records.push_back(std::move(row));
  }
  building_->applied.push_back(std::move(applied));
}

void PartitionLoop::close_block(Instant now) {
  static_cast<void>(now);
  write_duplicates();
  Building building = std::move(*building_);
  building_.reset();
  if (building.empty()) return;
  InFlight flight;
  flight.token = building.token;
  flight.records = building.applied.size();
  std::string value = ledger::encode_block(building.header, building.records);
  flight.hash = ledger::hash_text(ledger::block_hash(value));
  flight.applied.position = {options_.partition, building.end(), prefix_of(flight.hash)};
  flight.applied.recorded = building.header.recorded;
  flight.applied.term = building.header.term;
  flight.applied.next = building.header.next;
  flight.applied.activation = ahead_deciding_.number;
  flight.deciding = ahead_deciding_;
  flight.intake = building.intake;
  const auto first = building.applied.front().record->kind;
  flight.owner_changed = first == ledger::RecordKind::kOwnerChanged;
  flight.barrier = first == ledger::RecordKind::kBarrier;
  ahead_head_ = flight.hash;
  ahead_height_ = building.end();
  ahead_recorded_ = building.header.recorded;
  flight.applied.records = std::move(building.applied);
  outgoing_.push_back({flight.token, options_.partition, std::move(value)});
  flight_.push_back(std::move(flight));
}

void PartitionLoop::report(const ledger::Report& report) {
  const auto it = std::find_if(flight_.begin(), flight_.end(), [&](const InFlight& flight) { return flight.token == report.token; });
  if (it == flight_.end()) return;  // of a producer that is gone
#ifdef DOCKET_FAULT_ADJACENCY
  const bool valid = report.ok && it == flight_.begin();
#else
  const bool valid = report.ok && it == flight_.begin() && report.offset && *report.offset == next_offset_;
#endif
#ifdef DOCKET_FAULT_FREEZE
  if (!report.ok && mode_ == Mode::kOwner) return judge_again(report.token);
#endif
  if (!valid) {
    if (report.full) refuse_from(report.token);
    freeze();
    return;
  }
  InFlight flight = std::move(flight_.front());
  flight_.pop_front();
  make_valid(std::move(flight));
}

void PartitionLoop::make_valid(InFlight flight) {
  if (auto done = give_up_keys(flight.applied); !done) return stop(done.error().message);
  position_ = flight.applied.position;
  head_ = flight.hash;
  next_offset_ = options_.after(next_offset_, flight.records);
  recorded_ = flight.applied.recorded;
  term_ = flight.applied.term;
  cursors_ = flight.applied.next;
  deciding_ = flight.deciding;
  intake_counts_.accepted += flight.intake.accepted;
  intake_counts_.duplicate += flight.intake.duplicate;
  intake_counts_.rejected += flight.intake.rejected;
  intake_counts_.parked += flight.intake.parked;
  intake_counts_.forwarded += flight.intake.forwarded;
  intake_counts_.lost += flight.intake.lost;
  if (mode_ == Mode::kSettling && (flight.owner_changed || flight.barrier)) {
    own_term_ = flight.applied.term;
    owner_address_ = options_.address;
    mode_ = Mode::kOwner;
    timers_ = {};
  }
  for (auto& applied : flight.applied.records) {
    note_valid(applied, flight.applied.records);
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
  heads_valid(flight.token);
  sink_.apply(std::move(flight.applied));
  answer_rested(flight.token);
}

void PartitionLoop::answer_rested(std::uint64_t token) {
  for (auto it = waiting_.begin(); it != waiting_.end();) {
    const auto valid = std::erase(it->rests, token);
    if (!it->rests.empty()) {
      it->partly_valid = it->partly_valid || valid > 0;
      ++it;
      continue;
    }
    Waiting waiting = std::move(*it);
    it = waiting_.erase(it);
    for (auto& outcome : waiting.outcomes) outcome.position = position_;
    waiting.offer.done(std::move(waiting.outcomes));
  }
}

void PartitionLoop::fail_offer(Offer& offer, EventOutcome::Kind kind) {
  std::vector<EventOutcome> outcomes(offer.answers());
  for (auto& outcome : outcomes) {
    outcome.kind = kind;
    outcome.position = position_;
  }
  offer.done(std::move(outcomes));
}

// Nothing more is produced or told; judged-ahead state is dropped; requests that still wait are judged again after settling.
void PartitionLoop::freeze() {
  if (mode_ == Mode::kStopped || mode_ == Mode::kStandby) return;
  ++freezes_;
  flight_.clear();
  outgoing_.clear();
  building_.reset();
  ahead_.clear();
  ahead_events_.clear();
  ahead_deciding_ = deciding_;
  forget_reactions_ahead();
  while (!waiting_.empty()) {
    queued_events_ += waiting_.back().offer.events.size();
    earliest_deadline_ = std::min(earliest_deadline_, waiting_.back().offer.deadline);
    queue_.push_front(std::move(waiting_.back().offer));
    waiting_.pop_back();
  }
  heads_again();
  drop_intake();
  mode_ = Mode::kReading;
  read_to_end_ = false;
}

#ifdef DOCKET_FAULT_FREEZE
void PartitionLoop::judge_again(std::uint64_t token) {
  std::erase_if(flight_, [&](const InFlight& flight) { return flight.token == token; });
  std::erase_if(ahead_events_, [&](const auto& row) { return row.second.token == token; });
  for (auto& waiting : std::exchange(waiting_, {})) {
    const bool again = std::find(waiting.rests.begin(), waiting.rests.end(), token) != waiting.rests.end();
    if (again) {
      queued_events_ += waiting.offer.events.size();
      queue_.push_back(std::move(waiting.offer));
    } else {
      waiting_.push_back(std::move(waiting));
    }
  }
}
#endif

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
    if (displaced_) next_offset_ = stored.offset + 1;
    if (mode_ == Mode::kStopped) return;
  }
  next_offset_ = std::max(next_offset_, batch.next);
  if (batch.end) read_to_end_ = true;
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
  auto& book = book_for(case_id);
  auto history = histories(book).load(options_.partition, case_id, model::kForever, it == ahead_.end() ? nullptr : &it->second.records);
  return history ? std::move(*history) : apply::CaseHistory(*book.bundle);
}

}  // namespace docket::partition
