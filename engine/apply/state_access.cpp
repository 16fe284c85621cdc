#include "engine/apply/state_access.h"

#include <algorithm>

namespace docket::apply {
namespace {

const Value kAbsent;

auto lower(const ScopeState& scope, model::AttributeId attribute, std::uint16_t round) {
  return std::lower_bound(scope.attributes.begin(), scope.attributes.end(), std::pair{attribute, round},
                          [](const model::AttributeSlot& slot, const auto& key) {
                            return std::pair{slot.attribute, slot.round} < key;
                          });
}

unsigned bit(ClockInstance::Status status) { return 1U << static_cast<unsigned>(status); }

}  // namespace

const Value* attribute(const ScopeState& scope, model::AttributeId attribute, std::uint16_t round) {
  const auto it = lower(scope, attribute, round);
  return it != scope.attributes.end() && it->attribute == attribute && it->round == round ? &it->value : nullptr;
}

const Value& attribute(const ScopeDef& def, const ScopeState& scope, model::AttributeId id, definition::RoundSelect select,
                       std::uint16_t round, std::uint16_t case_round, std::optional<std::uint16_t> last_round) {
  const auto& spec = def.attributes[id];
  const Value* found = nullptr;
  if (!spec.per_round) {
    found = attribute(scope, id, 0);
  } else {
    using definition::RoundSelect;
    switch (select) {
      case RoundSelect::kCurrent:
        found = attribute(scope, id, case_round);
        break;
      case RoundSelect::kNumber:
        found = attribute(scope, id, round);
        break;
      case RoundSelect::kFirst: {
        const auto it = lower(scope, id, 0);
        if (it != scope.attributes.end() && it->attribute == id) found = &it->value;
        break;
      }
      case RoundSelect::kLast: {
        const auto last = last_round ? last_round : last_round_with(scope, id);
        if (last) found = attribute(scope, id, *last);
        break;
      }
    }
  }
  if (found != nullptr) return *found;
  return spec.default_value.present() && !spec.per_round ? spec.default_value : kAbsent;
}

std::optional<std::uint16_t> last_round_with(const ScopeState& scope, model::AttributeId attribute) {
  auto it = lower(scope, static_cast<model::AttributeId>(attribute + 1), 0);
  if (it == scope.attributes.begin()) return std::nullopt;
  --it;
  if (it->attribute != attribute) return std::nullopt;
  return it->round;
}

void set_attribute(ScopeState& scope, model::AttributeId attribute, std::uint16_t round, Value value) {
  const auto at = scope.attributes.begin() + (lower(scope, attribute, round) - scope.attributes.cbegin());
  if (at != scope.attributes.end() && at->attribute == attribute && at->round == round) {
    at->value = std::move(value);
  } else {
    scope.attributes.insert(at, model::AttributeSlot{attribute, round, std::move(value)});
  }
}

void unset_attribute(ScopeState& scope, model::AttributeId attribute, std::uint16_t round) {
  const auto it = lower(scope, attribute, round);
  if (it != scope.attributes.end() && it->attribute == attribute && it->round == round) scope.attributes.erase(it);
}

const model::EventCount* count_of(const ScopeState& scope, model::EventId event) {
  const auto it = std::lower_bound(scope.counts.begin(), scope.counts.end(), event,
                                   [](const model::EventCount& count, model::EventId id) { return count.event < id; });
  return it != scope.counts.end() && it->event == event ? &*it : nullptr;
}

model::EventCount& count_slot(ScopeState& scope, model::EventId event) {
  const auto it = std::lower_bound(scope.counts.begin(), scope.counts.end(), event,
                                   [](const model::EventCount& count, model::EventId id) { return count.event < id; });
  if (it != scope.counts.end() && it->event == event) return *it;
  return *scope.counts.insert(it, model::EventCount{event, 0, 0, model::kNoInstant, model::kNoInstant});
}

const ScopeState* scope_for_counts(const CaseState& state, const KindDef& kind, model::EventId event, const PartInstance* part) {
  const auto scope = kind.events[event].scope;
  if (scope == 0) return &state.scope;
  return part != nullptr && part->part == scope ? &part->scope : nullptr;
}

const ClockInstance* newest(const ScopeState& scope, model::ClockId clock) {
  for (auto it = scope.clocks.rbegin(); it != scope.clocks.rend(); ++it) {
    if (it->clock == clock) return &*it;
  }
  return nullptr;
}

ClockInstance* newest(ScopeState& scope, model::ClockId clock) { return newest_in(scope, clock, ~0U); }

ClockInstance* newest_in(ScopeState& scope, model::ClockId clock, unsigned statuses) {
  for (auto it = scope.clocks.rbegin(); it != scope.clocks.rend(); ++it) {
    if (it->clock == clock && (bit(it->status) & statuses) != 0) return &*it;
  }
  return nullptr;
}

ClockValue clock_value(const ClockInstance* instance, Instant as_of, bool original) {
  if (instance == nullptr) return ClockValue::kNone;
  const bool unlimited = instance->due == model::kNoInstant;
  switch (instance->status) {
    case ClockInstance::Status::kRunning:
      if (unlimited) return ClockValue::kUnlimited;
      return as_of != model::kNoInstant && as_of > instance->due ? ClockValue::kOverdue : ClockValue::kRunning;
    case ClockInstance::Status::kPaused:
      return ClockValue::kPaused;
    case ClockInstance::Status::kCancelled:
      return ClockValue::kCancelled;
    case ClockInstance::Status::kStopped:
      break;
  }
  if (unlimited) return ClockValue::kNone;
  if (instance->late_forever) return ClockValue::kLate;
  return instance->stop > (original ? instance->original_due : instance->due) ? ClockValue::kLate : ClockValue::kMet;
}

const char* clock_word(const definition::ClockDef& def, const ClockInstance& clock, Instant as_of) {
  constexpr const char* kWords[] = {"none", "running", "paused", "met", "late", "cancelled", "unlimited", "overdue"};
  const auto value = clock_value(&clock, as_of, false);
  if (def.window && (value == ClockValue::kOverdue || value == ClockValue::kLate)) return "closed";
  return kWords[static_cast<std::size_t>(value)];
}

Value holder_of(const KindDef& kind, const CaseState& state, const PartInstance* part, const definition::ClockDef& clock,
                const ClockInstance& instance) {
  if (instance.status == ClockInstance::Status::kStopped) return instance.holder;
  using Kind = definition::Holder::Kind;
  if (clock.holder.kind == Kind::kKey) return part != nullptr ? part->key : Value{};
  if (clock.holder.kind != Kind::kAttribute) return {};
  const auto unit = [&](model::ScopeId of, model::AttributeId id) {
    const ScopeState& scope = of == 0 || part == nullptr ? state.scope : part->scope;
    return attribute(kind.scopes[of], scope, id, definition::RoundSelect::kCurrent, 0, state.round, {});
  };
  Value held = unit(clock.holder.scope, clock.holder.attribute);
  if (held.present() || clock.holder.else_attribute == model::kNone16) return held;
  return unit(clock.holder.else_scope, clock.holder.else_attribute);
}

const PartInstance* find_part(const CaseState& state, model::ScopeId part, const Value& key) {
  const PartInstance* found = nullptr;
  for (const auto& instance : state.parts) {
    if (instance.part != part || !(instance.key == key)) continue;
    if (found == nullptr || instance.scope.state != model::kCleared || found->scope.state == model::kCleared) found = &instance;
  }
  return found;
}

PartInstance* find_part(CaseState& state, model::ScopeId part, const Value& key) {
  const PartInstance* found = find_part(static_cast<const CaseState&>(state), part, key);
  return found == nullptr ? nullptr : &state.parts[static_cast<std::size_t>(found - state.parts.data())];
}

const char* to_string(Light light) {
  switch (light) {
    case Light::kNone:
      return "none";
    case Light::kOnTrack:
      return "on_track";
    case Light::kDueSoon:
      return "due_soon";
    case Light::kOverdue:
      return "overdue";
    case Light::kPaused:
      return "paused";
    case Light::kClosedInTime:
      return "closed_in_time";
    case Light::kClosedLate:
      return "closed_late";
  }
  return "none";
}

Light clock_light(const ClockInstance& instance, Instant as_of) {
  if (instance.due == model::kNoInstant || instance.status == ClockInstance::Status::kCancelled) return Light::kNone;
  if (instance.status == ClockInstance::Status::kPaused) return Light::kPaused;
  if (instance.status == ClockInstance::Status::kStopped) {
    return clock_value(&instance, model::kNoInstant, false) == ClockValue::kLate ? Light::kClosedLate : Light::kClosedInTime;
  }
  if (as_of > instance.due) return Light::kOverdue;
  for (const auto& notice : instance.notices) {
    if (notice.at <= instance.due && as_of >= notice.at) return Light::kDueSoon;
  }
  return Light::kOnTrack;
}

Light case_light(const KindDef& kind, const CaseState& state, Instant as_of) {
  if (state.voided || state.scope.state == model::kNotOpened) return Light::kNone;
  // Most urgent first; a stopped clock counts only when nothing runs or waits.
  constexpr std::array kOrder{Light::kOverdue,    Light::kDueSoon,      Light::kOnTrack, Light::kPaused,
                              Light::kClosedLate, Light::kClosedInTime, Light::kNone};
  std::size_t best = kOrder.size() - 1;
  const auto look = [&](const ScopeState& scope, const ScopeDef& def) {
    for (const auto& instance : scope.clocks) {
#ifdef DOCKET_FAULT_WINDOW_BREACHES
      static_cast<void>(def);
#else
      if (def.clocks[instance.clock].window) continue;
#endif
      const auto rank = static_cast<std::size_t>(std::find(kOrder.begin(), kOrder.end(), clock_light(instance, as_of)) - kOrder.begin());
      best = std::min(best, rank);
    }
  };
  look(state.scope, kind.scopes[0]);
  for (const auto& part : state.parts) {
    if (part.scope.state != model::kCleared) look(part.scope, kind.scopes[part.part]);
  }
  return kOrder[best];
}

}  // namespace docket::apply
