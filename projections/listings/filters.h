// By what a case can be listed: its kind alone, its state, and each `dimension` attribute of the case itself. A filter's value is a
// text, so that rows outlive a bundle.
// Thread rule: free functions over immutable input.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/definition/bundle.h"
#include "engine/model/case_state.h"
#include "projections/meta/names.h"

namespace docket::projections::listings {

struct FilterValue {
  meta::Number filter = 0;
  std::string value;
  friend auto operator<=>(const FilterValue&, const FilterValue&) = default;
};

// The newest value of an attribute of the case; the definition's default if it has none.
[[nodiscard]] const model::Value& newest_value(const definition::ScopeDef& def, const model::ScopeState& scope,
                                               model::AttributeId attribute);

// All (filter, value) under which a case stands. A list attribute stands under each of its items.
[[nodiscard]] std::vector<FilterValue> filter_values(const meta::BundleNames& names, const model::CaseState& state);

struct Change {
  FilterValue row;
  bool in = false;  // else: out
};
// What differs between two states of a case; `before` null: it is new. `before_names` belong to before's bundle.
void append_changes(std::vector<Change>& out, const meta::BundleNames* before_names, const model::CaseState* before,
                    const meta::BundleNames& names, const model::CaseState& after);

// One condition of a list: OR within, AND between.
struct Condition {
  std::string filter;  // "state" or an attribute's name
  std::vector<std::string> values;
};
// Whether the case stands under every condition now.
[[nodiscard]] bool matches(const definition::Bundle& bundle, const model::CaseState& state, const std::vector<Condition>& conditions);

}  // namespace docket::projections::listings
