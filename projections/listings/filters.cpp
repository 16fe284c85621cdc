#include "projections/listings/filters.h"

#include <algorithm>

#include "projections/codec/value_text.h"

namespace docket::projections::listings {
namespace {

std::string state_text(const definition::KindDef& kind, const model::CaseState& state) {
  const auto& states = kind.scopes[0].states;
  return state.scope.state < states.size() ? states[state.scope.state].name : std::string{};
}

template <typename Visit>
void each_text(const definition::Bundle& bundle, const model::Value& value, Visit&& visit) {
  if (!value.present()) return;
  if (value.type() != model::Value::Type::kList) {
    visit(codec::value_text(bundle, value));
    return;
  }
  for (const auto& item : value.items()) visit(codec::value_text(bundle, item));
}

const meta::KindNames* names_of(const meta::BundleNames& names, const model::CaseState& state) {
  return state.kind < names.kinds.size() ? &names.kinds[state.kind] : nullptr;
}

}  // namespace

const model::Value& newest_value(const definition::ScopeDef& def, const model::ScopeState& scope, model::AttributeId attribute) {
  const auto after = std::upper_bound(scope.attributes.begin(), scope.attributes.end(), attribute,
                                      [](model::AttributeId id, const model::AttributeSlot& slot) { return id < slot.attribute; });
  if (after != scope.attributes.begin() && std::prev(after)->attribute == attribute) return std::prev(after)->value;
  return def.attributes[attribute].default_value;
}

std::vector<FilterValue> filter_values(const meta::BundleNames& names, const model::CaseState& state) {
  std::vector<FilterValue> rows;
  const auto* numbers = names_of(names, state);
  if (numbers == nullptr) return rows;
  const auto& kind = names.bundle->kinds[state.kind];
  rows.push_back({numbers->all, {}});
  rows.push_back({numbers->state, state_text(kind, state)});
  for (const auto& filter : numbers->filters) {
    each_text(*names.bundle, newest_value(kind.scopes[0], state.scope, filter.attribute), [&](std::string value) {
      rows.push_back({filter.number, std::move(value)});
    });
  }
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return rows;
}

namespace {

void append_difference(std::vector<Change>& out, std::vector<FilterValue> before, std::vector<FilterValue> after) {
  auto old = before.begin();
  auto now = after.begin();
  while (old != before.end() || now != after.end()) {
    if (now == after.end() || (old != before.end() && *old < *now)) {
      out.push_back({std::move(*old++), false});
    } else if (old == before.end() || *now < *old) {
      out.push_back({std::move(*now++), true});
    } else {
      ++old;
      ++now;
    }
  }
}

}  // namespace

void append_changes(std::vector<Change>& out, const meta::BundleNames* before_names, const model::CaseState* before,
                    const meta::BundleNames& names, const model::CaseState& after) {
  if (before == nullptr) {
    append_difference(out, {}, filter_values(names, after));
    return;
  }
  if (before_names != &names || before->kind != after.kind) {
    append_difference(out, before_names == nullptr ? std::vector<FilterValue>{} : filter_values(*before_names, *before),
                      filter_values(names, after));
    return;
  }
  const auto* numbers = names_of(names, after);
  if (numbers == nullptr) return;
  const auto& kind = names.bundle->kinds[after.kind];
  if (before->scope.state != after.scope.state) {
    out.push_back({{numbers->state, state_text(kind, *before)}, false});
    out.push_back({{numbers->state, state_text(kind, after)}, true});
  }
  for (const auto& filter : numbers->filters) {
    const auto& old = newest_value(kind.scopes[0], before->scope, filter.attribute);
    const auto& now = newest_value(kind.scopes[0], after.scope, filter.attribute);
    if (old == now) continue;
    std::vector<FilterValue> left;
    std::vector<FilterValue> entered;
    each_text(*names.bundle, old, [&](std::string value) { left.push_back({filter.number, std::move(value)}); });
    each_text(*names.bundle, now, [&](std::string value) { entered.push_back({filter.number, std::move(value)}); });
    for (auto* rows : {&left, &entered}) {
      std::sort(rows->begin(), rows->end());
      rows->erase(std::unique(rows->begin(), rows->end()), rows->end());
    }
    append_difference(out, std::move(left), std::move(entered));
  }
}

bool matches(const definition::Bundle& bundle, const model::CaseState& state, const std::vector<Condition>& conditions) {
  if (state.kind >= bundle.kinds.size()) return false;
  const auto& kind = bundle.kinds[state.kind];
  const auto& scope = kind.scopes[0];
  return std::all_of(conditions.begin(), conditions.end(), [&](const Condition& condition) {
    const auto wanted = [&](const std::string& value) {
      return std::find(condition.values.begin(), condition.values.end(), value) != condition.values.end();
    };
    if (condition.filter == meta::kFilterState) return wanted(state_text(kind, state));
    const auto* attribute = definition::find_name(scope.attribute_ids, condition.filter);
    if (attribute == nullptr) return false;
    bool found = false;
    each_text(bundle, newest_value(scope, state.scope, *attribute), [&](const std::string& value) { found = found || wanted(value); });
    return found;
  });
}

}  // namespace docket::projections::listings
