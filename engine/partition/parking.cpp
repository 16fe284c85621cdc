// Events that wait for what is missing: parked, tried again together, given up at their limit (ledger.md section 7).
#include <algorithm>

#include "engine/partition/judged.h"
#include "engine/partition/loop.h"

namespace docket::partition {

using Kind = EventOutcome::Kind;
using model::Rejection;

EventOutcome PartitionLoop::park(const model::EventPtr& event, model::Refusal refusal, std::vector<std::uint64_t>& rests) {
  auto waiting = parked_ahead(event->subject);
  if (waiting.size() >= options_.parked_per_case_max || parked_count_ >= options_.parked_max) {
    return reject(*event, {Rejection::kTooManyParked, "too many events wait for this case; it waits for: " + refusal.detail, {}},
                  model::kNoHeight, rests);
  }
  const Instant recorded = building_->header.recorded;
  auto sealed = sealer_.parked_event(*event, event->bundle->zone.local_day(recorded));
  if (!sealed) return told(Kind::kOverloaded);
  ledger::Record record;
  record.kind = ledger::RecordKind::kParked;
  record.event = std::move(*sealed);
  record.source = event->source;
  record.id = event->id;
  record.subject = event->subject;
  record.tag = ingest::tag_text(event->identity.tag);
  record.code = refusal.code;
  record.detail = refusal.detail;
  record.until = recorded + event->bundle->kinds[event->kind].parking_ms;
  EventOutcome outcome = told(Kind::kParked, refusal);
  outcome.until = record.until;
  Applied applied;
  applied.identity = event->identity;
  applied.case_id = event->subject;
  applied.before = applied.after = case_ahead(event->subject);
  applied.event = event;
  const Parked row{event, next_height(), record.until, std::move(refusal)};
  add_record(std::move(record), std::move(applied));
  ahead_events_[event->identity.fingerprint] = {{event->identity.tag, row.height, ledger::RecordKind::kParked}, outcome, building_->token};
  auto& ahead = touch(event->subject);
  waiting.push_back(row);
  ahead.parked = std::move(waiting);
  rests.push_back(building_->token);
  return outcome;
}

// Accepts all of `waiting` (and `event`, if any) as one set; the outcome of `event` is put first.
bool PartitionLoop::accept_together(std::vector<Parked> waiting, const model::EventPtr& event, std::vector<EventOutcome>& first) {
#ifdef DOCKET_FAULT_TOGETHER
  if (waiting.size() + (event != nullptr ? 1 : 0) > 1) return false;
#endif
  if (!waiting.empty() && !read_all(waiting)) return false;
  std::size_t bytes = 0;
  std::vector<validate::Incoming> incoming;
  for (const auto& row : waiting) {
    incoming.push_back({row.event, row.height, false, nullptr});
    bytes += event_bytes(*row.event);
  }
  if (event != nullptr) incoming.push_back({event, model::kNoHeight, false, nullptr});
  if (building_->records.size() + bytes > ledger::kBlockBytesMax) return false;  // another turn, another block
  const std::string case_id = incoming.front().event->subject;
  // Alone; and if that is not legal, with what Docket itself would have put between them.
  const auto without = incoming.size();
  for (bool with_timers : {false, true}) {
    if (with_timers) add_timers(incoming, case_id);
    if (with_timers && incoming.size() == without) return false;
    // A correction stands behind what it corrects, as replay reads them in this order.
    std::sort(incoming.begin(), incoming.end(), [&](const auto& a, const auto& b) {
      return std::tuple(corrected(*a.event), a.event->time, a.event->sequence, a.height) <
             std::tuple(corrected(*b.event), b.event->time, b.event->sequence, b.height);
    });
    std::vector<Height> resolves;
    auto members = incoming;
    for (const auto& row : members) resolves.push_back(row.height);
    for (auto& row : members) {
      if (add_replacement(row, case_id, members)) return false;
    }
    auto verdict = judge_set(members, case_id);
    if (verdict.refusal) continue;
    std::vector<EventOutcome> outcomes;
    if (!accept(members, resolves, std::move(verdict), outcomes)) return false;
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (members[i].event == event) first.push_back(outcomes[i]);
    }
    return true;
  }
  return false;
}

void PartitionLoop::try_each_parked(const std::string& case_id) {
  for (bool progress = true; progress;) {
    progress = false;
    auto waiting = parked_ahead(case_id);
    if (waiting.empty()) return;
    std::vector<EventOutcome> ignored;
    if (accept_together(waiting, nullptr, ignored)) return;
    std::sort(waiting.begin(), waiting.end(), [](const Parked& a, const Parked& b) {
      return std::tuple(a.event->time, a.event->sequence, a.height) < std::tuple(b.event->time, b.event->sequence, b.height);
    });
    for (const auto& row : waiting) {
      if (accept_together({row}, nullptr, ignored)) {
        progress = true;
        break;
      }
    }
  }
}

void PartitionLoop::expire_parked(Instant now) {
  std::vector<std::pair<std::string, Height>> due;
  for (auto it = parked_until_.begin(); it != parked_until_.end() && it->first.first < now; ++it)
    due.emplace_back(it->second, it->first.second);
  for (const auto& [case_id, height] : due) {
    const auto waiting = parked_ahead(case_id);
    const auto it = std::find_if(waiting.begin(), waiting.end(), [h = height](const Parked& row) { return row.height == h; });
    if (it == waiting.end() || !make_room(4096)) continue;
    std::vector<std::uint64_t> rests;
    model::Refusal refusal{Rejection::kOutOfOrder,
                           "waited until " + model::format_instant(it->until) + "; still " + std::string(model::name(it->refusal.code)) +
                               ": " + it->refusal.detail,
                           {}};
    static_cast<void>(reject(*it->event, std::move(refusal), height, rests));
  }
  expire_unopened(now);
}

// Nobody can read what they say any more, and so they can't be tried; that they are over is said all the same.
void PartitionLoop::expire_unopened(Instant now) {
  for (auto it = unopened_.begin(); it != unopened_.end() && it->first.first < now; ++it) {
    const auto& record = *it->second;
    model::Event event;  // what stands open in the record
    event.source = record.source;
    event.id = record.id;
    event.subject = record.subject;
    event.identity = {digest_.fingerprint(record.source, record.id), ingest::tag_from_text(record.tag)};
    const auto known = ahead_events_.find(event.identity.fingerprint);
    if (known != ahead_events_.end() && known->second.known.kind == ledger::RecordKind::kRejected) continue;  // in flight
    if (!make_room(4096)) continue;
    std::vector<std::uint64_t> rests;
    model::Refusal refusal{Rejection::kOutOfOrder,
                           "waited until " + model::format_instant(it->first.first) + " for " + std::string(model::name(record.code)) +
                               ", and the key that it was sealed under is gone: " + record.detail,
                           {}};
    static_cast<void>(reject(event, std::move(refusal), it->first.second, rests));
  }
}

}  // namespace docket::partition
