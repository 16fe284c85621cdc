#include "connectors/node/case_filters.h"

#include <algorithm>
#include <array>

#include "connectors/node/answers.h"
#include "connectors/node/declared.h"
#include "engine/ingest/describe.h"

namespace docket::node {
namespace {

constexpr std::array<std::string_view, 17> kOwnParameters{
    "kind",      "light",      "alias",         "due_before", "updated_since", "movable",      "quarantined", "event", "case", "after",
    "page_size", "page_token", "include_total", "at",         "known_at",      "min_position", "consistency"};

bool is_own(const std::string& name) { return std::find(kOwnParameters.begin(), kOwnParameters.end(), name) != kOwnParameters.end(); }

std::vector<std::string_view> filter_names(const definition::KindDef& kind) {
  std::vector<std::string_view> out{"state"};
  for (const auto& attribute : kind.scopes[0].attributes) {
    if (attribute.dimension) out.push_back(attribute.name);
  }
  return out;
}

std::vector<ListFilter> listed_filters(const Reading& reading, const definition::KindDef& kind, const Params& params) {
  const auto& scope = kind.scopes[0];
  const auto known = filter_names(kind);
  std::vector<std::string_view> states;
  for (const auto& state : scope.states) states.push_back(state.name);
  std::vector<ListFilter> filters;
  for (const auto& param : params.query().params) {
    const auto& name = param.first;
    const auto& value = param.second;
    if (is_own(name)) continue;
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      std::string all = "kind " + kind.name + " has no filter '" + name + "'; it has ";
      for (const auto each : known) all.append(each == known.front() ? "" : ", ").append(each);
      throw BadParameter{name, all + ingest::did_you_mean(name, known)};
    }
    auto it = std::find_if(filters.begin(), filters.end(), [&](const auto& filter) { return filter.name == name; });
    if (it == filters.end()) it = filters.insert(filters.end(), {name, {}});
    if (name == "state") {
      check_name("state", value, "a state of kind " + kind.name, states);
      it->values.push_back(value);
    } else {
      const auto& attribute = scope.attributes[*definition::find_name(scope.attribute_ids, name)];
      it->values.push_back(declared_value(reading, name, attribute.spec, value));
    }
  }
  return filters;
}

std::optional<Instant> instant_of(const Reading& reading, const Params& params, const char* name) {
  const auto text = params.text(name);
  if (!text) return std::nullopt;
  if (const auto day = model::parse_date(*text)) return reading.bundle.zone.day_end(*day);
  if (const auto at = model::parse_instant(*text)) return *at;
  throw BadParameter{name, "'" + *text + "' is neither a date nor an instant with offset"};
}

bool movable(const Reading& asked, const definition::KindDef& kind, const model::CaseState& state) {
  return std::string_view(state.bundle) != asked.bundle.id && !state.voided &&
         !apply::in_mask(kind.scopes[0].closed_states, state.scope.state);
}

}  // namespace

bool fits(const Reading& asked, const Filters& filters, const model::CaseState& state, Instant at) {
  const auto reading = asked.of(state);
  const auto& kind = reading.bundle.kinds[state.kind];
  const auto& scope = kind.scopes[0];
  const bool listed = std::all_of(filters.listed.begin(), filters.listed.end(), [&](const ListFilter& filter) {
    const auto any = [&](const std::string& text) {
      return std::find(filter.values.begin(), filter.values.end(), text) != filter.values.end();
    };
    if (filter.name == "state") return any(scope.states[state.scope.state].name);
    const auto* id = definition::find_name(scope.attribute_ids, filter.name);
    if (id == nullptr) return false;  // what it was opened with has none
    const auto& value = apply::attribute(scope, state.scope, *id, definition::RoundSelect::kLast, 0, state.round, {});
    if (value.type() == model::Value::Type::kList) {
      return std::any_of(value.items().begin(), value.items().end(), [&](const auto& item) { return any(reading.value_text(item)); });
    }
    return value.present() && any(reading.value_text(value));
  });
  if (filters.quarantined && !state.quarantined) return false;
  if (!listed || (filters.movable && !movable(asked, kind, state))) return false;
  const std::string light = apply::to_string(apply::case_light(kind, state, at));
  if (!filters.lights.empty() && std::find(filters.lights.begin(), filters.lights.end(), light) == filters.lights.end()) return false;
  if (filters.due_before) {
    const auto due = next_due(kind, state);
    if (due == model::kNoInstant || due > *filters.due_before) return false;
  }
  return !filters.updated_since || state.last_recorded >= *filters.updated_since;
}

Filters read_filters(const Reading& reading, const Params& params, bool needs_kind) {
  static const std::vector<std::string_view> kLights{"none", "on_track", "due_soon", "overdue", "paused", "closed_in_time", "closed_late"};
  const auto kinds = params.all("kind");
  Filters out;
  for (const auto& name : kinds) out.kind = declared_kind(reading.bundle, "kind", name);
  const bool other = std::any_of(params.query().params.begin(), params.query().params.end(), [](const auto& param) {
    return !is_own(param.first) || param.first == "light" || param.first == "due_before" || param.first == "updated_since" ||
           param.first == "movable" || param.first == "quarantined";
  });
  if (kinds.size() != 1) {
    if (needs_kind || other)
      throw BadParameter{"kind",
                         "name one kind, as in kind=" + (reading.bundle.kinds.empty() ? std::string() : reading.bundle.kinds[0].name)};
    out.kind = model::kNone16;
    return out;
  }
  out.listed = listed_filters(reading, reading.bundle.kinds[out.kind], params);
  out.lights = params.all("light");
  for (const auto& light : out.lights) check_name("light", light, "a light", kLights);
  out.due_before = instant_of(reading, params, "due_before");
  out.updated_since = instant_of(reading, params, "updated_since");
  out.movable = params.flag("movable");
  out.quarantined = params.flag("quarantined");
  return out;
}

}  // namespace docket::node
