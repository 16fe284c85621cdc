// What a metric counts over (the case, or each instance of a part) and the groups it falls into. Internal to measure.
#pragma once

#include "engine/apply/state_access.h"
#include "engine/definition/bundle.h"
#include "engine/model/case_state.h"

namespace docket::measure {

struct Item {  // a case, or one part instance of it
  const definition::KindDef* kind = nullptr;
  const model::CaseState* state = nullptr;
  const model::PartInstance* part = nullptr;
  [[nodiscard]] const model::ScopeState& scope_of(model::ScopeId scope) const {
    return scope == 0 || part == nullptr ? state->scope : part->scope;
  }
};

template <typename F>
void for_each_instance(const definition::Bundle& bundle, model::ScopeId scope, const model::CaseState& state, F&& f) {
  if (state.kind == model::kNone16) return;
  const auto& kind = bundle.kinds[state.kind];
  if (scope == 0) {
    f(Item{&kind, &state, nullptr});
    return;
  }
  for (const auto& part : state.parts) {
    if (part.part == scope && part.scope.state != model::kCleared) f(Item{&kind, &state, &part});
  }
}

// Voided cases count nowhere; of merged ones only the primary counts.
template <typename F>
void for_each_item(const definition::Bundle& bundle, model::ScopeId scope, const model::CaseState& state, F&& f) {
  if (state.kind == model::kNone16 || state.voided || state.scope.state == model::kNotOpened) return;
  const auto& kind = bundle.kinds[state.kind];
  for (const auto& link : state.links) {
    if (kind.links[link.link].counts_primary) return;
  }
  for_each_instance(bundle, scope, state, f);
}

template <typename F>
void for_each_group(const definition::Bundle& bundle, const Item& item, const definition::FieldRef& ref, F&& f) {
  using Kind = definition::FieldRef::Kind;
  const auto& scope = item.scope_of(ref.scope);
  switch (ref.kind) {
    case Kind::kAttribute:
      f(apply::attribute(item.kind->scopes[ref.scope], scope, ref.id, ref.select, ref.round, item.state->round, {}));
      return;
    case Kind::kEach: {
      const auto& value = apply::attribute(item.kind->scopes[ref.scope], scope, ref.id, ref.select, ref.round, item.state->round, {});
      for (const auto& one : value.items()) f(one);
      return;
    }
    case Kind::kKey:
      f(item.part != nullptr ? item.part->key : model::Value{});
      return;
    case Kind::kState:
      f(model::Value::integer(scope.state));
      return;
    case Kind::kRound:
      f(model::Value::integer(item.state->round));
      return;
    case Kind::kClockHolder: {
      const auto* clock = apply::newest(scope, static_cast<model::ClockId>(ref.id));
      if (clock == nullptr) {
        f(model::Value{});
      } else {
        f(apply::holder_of(*item.kind, *item.state, item.part, item.kind->scopes[ref.scope].clocks[ref.id], *clock));
      }
      return;
    }
    case Kind::kEventHour: {
      const auto* count = apply::count_of(scope, ref.id);
      f(count == nullptr ? model::Value{} : model::Value::integer(bundle.zone.local_ms_of_day(count->first) / 3'600'000));
      return;
    }
  }
}

}  // namespace docket::measure
