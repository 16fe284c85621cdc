#include "engine/validate/migrate.h"

#include <algorithm>

#include "engine/validate/refold.h"
#include "engine/validate/step_check.h"

namespace docket::validate {
namespace {

using apply::StateMap;
using definition::Bundle;
using model::CaseState;
using model::Refusal;
using model::Rejection;

model::Value carried(const Bundle& from, const Bundle& to, const model::Value& value) {
  if (value.type() != model::Value::Type::kSymbol) return value;
  const auto symbol = to.symbols.find(from.symbols.text(value.as_symbol()));
  return symbol == model::kNoSymbol ? model::Value{} : model::Value::symbol(symbol);
}

std::string qualified(const definition::ScopeDef& scope, const std::string& state) {
  return scope.name.empty() ? state : scope.name + "." + state;
}

bool has_state(const definition::KindDef& kind, std::string_view name) {
  return std::any_of(kind.scopes.begin(), kind.scopes.end(), [&](const auto& scope) {
    return std::any_of(scope.states.begin(), scope.states.end(), [&](const auto& state) { return qualified(scope, state.name) == name; });
  });
}

Refusal refuse_states(const std::string& detail, const std::string& of) {
  return {Rejection::kNotMigratable, detail, {{"#/data/states", of, "value"}}};
}

Refusal check_names(const definition::KindDef& from, const definition::KindDef& to, const StateMap& states) {
  for (const auto& [old, now] : states) {
    if (!has_state(from, old))
      return refuse_states("states names " + old + ", which is no state of " + from.name, "'" + old + "' is not known");
    if (!has_state(to, now))
      return refuse_states("states maps " + old + " to " + now + ", which is no state of " + to.name + " by the new definitions",
                           "'" + now + "' is not known");
  }
  return {};
}

Refusal check_state(const std::string& old, const std::string& now, const StateMap& states) {
  const auto it = std::find_if(states.begin(), states.end(), [&](const auto& row) { return row.first == old; });
  const std::string& wanted = it == states.end() ? old : it->second;
  if (wanted == now) return {};
  return refuse_states("its events lead to state " + now + " by the new definitions; it stands in " + old +
                           (it == states.end() ? ", and states says nothing of that" : ", and states maps that to " + wanted),
                       R"(if that is right, say {")" + old + R"(": ")" + now + R"("})");
}

// Whether each state is what it was, or what the event says that it becomes.
Refusal check_states(const Bundle& former, const CaseState& before, const Bundle& bundle, const CaseState& after, const StateMap& states) {
  const auto& from = former.kinds[before.kind];
  const auto& to = bundle.kinds[after.kind];
  if (auto refusal = check_names(from, to, states)) return refusal;
  if (auto refusal = check_state(state_name(from.scopes[0], before.scope.state), state_name(to.scopes[0], after.scope.state), states))
    return refusal;
  for (const auto& part : before.parts) {
    const auto& scope = from.scopes[part.part];
    const auto key = carried(former, bundle, part.key);
    const auto it = std::find_if(after.parts.begin(), after.parts.end(), [&](const auto& row) {
      return to.scopes[row.part].name == scope.name && row.nth == part.nth && row.key == key;
    });
    const std::string old = qualified(scope, state_name(scope, part.scope.state));
    if (it == after.parts.end())
      return {Rejection::kNotMigratable, "by the new definitions it would have no part " + scope.name + " where it has one now", {}};
    const auto& now = to.scopes[it->part];
    if (auto refusal = check_state(old, qualified(now, state_name(now, it->scope.state)), states)) return refusal;
  }
  if (before.parts.size() == after.parts.size()) return {};
  return {Rejection::kNotMigratable,
          "by the new definitions it would have " + std::to_string(after.parts.size()) + " parts, and it has " +
              std::to_string(before.parts.size()),
          {}};
}

}  // namespace

bool migrates(const model::Event& event) {
  return event.bundle != nullptr && event.kind != model::kNone16 && event.event != model::kNone16 &&
         event.bundle->kinds[event.kind].events[event.event].action == definition::EventAction::kMigrated;
}

Verdict migrate(const Bundle& former, const model::CasePtr& before, const std::vector<Incoming>& incoming, model::Instant recorded,
                const apply::CaseHistory& history, const apply::CaseHistory& anew, const apply::StateMap& states) {
  const auto& bundle = *incoming.front().event->bundle;
  auto verdict = Refold(former, bundle, before, incoming, history, anew, recorded).run();
  if (verdict.refusal) return verdict;
  if (auto refusal = check_states(former, *before, bundle, *verdict.after, states)) return refused(std::move(refusal));
  verdict.former = &former;
  return verdict;
}

std::vector<model::Breach> move_breaches(const Bundle& former, const Bundle& bundle, CaseState& state) {
  std::vector<model::Breach> dropped;
  std::vector<model::Breach> kept;
  const auto& to = bundle.kinds[state.kind];
  const auto* old_kind = definition::find_name(former.kind_ids, to.name);
  for (const auto& breach : state.breaches) {
    const auto& scope = former.kinds[*old_kind].scopes[breach.scope];
    const auto* part = breach.scope == 0 ? nullptr : definition::find_name(to.part_ids, scope.name);
    const auto* clock = breach.scope != 0 && part == nullptr
                            ? nullptr
                            : definition::find_name(to.scopes[part == nullptr ? 0 : *part].clock_ids, scope.clocks[breach.clock].name);
    if (clock == nullptr) {
      dropped.push_back(breach);
      continue;
    }
    auto moved = breach;
    moved.scope = part == nullptr ? model::ScopeId{0} : *part;
    moved.part_key = carried(former, bundle, breach.part_key);
    moved.clock = *clock;
    kept.push_back(std::move(moved));
  }
  state.breaches = std::move(kept);
  return dropped;
}

}  // namespace docket::validate
