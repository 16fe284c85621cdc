#include "engine/partition/quarantine.h"

#include <algorithm>
#include <utility>

#include "engine/ingest/json_text.h"
#include "engine/partition/judged.h"
#include "engine/validate/migrate.h"
#include "engine/validate/step_check.h"

namespace docket::partition {

using Kind = EventOutcome::Kind;
using model::Rejection;

namespace {

constexpr std::size_t kCauseBytes = 500;

// As it may stand in a block: whatever an exception says, the block must be readable.
std::string cause_text(std::string_view what) {
  std::string out(what.substr(0, kCauseBytes));
  for (auto& c : out) {
    if (c < 0x20 || c > 0x7e) c = '?';
  }
  return out.empty() ? "unknown" : out;
}

std::string cloud_event_type(const model::Event& event) {
  for (const auto& attribute : event.attributes) {
    if (attribute.name == "type" && attribute.raw.size() > 2) return std::string(attribute.raw.substr(1, attribute.raw.size() - 2));
  }
  return {};
}

void name_event(ledger::Record& record, const model::Event& event) {
  record.source = event.source;
  record.id = event.id;
  record.type = cloud_event_type(event);
}

std::string kind_or_unknown(const ledger::Record& record) {
  const auto kind = ledger::kind_named(record);
  return kind.empty() ? "unknown" : std::string(kind);
}

std::string semantics_member() { return "{\"semantics\":" + std::to_string(kSemantics); }

}  // namespace

void throw_defect(const model::Refusal& refusal) {
  if (refusal.code == Rejection::kQuarantined) throw EngineDefect(refusal.detail);
}

bool releases(const model::Event& event) {
  return event.bundle != nullptr && event.kind != model::kNone16 && event.event != model::kNone16 &&
         event.bundle->kinds[event.kind].events[event.event].action == definition::EventAction::kReleased;
}

bool quarantines(const ledger::Record& record) {
  return record.kind == ledger::RecordKind::kQuarantined || record.kind == ledger::RecordKind::kReleased;
}

model::CasePtr after_quarantine(const model::CasePtr& before, const ledger::Record& record) {
  if (before == nullptr) return nullptr;
  auto after = *before;
  after.quarantined = record.kind == ledger::RecordKind::kQuarantined;
#ifdef DOCKET_FAULT_QUARANTINE_FORGOTTEN
  after.quarantined = false;
#endif
  return std::make_shared<const model::CaseState>(std::move(after));
}

EventOutcome PartitionLoop::judge_ready(const model::EventPtr& event, const Offer& offer, std::vector<std::uint64_t>& rests) {
  if (quarantined(event->subject) && !releases(*event)) return hold(event, offer, rests);
  const auto rested = rests.size();
  EventOutcome outcome;
  if (spared(event->subject, {&event, 1}, [&] { outcome = judge_now(event, offer, rests); })) return outcome;
  rests.resize(rested);
  return hold(event, offer, rests);
}

void PartitionLoop::judge_together(const std::string& case_id, const std::vector<std::size_t>& indexes, const Offer& offer,
                                   Waiting& waiting) {
  std::vector<model::EventPtr> events;
  for (const auto i : indexes) events.push_back(offer.events[i].event);
  const auto rested = waiting.rests.size();
  if (spared(case_id, events, [&] { judge_corrections(case_id, indexes, offer, waiting); })) return;
  waiting.rests.resize(rested);
  for (const auto i : indexes) waiting.outcomes[i] = judge_event(offer.events[i], offer, waiting.rests);
}

void PartitionLoop::try_parked(const std::string& case_id) {
  if (quarantined(case_id) || parked_ahead(case_id).empty()) return;
  static_cast<void>(spared(case_id, {}, [&] { try_each_parked(case_id); }));
}

// Of a case in quarantine: what is final is said all the same, the rest waits for the release.
EventOutcome PartitionLoop::hold(const model::EventPtr& event, const Offer& offer, std::vector<std::uint64_t>& rests) {
  const auto& case_id = event->subject;
  model::Refusal refusal{
      Rejection::kQuarantined, "an engine defect was met in case " + case_id + "; nothing is judged for it until it is released", {}};
  bool waits = !event->bundle->sources[event->source_id].in_order && !offer.expected_revision && !event->expected_revision &&
               !validate::migrates(*event) && !releases(*event);
  try {
    if (auto late = validate::check_time(*event->bundle, *event, building_->header.recorded))
      return reject(*event, std::move(late), model::kNoHeight, rests);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception&) {
    waits = false;  // whether it comes too late can't be told now, and isn't asked again of what has waited
  }
  return waits ? park(event, std::move(refusal), rests) : reject(*event, std::move(refusal), model::kNoHeight, rests);
}

PartitionLoop::Checkpoint PartitionLoop::checkpoint(const std::string& case_id, std::span<const model::EventPtr> events) const {
  Checkpoint out;
  out.token = building_->token;
  out.records_bytes = building_->records.size();
  out.records = building_->applied.size();
  out.mark = mark_;
  if (mark_) out.cursors = ahead_cursors_;
  out.case_id = case_id;
  const auto keep = [&](const model::Event& event) {
    const auto it = ahead_events_.find(event.identity.fingerprint);
    if (it != ahead_events_.end()) out.events.emplace_back(*it);
  };
  for (const auto& event : events) keep(*event);
  if (const auto it = parked_.find(case_id); it != parked_.end()) {
    for (const auto& row : it->second) keep(*row.event);
  }
  const auto it = ahead_.find(case_id);
  if (it == ahead_.end()) return out;
  out.touched = true;
  out.ahead.state = it->second.state;
  out.ahead.exists = it->second.exists;
  out.ahead.parked = it->second.parked;
  out.ahead.quarantined = it->second.quarantined;
  out.ahead.token = it->second.token;
  out.ahead_records = it->second.records.size();
  if (out.ahead.parked) {
    for (const auto& row : *out.ahead.parked) keep(*row.event);
  }
  return out;
}

void PartitionLoop::undo(Checkpoint&& before) {
#ifndef DOCKET_FAULT_HALF_JUDGED
  building_->records.resize(before.records_bytes);
  for (auto row = building_->applied.begin() + static_cast<std::ptrdiff_t>(before.records); row != building_->applied.end(); ++row)
    ahead_events_.erase(row->identity.fingerprint);
  building_->applied.resize(before.records);
#endif
  for (auto& [fingerprint, known] : before.events) ahead_events_.insert_or_assign(fingerprint, std::move(known));
  if (before.mark) {
    mark_ = std::move(before.mark);
    ahead_cursors_ = building_->header.next = std::move(before.cursors);
  }
  if (!before.touched) {
    ahead_.erase(before.case_id);
    return;
  }
  auto& ahead = ahead_[before.case_id];
  before.ahead.records = std::move(ahead.records);
  before.ahead.records.resize(before.ahead_records);
  ahead = std::move(before.ahead);
}

void PartitionLoop::quarantine(const std::string& case_id, std::span<const model::EventPtr> events, std::string_view cause) {
  const auto state = case_ahead(case_id);
  const auto waiting = parked_ahead(case_id);
  const model::Event* event = !events.empty() ? events.back().get() : nullptr;
  ledger::Record record;
  record.kind = ledger::RecordKind::kQuarantined;
  record.subject = case_id;
  if (event != nullptr) name_event(record, *event);
  if (event == nullptr && !waiting.empty()) event = waiting.front().event.get();  // for its kind alone
  if (state != nullptr) {
    record.versions = books_.of(*state).versions[state->kind];
  } else if (event != nullptr && event->bundle != nullptr) {
    record.versions = book_of(*event).versions[event->kind];
  }
  record.body = semantics_member() + ",\"cause\":";
  ingest::append_json_string(record.body, cause_text(cause));
  record.body += '}';
  Applied applied;
  applied.case_id = case_id;
  applied.before = state;
  applied.after = after_quarantine(state, record);
  auto after = applied.after;
  std::string kind = kind_or_unknown(record);
  add_record(std::move(record), std::move(applied));
  auto& ahead = touch(case_id);
  ahead.exists = after != nullptr;
  ahead.state = std::move(after);
  ahead.quarantined = std::move(kind);
}

// Not an event of the case's fold: it says nothing of what happened to the case, so neither version nor revision rise.
EventOutcome PartitionLoop::judge_release(const model::EventPtr& event, std::vector<std::uint64_t>& rests) {
  const auto refuse = [&](model::Refusal refusal) { return reject(*event, std::move(refusal), model::kNoHeight, rests); };
  const auto& case_id = event->subject;
  const auto state = case_ahead(case_id);
  const auto& book = book_of(*event);
  const auto& kind = book.bundle->kinds[event->kind];
  const auto* of = quarantined(case_id);
  if (of == nullptr) return refuse({Rejection::kNotFromState, "case " + case_id + " is not quarantined: nothing is to be released", {}});
  if (*of != kind.name)
    return refuse({Rejection::kKindMismatch,
                   "case " + case_id + " is a " + *of + ", not a " + kind.name,
                   {{"#/type", "names another kind", "value"}}});
  auto sealed = sealer_.accepted_event(kind, *event, nullptr);
  if (!sealed) return told(Kind::kOverloaded);
  ledger::Record record;
  record.kind = ledger::RecordKind::kReleased;
  record.subject = case_id;
  name_event(record, *event);
  record.tag = ingest::tag_text(event->identity.tag);
  record.versions = book.versions[event->kind];
  record.event = std::move(*sealed);
  record.body = semantics_member() + "}";
  EventOutcome outcome = told(Kind::kAccepted);
  outcome.case_version = state != nullptr ? state->version : 0;
  outcome.case_revision = state != nullptr ? state->revision : 0;
  Applied applied;
  applied.identity = event->identity;
  applied.case_id = case_id;
  applied.before = state;
  applied.after = after_quarantine(state, record);
  auto after = applied.after;
  add_record(std::move(record), std::move(applied));
  ahead_events_[event->identity.fingerprint] = {
      {event->identity.tag, next_height() - 1, ledger::RecordKind::kReleased}, outcome, building_->token};
  auto& ahead = touch(case_id);
  ahead.exists = after != nullptr;
  ahead.state = std::move(after);
  ahead.quarantined.emplace();
  rests.push_back(building_->token);
  try_parked(case_id);
  return outcome;
}

const std::string* PartitionLoop::quarantined(const std::string& case_id) const {
  if (const auto it = ahead_.find(case_id); it != ahead_.end() && it->second.quarantined)
    return it->second.quarantined->empty() ? nullptr : &*it->second.quarantined;
  if (quarantined_.empty()) return nullptr;
  const auto it = quarantined_.find(case_id);
  return it == quarantined_.end() ? nullptr : &it->second;
}

void PartitionLoop::note_quarantine(const Applied& applied) {
  if (applied.record->kind == ledger::RecordKind::kQuarantined) {
    quarantined_.insert_or_assign(applied.case_id, kind_or_unknown(*applied.record));
  } else if (applied.record->kind == ledger::RecordKind::kReleased) {
    quarantined_.erase(applied.case_id);
  }
}

}  // namespace docket::partition
