#include "engine/validate/computed_effects.h"

#include <algorithm>

#include "engine/apply/condition.h"
#include "engine/calendar/calendar.h"

namespace docket::validate {

using model::ClockEffect;
using model::Instant;

const definition::LimitRow* limit_row(const definition::Bundle& bundle, const definition::KindDef& kind, const model::CaseState& state,
                                      const model::PartInstance* part, const std::vector<definition::LimitRow>& rows, Instant start) {
  const apply::Seen seen{&kind, &state, part, nullptr, nullptr, model::kNoInstant, {}, false};
  for (const auto& row : rows) {
#ifdef DOCKET_FAULT_NOON_IS_MORNING
    if (row.start_before_ms && bundle.zone.local_ms_of_day(start) > *row.start_before_ms) continue;
#else
    if (row.start_before_ms && bundle.zone.local_ms_of_day(start) >= *row.start_before_ms) continue;
#endif
    if (apply::holds(seen, row.when)) return &row;
  }
  return nullptr;
}

Instant due_from(const definition::Bundle& bundle, const model::Value& value) {
  if (value.type() == model::Value::Type::kDate) return bundle.zone.day_end(static_cast<model::Day>(value.number()));
  if (value.type() == model::Value::Type::kInstant) return value.number();
  return model::kNoInstant;
}

const ClockEffect* ComputedEffects::next(const model::CaseState& state, const Asked& asked) {
  ClockEffect effect;
  effect.kind = asked.kind;
  effect.scope = asked.scope;
  effect.clock = asked.clock;
  if (asked.part != nullptr) {
    effect.part_key = asked.part->key;
    effect.part_nth = asked.part->nth;
  }
  bool set = false;
  switch (asked.kind) {
    case ClockEffect::Kind::kStart:
      set = start(state, asked, effect);
      break;
    case ClockEffect::Kind::kExtend:
      set = extend(asked, effect);
      break;
    case ClockEffect::Kind::kResume:
      set = resume(asked, effect);
      break;
    case ClockEffect::Kind::kAdjust:
      set = adjust(asked, effect);
      break;
    case ClockEffect::Kind::kRevoke:
      break;
  }
  if (!set) return nullptr;
  set_notices(kind_.scopes[asked.scope].clocks[asked.clock], effect);
  effects_.push_back(std::move(effect));
  return &effects_.back();
}

bool ComputedEffects::start(const model::CaseState& state, const Asked& asked, ClockEffect& effect) const {
  const auto& clock = kind_.scopes[asked.scope].clocks[asked.clock];
  if (clock.given_key && asked.part != nullptr) {
    effect.due = due_from(bundle_, asked.part->key);
    return effect.due != model::kNoInstant;
  }
  if (clock.given != model::kNone16) {
    const auto& scope = clock.given_scope == 0 || asked.part == nullptr ? state.scope : asked.part->scope;
    effect.due = due_from(bundle_, apply::attribute(kind_.scopes[clock.given_scope], scope, clock.given, definition::RoundSelect::kCurrent,
                                                    0, state.round, {}));
    return effect.due != model::kNoInstant;
  }
  const auto* row = limit_row(bundle_, kind_, state, asked.part, clock.rows, asked.time);
  if (row == nullptr) return false;
  const auto deadline = calendar::add_limit(*bundle_.calendar, bundle_.zone, asked.time, row->limit, row->at_ms);
  effect.due = deadline.due;
  effect.provisional = deadline.provisional;
  effect.unit = row->limit.unit;
  return true;
}

bool ComputedEffects::extend(const Asked& asked, ClockEffect& effect) const {
  const auto& clock = kind_.scopes[asked.scope].clocks[asked.clock];
  const auto* field = event_.find(clock.extend->until_field);
  if (field == nullptr) return false;
  effect.due = due_from(bundle_, field->value);
  effect.unit = asked.instance->unit;
  return effect.due != model::kNoInstant;
}

bool ComputedEffects::resume(const Asked& asked, ClockEffect& effect) const {
  const auto& instance = *asked.instance;
  if (instance.due == model::kNoInstant || instance.adjusted || instance.paused_at > instance.due) return false;
  // A `given` deadline has no unit: calendar days, like a date.
  const auto unit = instance.unit == calendar::LimitUnit::kNone ? calendar::LimitUnit::kDays : instance.unit;
  const auto deadline = calendar::resume_limit(*bundle_.calendar, bundle_.zone, instance.paused_at, asked.time, instance.due, unit);
  effect.due = deadline.due;
  effect.provisional = deadline.provisional;
  effect.unit = instance.unit;
  return effect.due != instance.due;
}

bool ComputedEffects::adjust(const Asked& asked, ClockEffect& effect) const {
  const auto& def = kind_.events[event_.event];
  const auto* id = definition::find_name(def.field_ids, "due");
  const auto* field = id != nullptr ? event_.find(*id) : nullptr;
  if (field == nullptr) return false;
  effect.due = due_from(bundle_, field->value);
  effect.unit = asked.instance->unit;
  return effect.due != model::kNoInstant;
}

void ComputedEffects::set_notices(const definition::ClockDef& clock, ClockEffect& effect) const {
  if (clock.window || effect.due == model::kNoInstant) return;
  for (const auto& notice : clock.notices) {
    const auto at = calendar::add_limit(*bundle_.calendar, bundle_.zone, effect.due, notice.at, notice.time_ms);
    effect.notices.push_back({at.due, notice.level, notice.to});
  }
  std::stable_sort(effect.notices.begin(), effect.notices.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
}

}  // namespace docket::validate
