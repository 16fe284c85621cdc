#include "engine/simulate/tally.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "engine/partition/history_loader.h"
#include "engine/validate/judge.h"
#include "engine/validate/step_check.h"

namespace docket::simulate {
namespace {

using apply::CaseHistory;
using model::CaseState;
using model::Instant;
using partition::Rulebook;

NotTaken refusal_row(const RecordRow& row, std::string code, std::string detail) {
  return {row.def->name, row.id, row.time, std::move(code), std::move(detail)};
}

// What can be judged without its case, of an event that was accepted by `judged`. `late` only where the two say otherwise: an event that
// was parked may have come long before it was recorded.
model::Refusal check_alone(Rulebook& book, model::Event& event, const definition::EventDef& judged, Instant recorded) {
  if (auto refusal = book.ingest.check_stored(event)) return refusal;
  const auto& def = book.bundle->kinds[event.kind].events[event.event];
  if (event.source == definition::kOwnSource || (def.late == judged.late && def.late_ms == judged.late_ms)) return {};
  return validate::check_time(*book.bundle, event, recorded);
}

bool wanted_today(const definition::Bundle& bundle, const CaseState& state, Instant until) {
  const auto today = bundle.zone.local_day(until);
  const auto days = measure::anchor_days(bundle, state);
  if (std::any_of(days.begin(), days.end(), [&](const auto& row) { return row.day == today; })) return true;
  const auto falls = [&](const model::ScopeState& scope) {
    return std::any_of(scope.clocks.begin(), scope.clocks.end(), [&](const model::ClockInstance& clock) {
      return clock.status == model::ClockInstance::Status::kRunning && clock.due != model::kNoInstant &&
             bundle.zone.local_day(clock.due) == today;
    });
  };
  return falls(state.scope) || std::any_of(state.parts.begin(), state.parts.end(), [&](const auto& part) { return falls(part.scope); });
}

void keep_for_today(Side& side, const definition::Bundle& bundle, const CaseState& state, Instant until) {
  if (state.scope.state != model::kNotOpened && wanted_today(bundle, state, until))
    side.today.emplace(state.id, std::make_shared<const CaseState>(state));
}

void count_clock(ClockCounts& counts, const ClockDifference& clock) {
  const ClockView none;
  const auto& now = clock.now ? *clock.now : none;
  const auto& as_if = clock.as_if ? *clock.as_if : none;
  if (now.due != as_if.due) {
    if (now.due == model::kNoInstant) {
      ++counts.limited;
    } else if (as_if.due == model::kNoInstant) {
      ++counts.unlimited;
    } else {
      ++(as_if.due < now.due ? counts.earlier : counts.later);
    }
  }
  if (clock.now && clock.as_if && now.original_due != as_if.original_due) ++counts.other_original;
  if (now.value == as_if.value) return;
  ++counts.other_value;
  ++counts.values[{now.value, as_if.value}];
}

void count_difference(KindCounts& counts, const CaseDifference& difference) {
  ++counts.differ;
  if (difference.open) ++counts.open_differ;
  for (const auto& state : difference.states) {
    if (!state.name.empty()) continue;
    if (state.as_if.empty()) ++counts.not_there;
    ++counts.states[{state.now, state.as_if}];
  }
  for (const auto& clock : difference.clocks) count_clock(counts.clocks[clock.clock], clock);
  std::set<std::pair<std::string, std::string>> told;
  for (const auto& row : difference.not_taken) {
    if (told.emplace(row.event, row.code).second) ++counts.not_taken[{row.event, row.code}];
  }
}

}  // namespace

Course as_if(const Replayed& replayed, const std::string& case_id, const ReplayedCase& one, Rulebook& changed, Instant until,
             std::vector<NotTaken>& not_taken) {
  const partition::HistoryLoader loader(*changed.bundle, changed.ingest, replayed, replayed);
  CaseHistory history(*changed.bundle);
  std::map<model::Height, const RecordRow*> rows;
  for (const auto& row : one.rows) {
    if (row.record->kind == ledger::RecordKind::kTimer || row.def->action == definition::EventAction::kMigrated) continue;
    if (auto status = loader.add_anew(history, row.height, row.recorded, *row.record); !status) {
      not_taken.push_back(refusal_row(row, "unreadable", status.error().message));
      continue;
    }
    rows.emplace(row.height, &row);
  }
  Course course(changed, validate::unopened(*changed.bundle, case_id));
  for (auto& folded : history.folded()) {
    const auto& row = *rows.at(folded.key.height);
    auto event = std::make_shared<model::Event>(*folded.event);
    auto refusal = check_alone(changed, *event, *row.def, row.recorded);
    folded.event = std::move(event);
    if (!refusal) refusal = course.take(folded);
    if (refusal) not_taken.push_back(refusal_row(row, std::string(model::name(refusal.code)), refusal.detail));
  }
  course.pass(until);
  course.lay_over(history.overlay());
  return course;
}

void Tally::add(CaseDifference difference) {
  const bool only_dues = difference.states.empty() && difference.not_taken.empty() &&
                         std::all_of(difference.clocks.begin(), difference.clocks.end(), [](const ClockDifference& clock) {
                           return clock.now && clock.as_if && clock.now->value == clock.as_if->value;
                         });
  const std::tuple key{!difference.open, only_dues, difference.id};
  if (kept == 0 || (cases.size() >= kept && !(key < cases.rbegin()->first))) return;
  cases.emplace(key, std::move(difference));
  if (cases.size() > kept) cases.erase(std::prev(cases.end()));
}

void Tally::merge(Tally&& other) {
  events += other.events;
  recorded = std::max(recorded, other.recorded);
  now.sums.merge(other.now.sums);
  as_if.sums.merge(other.as_if.sums);
  now.today.merge(other.now.today);
  as_if.today.merge(other.as_if.today);
  for (const auto& [name, counts] : other.kinds) {
    auto& mine = kinds[name];
    mine.cases += counts.cases;
    mine.open += counts.open;
    mine.differ += counts.differ;
    mine.open_differ += counts.open_differ;
    mine.overdue_now += counts.overdue_now;
    mine.overdue_as_if += counts.overdue_as_if;
    mine.not_there += counts.not_there;
    for (const auto& [key, n] : counts.states) mine.states[key] += n;
    for (const auto& [key, n] : counts.not_taken) mine.not_taken[key] += n;
    for (const auto& [clock, of] : counts.clocks) {
      auto& to = mine.clocks[clock];
      to.earlier += of.earlier;
      to.later += of.later;
      to.limited += of.limited;
      to.unlimited += of.unlimited;
      to.other_original += of.other_original;
      to.other_value += of.other_value;
      for (const auto& [key, n] : of.values) to.values[key] += n;
    }
  }
  for (auto& row : other.cases) add(std::move(row.second));
}

void compare(const Replayed& replayed, partition::Rulebooks& books, Rulebook& changed, Instant until, Tally& tally) {
  for (const auto& [id, one] : replayed.cases()) {
    if (one.state == nullptr) continue;
    auto& book = books.of(*one.state);
    Course now(book, *one.state);
    now.pass(until);  // what has run out and is not told yet
    tally.now.sums.add(*book.bundle, now.deltas());
    std::vector<NotTaken> refused;
    const Course then = as_if(replayed, id, one, changed, until, refused);
    tally.as_if.sums.add(*changed.bundle, then.deltas());
    auto found = difference(*book.bundle, now.state(), *changed.bundle, &then.state(), until);
    found.not_taken = std::move(refused);
    auto& counts = tally.kinds[found.kind];
    ++counts.cases;
    if (found.open) {
      ++counts.open;
      if (is_overdue(*book.bundle, now.state(), until)) ++counts.overdue_now;
    }
    if (then.state().scope.state != model::kNotOpened && is_open(*changed.bundle, then.state()) &&
        is_overdue(*changed.bundle, then.state(), until))
      ++counts.overdue_as_if;
    keep_for_today(tally.now, *book.bundle, now.state(), until);
    keep_for_today(tally.as_if, *changed.bundle, then.state(), until);
    if (!found.any()) continue;
    count_difference(counts, found);
    tally.add(std::move(found));
  }
  tally.events += replayed.events();
  tally.recorded = std::max(tally.recorded, replayed.recorded());
}

}  // namespace docket::simulate
