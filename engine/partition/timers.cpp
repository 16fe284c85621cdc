// What passed instants cause, in the loop: timer events, notices, breaches and their withdrawal (ledger.md sections 7 and 9). Docket
// reads no clock: a want is due when the block's `recorded` has reached it.
#include "engine/partition/timers.h"

#include <algorithm>
#include <boost/json.hpp>

#include "engine/apply/attention.h"
#include "engine/partition/loop.h"
#include "engine/partition/notices.h"
#include "engine/partition/quarantine.h"
#include "engine/partition/timer_event.h"

namespace docket::partition {
namespace {

using apply::Want;

constexpr std::int64_t kQuietMs = 60'000;       // a case of a backfill source waits until it has been quiet for that long
constexpr std::size_t kShare = 5;               // timers take at most a fifth of the loop
constexpr std::size_t kRecordBytes = 8 * 1024;  // more than any record here takes
constexpr std::size_t kWokenMax = 10'000;       // beyond, all rows are looked at anew
constexpr int kDisplacedMax = 1000;             // a guard: nobody displaces one timer event that often

bool is_quiet(const model::CaseState& state, Instant recorded) { return !state.backfilled || state.last_recorded + kQuietMs <= recorded; }

}  // namespace

// The hook of turn(): whatever is due, within the share. Nothing due costs two comparisons.
void PartitionLoop::fire_timers(Instant now) {
  const Instant recorded = std::max(now, building_ ? building_->header.recorded : ahead_recorded_);
  if (recorded < timers_.next && recorded < timers_.again && timers_.woken.empty()) return;
  if (timers_held_ || flight_.size() >= options_.blocks_in_flight_max) return;
  // What is in flight is not in the rows yet; one look a block is enough.
  if (std::any_of(flight_.begin(), flight_.end(), [&](const InFlight& flight) { return flight.token == timers_.token; })) return;
  std::size_t budget = std::max<std::size_t>(1, options_.turn_events_max / kShare);
  if (!queue_.empty()) budget = std::clamp<std::size_t>(timers_.judged / (kShare - 1), 1, budget);
  if (recorded >= timers_.again) {
    timers_.again = model::kForever;
    timers_.next = timers_.from = model::kNoInstant;
    timers_.from_case.clear();
  }
  while (budget > 0 && !timers_.woken.empty()) {
    const std::string case_id = *timers_.woken.begin();
    timers_.woken.erase(timers_.woken.begin());
    attend(case_id, recorded);
    --budget;
  }
  if (budget == 0 || recorded < timers_.next) return;
  const auto rows = states_.attention(options_.partition, timers_.from, timers_.from_case, budget + 1);
  for (const auto& row : rows) {
    timers_.next = row.at;
    if (row.at > recorded || budget == 0) return;
    attend(row.case_id, recorded);
    timers_.from = row.at;
    timers_.from_case = row.case_id;
    --budget;
  }
  timers_.next = model::kForever;  // until a case says otherwise
}

// The hook of a record that became valid: when its case wants attention.
void PartitionLoop::note_wants(const Applied& applied) {
  if (mode_ != Mode::kOwner || applied.after == nullptr || applied.after == applied.before) return;
  const Instant first = apply::first_want(*applied.after);
  if (first == model::kForever) return;
  timers_.next = std::min(timers_.next, first > timers_.from ? first : apply::first_want(*applied.after, timers_.from));
  if (first > timers_.from) return;
  if (!is_quiet(*applied.after, recorded_) || timers_.woken.size() >= kWokenMax) {
    timers_.again = std::min(timers_.again, recorded_ + kQuietMs);
  } else {
    timers_.woken.insert(applied.case_id);
  }
}

void PartitionLoop::attend(const std::string& case_id, Instant recorded) {
  const auto state = case_ahead(case_id);
  if (state == nullptr) return;
  if (!is_quiet(*state, recorded)) {
    timers_.again = std::min(timers_.again, recorded + kQuietMs);
    return;
  }
  if (apply::first_want(*state) > recorded) return;
  // A set or a displacement may be large; room for it is made once, so that what this case is told stands together.
  if (!make_room(2 * kRecordBytes)) return;
  static_cast<void>(spared(case_id, {}, [&] { fire_case(case_id, recorded); }));
}

// The hook of judging an event that happened behind a passed deadline: what the deadline causes comes first, however busy the loop is.
void PartitionLoop::fire_before(const model::Event& event) {
  if (event.bundle->sources[event.source_id].backfill) return;
  const auto state = case_ahead(event.subject);
  if (state == nullptr) return;
  const Instant until = std::min(event.time, building_->header.recorded);
  if (apply::first_want(*state) > until || !is_quiet(*state, building_->header.recorded)) return;
  fire_case(event.subject, until);
}

// All that a case wants up to `until`, in order; what one causes may bring on the next.
void PartitionLoop::fire_case(const std::string& case_id, Instant until) {
  std::vector<Want> passed;  // wants that could not be met
  while (building_->records.size() + kRecordBytes <= ledger::kBlockBytesMax) {
    const auto state = case_ahead(case_id);
    const auto all = apply::wants(*state);
    const auto want =
        std::find_if(all.begin(), all.end(), [&](const Want& row) { return std::find(passed.begin(), passed.end(), row) == passed.end(); });
    if (want == all.end() || want->at > until) return;
    const bool fired = want->what == Want::What::kTimer ? fire_timer(*state, *want) : tell(*state, *want);
    if (!fired) {
      passed.push_back(*want);
    } else {
      timers_.token = building_->token;
      if (want->what == Want::What::kTimer) passed.clear();  // places may have moved
    }
  }
}

bool PartitionLoop::tell(const model::CaseState& state, const Want& want) {
  return add_notice(state, notice_record(*books_.of(state).bundle, state, want));
}

bool PartitionLoop::add_notice(const model::CaseState& state, ledger::Record record) {
  const model::Identity identity{digest_.fingerprint(record.source, record.id), digest_.tag(record.body)};
  if (ahead_events_.contains(identity.fingerprint) || states_.known(options_.partition, identity.fingerprint)) return false;
  record.tag = ingest::tag_text(identity.tag);
  auto after = apply_notice(*books_.of(state).bundle, state, record, next_height());
  if (!after) return false;
  Applied applied;
  applied.identity = identity;
  applied.case_id = state.id;
  applied.before = case_ahead(state.id);
  applied.after = *after;
  add_record(std::move(record), std::move(applied));
  EventOutcome outcome;
  outcome.kind = EventOutcome::Kind::kAccepted;
  ahead_events_[identity.fingerprint] = {{identity.tag, next_height() - 1, ledger::RecordKind::kNotice}, outcome, building_->token};
  auto& ahead = touch(state.id);
  ahead.state = std::move(*after);
  ahead.exists = true;
  return true;
}

// The first event `after` that clock which is legal where the clock runs out. If none is, that is written: nobody need look again.
bool PartitionLoop::fire_timer(const model::CaseState& state, const Want& want) {
  const auto scope = want.part == 0 ? model::ScopeId{0} : state.parts[want.part - 1U].part;
  const auto clock = apply::clock_of(state, want).clock;
  const auto& bundle = *books_.of(state).bundle;
  const auto& kind = bundle.kinds[state.kind];
  model::Refusal refusal;
  for (std::size_t i = 0; i < kind.events.size(); ++i) {
    if (kind.events[i].scope != scope || kind.events[i].after_clock != clock) continue;
    const auto event = timer_event(state, want, kind.events[i]);
    if (event == nullptr) {
      refusal = {model::Rejection::kIdentityConflict, kind.events[i].name + " stands in the ledger already", {}};
      continue;
    }
    std::vector<validate::Incoming> incoming{{event, 0, true, nullptr}};
    auto verdict = judge_set(incoming, state.id);
    if (verdict.refusal) {
      refusal = std::move(verdict.refusal);
      continue;
    }
    std::vector<EventOutcome> outcomes;
    if (!accept(incoming, {model::kNoHeight}, std::move(verdict), outcomes)) return false;
    try_parked(state.id);
    return true;
  }
  // What waits for this case may rest on it: an appeal against what has not fired yet.
  if (!parked_ahead(state.id).empty()) {
    const auto version = state.version;
    try_parked(state.id);
    if (case_ahead(state.id)->version != version) return true;
  }
  return add_notice(state, passing_record(bundle, state, want, refusal));
}

// The timer events of a case that could lie between events which are not legal without them.
void PartitionLoop::add_timers(std::vector<validate::Incoming>& incoming, const std::string& case_id) {
  const auto state = case_ahead(case_id);
  if (state == nullptr) return;
  const auto& kind = books_.of(*state).bundle->kinds[state->kind];
  for (const auto& want : apply::unfired_timers(*state)) {
    if (want.at > building_->header.recorded) continue;
    const auto scope = want.part == 0 ? model::ScopeId{0} : state->parts[want.part - 1U].part;
    for (const auto& def : kind.events) {
      if (def.scope != scope || def.after_clock != apply::clock_of(*state, want).clock) continue;
      if (auto event = timer_event(*state, want, def)) incoming.push_back({std::move(event), model::kNoHeight, true, nullptr});
      break;
    }
  }
}

// The event as Docket would publish it; null if it is in the ledger already. One that was displaced may be needed again: its next
// copy is numbered.
model::EventPtr PartitionLoop::timer_event(const model::CaseState& state, const Want& want, const definition::EventDef& def) {
  auto& book = books_.of(state);
  const auto& bundle = *book.bundle;
  const std::string id = timer_event_id(bundle, state, want, def, digest_);
  std::string unique = id;
  std::optional<apply::CaseHistory> history;
#ifndef DOCKET_FAULT_TIMER_TWICE
  for (int copy = 2;; ++copy) {
    const auto fingerprint = digest_.fingerprint(definition::kOwnSource, unique);
    if (!ahead_events_.contains(fingerprint) && !states_.known(options_.partition, fingerprint)) break;
    if (!history) history = history_ahead(state.id);
    const auto* earlier = history->find(definition::kOwnSource, unique);
    if (earlier == nullptr || !earlier->displaced || copy > kDisplacedMax) return nullptr;
    unique = id + ":" + std::to_string(copy);
  }
#endif
  auto offered = book.ingest.parse_own(timer_event_json(bundle, state, want, def, unique));
  return offered.stage == ingest::Stage::kReady ? offered.event : nullptr;
}

// The hook of an acceptance: breaches that were told and that, as is known now, never were.
void PartitionLoop::withdraw_breaches(const model::CaseState& before, const std::vector<validate::Incoming>& incoming,
                                      const validate::Verdict& verdict) {
  for (const auto& breach : before.breaches) {
    const model::CaseState* at_due = nullptr;
    if (verdict.refolded) {
      for (const auto& step : verdict.new_timeline) {
        if (step.time <= breach.due) at_due = step.state.get();
      }
    } else {
      if (incoming.front().event->time > breach.due) continue;  // the past is as it was
      for (std::size_t i = 0; i < incoming.size(); ++i) {
        if (incoming[i].event->time <= breach.due) at_due = verdict.steps[i].get();
      }
    }
#ifdef DOCKET_FAULT_BREACH_KEPT
    const bool stands = at_due != nullptr || breach.due != 0;
#else
    const bool stands = apply::breach_stands(at_due, breach);
#endif
    if (stands) continue;
    const auto state = case_ahead(before.id);
    static_cast<void>(add_notice(*state, withdrawal_record(*books_.of(*state).bundle, *state, breach, building_->header.recorded)));
  }
}

}  // namespace docket::partition
