// validate, for what comes from intake topics: the outcome of each record and the cursor that passes it stand in one block (ledger.md
// section 6). Nobody waits for an answer here; whoever published reads the verdicts.
#include <algorithm>
#include <utility>

#include "engine/ingest/json_text.h"
#include "engine/partition/judged.h"
#include "engine/partition/loop.h"

namespace docket::partition {

using Kind = EventOutcome::Kind;
using ledger::IntakeCursor;
using model::Rejection;

namespace {

constexpr std::size_t kUnnamedBytes = 4096;  // a record that holds no event
constexpr std::size_t kPlaceBytes = 512;     // of a topic's name, an epoch and an offset
constexpr std::size_t kRangeBytes = 44;      // of two 64-bit offsets

const IntakeCursor* find_cursor(const std::vector<IntakeCursor>& cursors, const std::string& topic) {
  const auto it = std::find_if(cursors.begin(), cursors.end(), [&](const IntakeCursor& cursor) { return cursor.topic == topic; });
  return it == cursors.end() ? nullptr : &*it;
}

void set_cursor(std::vector<IntakeCursor>& cursors, const IntakeCursor& to) {
  const auto it = std::find_if(cursors.begin(), cursors.end(), [&](const IntakeCursor& cursor) { return cursor.topic == to.topic; });
  if (it == cursors.end()) {
    cursors.push_back(to);
  } else {
    *it = to;
  }
}

// {"topic":...,"epoch":N with the members that follow.
std::string members_of(const IntakeCursor& cursor) {
  std::string out = "{\"topic\":";
  ingest::append_json_string(out, cursor.topic);
  return out + ",\"epoch\":" + std::to_string(cursor.epoch) + ",";
}

}  // namespace

std::optional<IntakeCursor> PartitionLoop::intake_cursor(const std::string& topic) const {
  if (mode_ != Mode::kOwner || intake_events_ >= options_.intake_events_max) return std::nullopt;
  const auto* cursor = find_cursor(taken_cursors_, topic);
  return cursor == nullptr ? IntakeCursor{topic, 0, 0, 0} : *cursor;
}

bool PartitionLoop::take_intake(IntakeBatch batch) {
  const auto cursor = intake_cursor(batch.topic);
  if (!cursor) return false;
  if (batch.rebased ? batch.epoch != cursor->epoch + 1 : batch.epoch != cursor->epoch || batch.from != cursor->offset) return false;
  IntakeCursor behind = *cursor;
  behind.epoch = batch.epoch;
  if (batch.rebased) {
    behind.offset = batch.from;
    behind.digest = 0;
  }
  if (batch.lost_to > batch.from) {
    behind.offset = batch.lost_to;
    behind.digest = 0;
  }
  if (!batch.events.empty()) {
    behind.offset = batch.events.back().offset + 1;
    behind.digest = batch.events.back().digest;
  }
  set_cursor(taken_cursors_, behind);
  intake_events_ += batch.events.size();
  intake_.push_back(std::move(batch));
  return true;
}

// What isn't judged is in its topic.
void PartitionLoop::drop_intake() {
  intake_.clear();
  intake_events_ = intake_judged_ = 0;
  mark_.reset();
#ifndef DOCKET_FAULT_CURSOR
  ahead_cursors_ = taken_cursors_ = cursors_;
#endif
}

std::size_t PartitionLoop::judge_intake(Instant now, std::size_t limit) {
  std::size_t judged = 0;
  while (!intake_.empty() && judged < limit && flight_.size() < options_.blocks_in_flight_max) {
    IntakeBatch& batch = intake_.front();
    if (!building_) open_block(now);
    if (intake_judged_ == 0 && (batch.rebased || batch.lost_to > batch.from)) {
      const std::int64_t behind = std::max(batch.from, batch.lost_to);
      add_intake_record(
          {batch.topic, batch.epoch, behind, 0}, ledger::RecordKind::kLost,
          "\"from\":" + std::to_string(batch.from) + ",\"to\":" + std::to_string(behind) + (batch.rebased ? ",\"rebased\":true" : ""));
      building_->intake.lost += static_cast<std::uint64_t>(behind - batch.from);
    }
    while (intake_judged_ < batch.events.size() && judged < limit && flight_.size() < options_.blocks_in_flight_max) {
      if (!judge_record(batch, batch.events[intake_judged_])) return judged;  // the same again on the next turn
      ++intake_judged_;
      ++judged;
    }
    if (intake_judged_ < batch.events.size()) break;
    intake_events_ -= batch.events.size();
    intake_judged_ = 0;
    intake_.pop_front();
  }
  return judged;
}

// False: it can't be judged now, as a key can't be had.
bool PartitionLoop::judge_record(const IntakeBatch& batch, IntakeEvent& record) {
  const IntakeCursor behind{batch.topic, batch.epoch, record.offset + 1, record.digest};
  if (!building_) open_block(now_);
  if (record.forwarded_to >= 0) {
    std::string members = "\"offset\":" + std::to_string(record.offset) + ",\"to\":" + std::to_string(record.forwarded_to) + ",\"source\":";
    ingest::append_json_string(members, record.offered.event->source);
    ingest::append_json_string(members += ",\"id\":", record.offered.event->id);
    ingest::append_json_string(members += ",\"outcome\":", record.forwarded_outcome);
    add_intake_record(behind, ledger::RecordKind::kForwarded, members);
    ++building_->intake.forwarded;
    return true;
  }
  if (record.offered.stage == ingest::Stage::kMalformed || record.offered.stage == ingest::Stage::kForbidden) {
    reject_unnamed(behind, record, record.offered.refusal);
    return true;
  }
  // Taken, it was read by what decided then for new cases.
  read_by_case(record.offered);
  const auto& offered = record.offered;
  const auto& event = offered.event;
  std::size_t parked = moving_bytes(*event);  // and what may be accepted together with it, in one block
  for (const auto& row : parked_ahead(event->subject)) parked += event_bytes(*row.event);
  if (offered.stage == ingest::Stage::kReady && !make_room(event_bytes(*event) + kPlaceBytes + parked))
    static_cast<void>(make_room(event_bytes(*event) + kPlaceBytes));
  if (offered.stage == ingest::Stage::kRejected) static_cast<void>(make_room(kUnnamedBytes));
  std::vector<std::uint64_t> rests;  // what its outcome rests on lies before it in the chain
  if (const auto known = known_outcome(*event, rests)) {
    judge_known(behind, record, *known);
    return true;
  }
  mark_ = Mark{event->identity.fingerprint, behind};
  EventOutcome outcome;
  if (offered.stage == ingest::Stage::kRejected) {
    outcome = reject(*event, offered.refusal, model::kNoHeight, rests);
  } else {
    outcome = judge_ready(event, {}, rests);
    if (outcome.kind == Kind::kVersionConflict) outcome = reject(*event, std::move(outcome.refusal), model::kNoHeight, rests);
  }
  if (mark_) {
    mark_.reset();
    return false;
  }
  if (outcome.kind == Kind::kAccepted) ++building_->intake.accepted;
  if (outcome.kind == Kind::kRejected) ++building_->intake.rejected;
  if (outcome.kind == Kind::kParked) ++building_->intake.parked;
  return true;
}

// Where its event stood in its intake topic, beside what else its body may say.
void PartitionLoop::tell_place(ledger::Record& record, const IntakeCursor& behind) {
  const std::string place = members_of(behind) + "\"offset\":" + std::to_string(behind.offset - 1) + "}";
  if (record.body.empty()) {
    record.body = place;
  } else {
    record.body.back() = ',';
    record.body.append(place, 1);
  }
}

void PartitionLoop::judge_known(const IntakeCursor& behind, const IntakeEvent& record, const EventOutcome& outcome) {
  if (outcome.kind == Kind::kIdentityConflict) {
    reject_unnamed(behind, record, outcome.refusal);
  } else {
    note_duplicate(behind);
  }
}

// A rejection that says nothing new of its event's identity; it keeps where the record stands.
void PartitionLoop::reject_unnamed(const IntakeCursor& behind, const IntakeEvent& record, const model::Refusal& refusal) {
  static_cast<void>(make_room(kUnnamedBytes));
  ledger::Record row;
  row.kind = ledger::RecordKind::kRejected;
  row.code = refusal.code;
  for (const auto& error : refusal.errors) row.errors.push_back({error.pointer, {}, error.code});
  row.body = members_of(behind) + "\"offset\":" + std::to_string(record.offset) + "}";
  Applied applied;
  if (const auto& event = record.offered.event; event != nullptr && refusal.code != Rejection::kMalformed) {
    row.source = event->source;
    row.id = event->id;
    row.subject = event->subject;
    row.tag = ingest::tag_text(event->identity.tag);
    if (refusal.code == Rejection::kIdentityConflict) {
      applied.case_id = event->subject;
      applied.before = applied.after = case_ahead(event->subject);
    }
  }
  add_record(std::move(row), std::move(applied));
  pass(behind);
  ++building_->intake.rejected;
}

void PartitionLoop::add_intake_record(const IntakeCursor& behind, ledger::RecordKind kind, const std::string& members) {
  static_cast<void>(make_room(kUnnamedBytes));
  ledger::Record record;
  record.kind = kind;
  record.body = members_of(behind) + members + "}";
  add_record(std::move(record), {});
  pass(behind);
}

void PartitionLoop::pass(const IntakeCursor& behind) {
  set_cursor(ahead_cursors_, behind);
  set_cursor(building_->header.next, behind);
}

// One record a block holds them all.
void PartitionLoop::note_duplicate(const IntakeCursor& behind) {
  static_cast<void>(make_room(kUnnamedBytes));
  auto& all = building_->duplicates;
  auto it =
      std::find_if(all.begin(), all.end(), [&](const Duplicates& row) { return row.topic == behind.topic && row.epoch == behind.epoch; });
  if (it == all.end()) {
    it = all.insert(all.end(), {behind.topic, behind.epoch, {}});
    building_->duplicates_bytes += kUnnamedBytes;
  }
  const std::int64_t offset = behind.offset - 1;
  if (!it->ranges.empty() && it->ranges.back().second + 1 == offset) {
    it->ranges.back().second = offset;
  } else {
    it->ranges.emplace_back(offset, offset);
    building_->duplicates_bytes += kRangeBytes;
  }
  pass(behind);
  ++building_->intake.duplicate;
}

void PartitionLoop::write_duplicates() {
  for (const auto& row : std::exchange(building_->duplicates, {})) {
    ledger::Record record;
    record.kind = ledger::RecordKind::kDuplicates;
    record.body = members_of({row.topic, row.epoch, 0, 0}) + "\"ranges\":[";
    for (const auto& [first, last] : row.ranges) {
      if (record.body.back() != '[') record.body += ',';
      record.body += "[" + std::to_string(first) + "," + std::to_string(last) + "]";
    }
    record.body += "]}";
    add_record(std::move(record), {});
  }
}

}  // namespace docket::partition
