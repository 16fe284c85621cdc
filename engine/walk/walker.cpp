#include "engine/walk/walker.h"

#include <algorithm>

#include "engine/apply/state_access.h"
#include "engine/calendar/calendar.h"
#include "engine/validate/step_check.h"
#include "engine/walk/text.h"

namespace docket::walk {
namespace {

using definition::EventAction;
using definition::EventDef;
using model::Instant;
using model::PartInstance;

constexpr std::size_t kCase = ~std::size_t{0};

model::StateId state_of(const model::CasePtr& state) { return state == nullptr ? model::kNotOpened : state->scope.state; }

}  // namespace

Walker::Walker(definition::BundlePtr bundle, model::KindId kind, Options options)
    : bundle_(std::move(bundle)),
      kind_id_(kind),
      kind_(bundle_->kinds[kind]),
      options_(std::move(options)),
      random_(options_.seed),
      proposer_(bundle_, kind, options_.source, random_),
      guide_(kind_),
      legal_(legal_pairs(kind_)),
      reached_(kind_.scopes.size(), 0),
      closing_(kind_.scopes.size(), 0),
      happened_(kind_.events.size(), false),
      refused_(kind_.events.size()) {
  if (!options_.common) std::erase_if(legal_, [&](const Pair& pair) { return kind_.events[pair.event].common; });
}

std::vector<Pair> Walker::never_taken() const {
  std::vector<Pair> out;
  std::set_difference(legal_.begin(), legal_.end(), taken_.begin(), taken_.end(), std::back_inserter(out));
  return out;
}

std::vector<Step> Walker::walk(const std::string& case_id, std::size_t steps) {
  Case at{case_id,
          nullptr,
          apply::CaseHistory(*bundle_),
          1,
          0,
          0,
          {},
          {},
          {},
          {},
          0,
          {},
          std::vector<std::uint64_t>(kind_.scopes.size(), 0),
          std::vector<std::size_t>(kind_.scopes.size(), 0)};
  at.recorded = options_.start + random_.between(0, 30 * 24) * kHour;
  const bool aimless = random_.percent(30);  // some pairs lie off every shortest way
  while (at.steps.size() < steps) {
    const bool homeward = at.steps.size() * 3 > steps * 2;
    const bool closed = apply::in_mask(kind_.scopes[0].closed_states, state_of(at.state));
    if (!options_.cover && closed && random_.percent(homeward ? 20 : 8)) break;
    if (options_.cover) set_goals(at, aimless);
    auto may = choices(at, homeward);
    bool went = false;
    while (!may.empty() && !went) {
      std::uint64_t sum = 0;
      for (const auto& choice : may) sum += choice.weight;
      std::uint64_t dart = random_.below(sum);
      std::size_t hit = 0;
      while (hit + 1 < may.size() && dart >= may[hit].weight) dart -= may[hit++].weight;
      const Choice choice = may[hit];
      for (int tries = 0; tries < 3 && !went; ++tries) went = attempt(at, choice);
      may.erase(may.begin() + static_cast<std::ptrdiff_t>(hit));
    }
    if (!went) break;
  }
  return std::move(at.steps);
}

// Whether Docket alone may open a case by this event, while people may by another.
bool Walker::only_docket_opens(model::EventId event) const {
  const auto own = [&](const definition::EventDef& def) {
    return def.by.size() == 1 && def.by.front().kind == definition::ActorRule::Kind::kRole && def.by.front().role == bundle_->system_role;
  };
  return own(kind_.events[event]) &&
         std::any_of(kind_.events.begin(), kind_.events.end(), [&](const auto& def) { return def.scope == 0 && def.opens && !own(def); });
}

// ---- which event ---------------------------------------------------------------------------------------------------

std::vector<Walker::Choice> Walker::choices(const Case& at, bool homeward) {
  std::vector<Choice> out;
  const auto add = [&](model::EventId event, std::size_t part) {
    if (!options_.common && kind_.events[event].common && !at.helpful.contains(event)) return;
    Choice choice{event, part, 0};
    choice.weight = weight(at, kind_.events[event], choice, homeward);
    if (choice.weight > 0) out.push_back(choice);
  };
  for (std::size_t i = 0; i < kind_.events.size(); ++i) {
    const auto& def = kind_.events[i];
    const auto event = static_cast<model::EventId>(i);
    if (at.state == nullptr) {
      if (def.scope == 0 && def.opens && (options_.reactions || !only_docket_opens(event))) add(event, kCase);
      continue;
    }
    const bool never = def.action == EventAction::kMigrated || def.action == EventAction::kReleased || def.action == EventAction::kErased;
    if (never) continue;  // see legal_pairs()
    if (def.after_clock != model::kNone8 && !options_.timers) continue;
    if (at.state->voided && def.action != EventAction::kCorrected) continue;
    if (def.scope == 0) {
      if (!def.opens && apply::in_mask(def.from, at.state->scope.state)) add(event, kCase);
      continue;
    }
    if (!apply::in_mask(kind_.scopes[def.scope].during, at.state->scope.state)) continue;
    if (def.opens) {
      add(event, kCase);
      continue;
    }
    for (std::size_t p = 0; p < at.state->parts.size(); ++p) {
      const auto& part = at.state->parts[p];
      if (part.part == def.scope && apply::in_mask(def.from, part.scope.state)) add(event, p);
    }
  }
  return out;
}

bool Walker::untaken(const Case& at, const Choice& choice) const {
  const auto& def = kind_.events[choice.event];
  if (def.scope == 0) return !taken_.contains({0, state_of(at.state), choice.event});
  const auto own = choice.part == kCase ? model::kNotOpened : at.state->parts[choice.part].scope.state;
  return !taken_.contains({def.scope, own, choice.event}) || !taken_.contains({0, state_of(at.state), choice.event});
}

std::uint64_t Walker::weight(const Case& at, const EventDef& def, const Choice& choice, bool homeward) const {
  const bool amends = def.action == EventAction::kCorrected || def.action == EventAction::kVoided;
  std::uint64_t out = def.common ? (options_.cover ? 4 : 2) : def.to == definition::kStay ? 12 : 20;
  if (amends) out = options_.amend_percent / (def.action == EventAction::kVoided ? 20 : 10);
  const bool failing = at.failures.contains(choice.event);
  if (at.helpful.contains(choice.event)) out *= 6;
  if (options_.cover && (options_.common || !def.common) && untaken(at, choice)) {
    const auto it = failed_.find({def.scope, def.scope == 0 ? state_of(at.state) : model::kNotOpened, choice.event});
    out += std::max<std::uint64_t>(15, 400 / (1 + (it == failed_.end() ? 0 : it->second / 8)));
    if (def.action == EventAction::kVoided && !homeward) out = 40;  // it ends the walk
  }
  if (failing && out > 1) out = std::max<std::uint64_t>(1, out / 4);
  if (at.state == nullptr || def.to == definition::kStay || def.opens) return out;
  // A step towards what is not covered, or home.
  const auto& scope = kind_.scopes[def.scope];
  const auto here = def.scope == 0 ? at.state->scope.state : at.state->parts[choice.part].scope.state;
  std::uint64_t goals = 0;
  if (homeward) {
    goals = scope.closed_states;
  } else if (options_.cover) {
    goals = at.goals[def.scope];
  } else if (apply::in_mask(scope.closed_states, def.to)) {
    return std::max<std::uint64_t>(1, out / 10);  // not too soon
  }
  if (goals == 0) return out;
  const auto far = guide_.distances(def.scope, goals);
  const std::uint64_t leads = guide_.leads_to(def, here);
  unsigned best = Guide::kFar;
  for (std::size_t s = 0; s < far.size(); ++s) {
    if (apply::in_mask(leads, static_cast<model::StateId>(s))) best = std::min(best, far[s]);
  }
  if (best < far[here]) return out * 20;
  return best > far[here] ? std::max<std::uint64_t>(1, out / 10) : out;
}

// Each scope makes for one state with pairs that are not taken, for a while; those that were tried in vain are tried less.
void Walker::set_goals(Case& at, bool aimless) {
  for (std::size_t scope = 0; scope < kind_.scopes.size(); ++scope) {
    auto& goal = at.goals[scope];
    std::vector<std::pair<model::StateId, std::uint64_t>> wanting;
    std::uint64_t sum = 0;
    bool holds = false;
    for (const auto& pair : legal_) {
      if (pair.scope != scope || pair.state >= 64 || taken_.contains(pair)) continue;
      holds = holds || goal == std::uint64_t{1} << pair.state;
      if (!wanting.empty() && wanting.back().first == pair.state) continue;
      wanting.emplace_back(pair.state, 1 + 1000 / (1 + in_vain_[{static_cast<model::ScopeId>(scope), pair.state}]));
      sum += wanting.back().second;
    }
    if ((holds || (aimless && goal != 0)) && at.steps.size() < at.goal_until[scope]) continue;
    goal = 0;
    if (aimless) {
      goal = std::uint64_t{1} << random_.below(kind_.scopes[scope].states.size());
      at.goal_until[scope] = at.steps.size() + 3 + random_.below(10);
      continue;
    }
    if (wanting.empty()) continue;
    std::uint64_t dart = random_.below(sum);
    std::size_t hit = 0;
    while (hit + 1 < wanting.size() && dart >= wanting[hit].second) dart -= wanting[hit++].second;
    goal = std::uint64_t{1} << wanting[hit].first;
    ++in_vain_[{static_cast<model::ScopeId>(scope), wanting[hit].first}];
    at.goal_until[scope] = at.steps.size() + 15;
  }
}

// ---- when ----------------------------------------------------------------------------------------------------------

Instant Walker::next_time(const Case& at, const EventDef& def, bool& late) {
  const auto& zone = bundle_->zone;
  const auto distinct = [&](Instant time) {
    while (at.times.contains(time)) ++time;
    return time;
  };
  if (at.state == nullptr) {
    const auto day = bundle_->calendar->nth_working_day(zone.local_day(at.recorded), 1);
    return zone.to_instant(day.value_or(zone.local_day(at.recorded)), 9 * kHour + random_.between(0, 9 * 60) * kMinute);
  }
  if (random_.percent(options_.late_percent) && at.times.size() > 1 && !apply::acts_by_recorded(def)) {
    late = true;
    return distinct(random_.between(*at.times.begin() + 1, *at.times.rbegin()));
  }
  const Instant base = std::max(at.state->last.time, at.times.empty() ? at.recorded : *at.times.rbegin());
  const auto due = [&]() -> Instant {  // of some running clock, ahead
    std::vector<Instant> out;
    const auto scan = [&](const model::ScopeState& scope) {
      for (const auto& clock : scope.clocks) {
        if (clock.status == model::ClockInstance::Status::kRunning && clock.due != model::kNoInstant && clock.due > base)
          out.push_back(clock.due);
      }
    };
    scan(at.state->scope);
    for (const auto& part : at.state->parts) scan(part.scope);
    return out.empty() ? base + kHour : random_.of(out);
  };
  if (def.after_clock != model::kNone8 && random_.percent(80)) {
    const auto* clock = def.scope == 0 ? apply::newest(at.state->scope, def.after_clock) : nullptr;
    if (clock != nullptr && clock->due != model::kNoInstant) return distinct(std::max(base, clock->due + 1));
  }
  Instant time = base;
  const bool hurry = def.while_clock != model::kNone8 || !def.extends.empty();
  switch (random_.below(hurry && random_.percent(70) ? 6 : 14)) {
    case 0:
    case 1:
    case 2:
    case 12:
    case 13:  // the same day, if it lasts
      time = std::max(base + 1, std::min(base + random_.between(1, 30) * kMinute, zone.day_end(zone.local_day(base))));
      break;
    case 3:
    case 4:
    case 5:
      time = base + random_.between(1, 4 * 60) * kMinute;
      break;
    case 6:
    case 7: {  // some working hour of the next working day
      const auto day = bundle_->calendar->nth_working_day(zone.local_day(base), 1);
      time = zone.to_instant(day.value_or(zone.local_day(base) + 1), 9 * kHour + random_.between(0, 8 * 60) * kMinute);
      break;
    }
    case 8:  // just in time
      time = due() - (random_.percent(30) ? 0 : random_.between(0, kHour));
      break;
    case 9:  // just too late
      time = due() + 1 + (random_.percent(30) ? 0 : random_.between(0, kHour));
      break;
    case 10:
      time = base + random_.between(1, 6) * model::kMsPerDay + random_.between(0, 600) * kMinute;
      break;
    default:
      time = base + random_.between(1, random_.percent(20) ? 40 : 3) * model::kMsPerDay;
  }
  return distinct(std::max(base + 1, time));
}

// ---- one event -----------------------------------------------------------------------------------------------------

bool Walker::attempt(Case& at, const Choice& choice) {
  const auto& def = kind_.events[choice.event];
  ++tried_;
  bool late = false;
  Situation where;
  where.case_id = at.id;
  where.time = next_time(at, def, late);
  where.recorded = std::max(at.recorded, where.time);
  where.event_id = at.id + "-" + std::to_string(at.named + 1);
  where.state = at.state.get();
  where.history = &at.history;
  where.part = choice.part == kCase ? nullptr : &at.state->parts[choice.part];
  std::string why;
  const auto proposal = proposer_.propose(where, choice.event, why);
  if (proposal && judge(at, *proposal, choice)) return true;
  if (!why.empty()) refused_[choice.event] = why;
  ++at.failures[choice.event];
  if (options_.cover) {
    ++failed_[{def.scope, def.scope == 0 ? state_of(at.state) : model::kNotOpened, choice.event}];
    for (const auto helper : guide_.helpers(choice.event)) at.helpful.insert(helper);
  }
  return false;
}

bool Walker::judge(Case& at, const Proposal& proposal, const Choice& choice) {
  const auto& event = *proposal.event;
  const Instant recorded = std::max(at.recorded, event.time);
  if (!proposal.timer) {
    if (const auto refusal = validate::check_time(*bundle_, event, recorded)) {
      refused_[choice.event] = refusal.detail;
      return false;
    }
  }
  const auto before = at.state;
  std::vector<validate::Incoming> incoming{{proposal.event, at.next, proposal.timer, proposal.replacement}};
  auto verdict = validate::judge(*bundle_, at.state, incoming, recorded, [&] { return at.history; });
  if (verdict.refusal) {
    refused_[choice.event] = std::string(model::name(verdict.refusal.code)) + ": " + verdict.refusal.detail;
    return false;
  }
  at.history.add(
      {proposal.event, at.next, recorded, std::move(verdict.effects.front()), recorded, false, proposal.timer, proposal.replacement});
  for (auto& later : verdict.later) at.history.set_effects(later.of, std::move(later.effects), recorded);
  for (const auto displaced : verdict.displaced) at.history.displace(displaced);
  at.state = verdict.after;
  at.recorded = recorded;
  ++at.next;
  ++at.named;
  at.times.insert(event.time);
  const bool meta = apply::acts_by_recorded(kind_.events[choice.event]);
  const bool late = verdict.refolded && !meta;
  if (proposal.replacement != nullptr) at.times.insert(proposal.replacement->time);
  at.steps.push_back({proposal.json, proposal.event, recorded, at.state, late, proposal.timer});
  if (!late) note(at, choice, before);
  return true;
}

// What the step covers. A late event's place in the fold is not the state that was seen, so it covers nothing.
void Walker::note(Case& at, const Choice& choice, const model::CasePtr& before) {
  const auto& def = kind_.events[choice.event];
  happened_[choice.event] = true;
  std::erase_if(at.failures, [&](const auto& row) {
    const auto& helpers = guide_.helpers(row.first);
    return row.first == choice.event || std::find(helpers.begin(), helpers.end(), choice.event) != helpers.end();
  });
  const auto take = [&](model::ScopeId scope, model::StateId state) {
    if (taken_.insert({scope, state, choice.event}).second) in_vain_.erase({scope, state});
  };
  take(0, state_of(before));
  if (def.scope != 0) take(def.scope, choice.part == kCase ? model::kNotOpened : before->parts[choice.part].scope.state);
  const auto visit = [&](model::ScopeId scope, model::StateId state, std::uint64_t& open) {
    if (state >= 64) return;
    reached_[scope] |= std::uint64_t{1} << state;
    open |= std::uint64_t{1} << state;
    if (!apply::in_mask(kind_.scopes[scope].closed_states, state)) return;
    closing_[scope] |= open;
    open = 0;
  };
  visit(0, at.state->scope.state, at.open);
  if (before == nullptr || before->scope.state != at.state->scope.state) at.failures.clear();
  for (std::size_t p = 0; p < at.state->parts.size(); ++p) {
    const auto& part = at.state->parts[p];
    visit(part.part, part.scope.state, at.open_parts[{part.part, p}]);
  }
}

}  // namespace docket::walk
