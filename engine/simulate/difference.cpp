#include "engine/simulate/difference.h"

#include <algorithm>
#include <map>

#include "engine/apply/state_access.h"
#include "engine/partition/records.h"
#include "engine/validate/step_check.h"

namespace docket::simulate {
namespace {

using definition::Bundle;
using model::CaseState;
using model::Instant;

struct Named {
  std::string clock;
  ClockView view;
};

// "assist[U]"; the second one of that key "assist[U]#2".
std::string part_name(const Bundle& bundle, const definition::ScopeDef& scope, const model::PartInstance& part) {
  return scope.name + "[" + partition::key_text(bundle, part.key) + "]" + (part.nth > 1 ? "#" + std::to_string(part.nth) : "");
}

template <typename Each>
void each_scope(const Bundle& bundle, const CaseState& state, Each&& each) {
  const auto& kind = bundle.kinds[state.kind];
  each(std::string(), kind.scopes[0], state.scope);
  for (const auto& part : state.parts) {
    const auto& scope = kind.scopes[part.part];
    each(part_name(bundle, scope, part), scope, part.scope);
  }
}

// In the order they were set.
std::vector<std::pair<std::string, Named>> clocks_of(const Bundle& bundle, const CaseState& state, Instant at) {
  std::vector<std::pair<std::string, Named>> out;
  each_scope(bundle, state, [&](const std::string& part, const definition::ScopeDef& scope, const model::ScopeState& now) {
    for (const auto& clock : now.clocks) {
      const auto& def = scope.clocks[clock.clock];
      std::string name = (part.empty() ? "" : part + ".") + def.name + (clock.nth > 1 ? "#" + std::to_string(clock.nth) : "");
      out.emplace_back(std::move(name), Named{(part.empty() ? "" : scope.name + ".") + def.name,
                                              {apply::clock_word(def, clock, at), clock.due, clock.stop, clock.original_due}});
    }
  });
  return out;
}

std::vector<std::pair<std::string, std::string>> states_of(const Bundle& bundle, const CaseState& state) {
  std::vector<std::pair<std::string, std::string>> out;
  each_scope(bundle, state, [&](const std::string& part, const definition::ScopeDef& scope, const model::ScopeState& now) {
    out.emplace_back(part, validate::state_name(scope, now.state));
  });
  return out;
}

template <typename Row>
const Row* named(const std::vector<std::pair<std::string, Row>>& rows, const std::string& name) {
  const auto it = std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.first == name; });
  return it == rows.end() ? nullptr : &it->second;
}

}  // namespace

CaseDifference difference(const Bundle& bundle, const CaseState& now, const Bundle& changed, const CaseState* as_if, Instant at) {
  CaseDifference out;
  out.id = now.id;
  out.kind = bundle.kinds[now.kind].name;
  out.open = is_open(bundle, now);
  const bool there = as_if != nullptr && as_if->scope.state != model::kNotOpened;
  const auto old_states = states_of(bundle, now);
  const auto new_states = there ? states_of(changed, *as_if) : std::vector<std::pair<std::string, std::string>>{};
  for (const auto& [name, state] : old_states) {
    const auto* other = named(new_states, name);
    if (other == nullptr || *other != state) out.states.push_back({name, state, other == nullptr ? "" : *other});
  }
  for (const auto& [name, state] : new_states) {
    if (named(old_states, name) == nullptr) out.states.push_back({name, "", state});
  }
  const auto old_clocks = clocks_of(bundle, now, at);
  const auto new_clocks = there ? clocks_of(changed, *as_if, at) : std::vector<std::pair<std::string, Named>>{};
  for (const auto& [name, clock] : old_clocks) {
    const auto* other = named(new_clocks, name);
    if (other == nullptr) {
      out.clocks.push_back({name, clock.clock, clock.view, std::nullopt});
    } else if (other->view != clock.view) {
      out.clocks.push_back({name, clock.clock, clock.view, other->view});
    }
  }
  for (const auto& [name, clock] : new_clocks) {
    if (named(old_clocks, name) == nullptr) out.clocks.push_back({name, clock.clock, std::nullopt, clock.view});
  }
  return out;
}

bool is_open(const Bundle& bundle, const CaseState& state) {
  return !state.voided && !apply::in_mask(bundle.kinds[state.kind].scopes[0].closed_states, state.scope.state);
}

bool is_overdue(const Bundle& bundle, const CaseState& state, Instant at) {
  if (state.voided) return false;
  bool found = false;
  each_scope(bundle, state, [&](const std::string& /*part*/, const definition::ScopeDef& scope, const model::ScopeState& now) {
    found = found || std::any_of(now.clocks.begin(), now.clocks.end(), [&](const model::ClockInstance& clock) {
              return !scope.clocks[clock.clock].window && apply::clock_value(&clock, at, false) == apply::ClockValue::kOverdue;
            });
  });
  return found;
}

}  // namespace docket::simulate
