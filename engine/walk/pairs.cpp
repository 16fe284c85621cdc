#include "engine/walk/pairs.h"

#include <algorithm>

#include "engine/apply/state_access.h"

namespace docket::walk {

std::vector<Pair> legal_pairs(const definition::KindDef& kind) {
  std::vector<Pair> out;
  const auto add = [&](model::ScopeId scope, std::uint64_t states, model::EventId event) {
    for (std::size_t s = 0; s < kind.scopes[scope].states.size(); ++s) {
      const auto state = static_cast<model::StateId>(s);
      if (apply::in_mask(states, state)) out.push_back({scope, state, event});
    }
  };
  for (std::size_t i = 0; i < kind.events.size(); ++i) {
    const auto& def = kind.events[i];
    const auto event = static_cast<model::EventId>(i);
    if (def.action == definition::EventAction::kMigrated) continue;  // a walk stays with its definitions,
    if (def.action == definition::EventAction::kReleased) continue;  // and meets no engine defect
    if (def.action == definition::EventAction::kErased) continue;    // it is legal everywhere and moves nothing that a walk sees
    if (def.opens) {
      out.push_back({def.scope, model::kNotOpened, event});
    } else {
      add(def.scope, def.from, event);
    }
    if (def.scope != 0) add(0, kind.scopes[def.scope].during, event);
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::string pair_text(const definition::KindDef& kind, const Pair& pair) {
  const auto& scope = kind.scopes[pair.scope];
  const std::string state = pair.state == model::kNotOpened ? "(none)" : scope.states[pair.state].name;
  return (scope.name.empty() ? "" : scope.name + " ") + state + ": " + kind.events[pair.event].name;
}

}  // namespace docket::walk
