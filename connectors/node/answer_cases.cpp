// Cases: rows, one case, its list by filters. See answer_history.cpp for its events and deadlines.
#include <algorithm>
#include <array>

#include "connectors/node/answers.h"
#include "connectors/service/problem.h"

namespace docket::node {
namespace {

constexpr std::size_t kPageMax = 1000;

using apply::ClockInstance;

const char* value_name(apply::ClockValue value) {
  constexpr const char* kNames[] = {"none", "running", "paused", "met", "late", "cancelled", "unlimited", "overdue"};
  return kNames[static_cast<std::size_t>(value)];
}

json::object clock_json(const Reading& reading, const definition::KindDef& kind, const model::CaseState& state,
                        const model::PartInstance* part, const ClockInstance& clock, Instant at) {
  const auto& def = kind.scopes[part == nullptr ? 0 : part->part].clocks[clock.clock];
  json::object out{{"clock", def.name},
                   {"label", reading.labels(def.labels)},
                   {"value", value_name(apply::clock_value(&clock, at, false))},
                   {"round", clock.round},
                   {"start", instant_json(clock.start)},
                   {"due", instant_json(clock.due)},
                   {"original_due", instant_json(clock.original_due)},
                   {"stop", instant_json(clock.stop)},
                   {"light", def.window ? "none" : apply::to_string(apply::clock_light(clock, at))}};
  if (def.window) out["window"] = true;
  if (clock.provisional) out["provisional"] = true;
  if (clock.extensions > 0) out["extensions"] = clock.extensions;
  if (const auto holder = apply::holder_of(kind, state, part, def, clock); holder.present()) out["holder"] = reading.value_json(holder);
  return out;
}

json::array clocks_json(const Reading& reading, const definition::KindDef& kind, const model::CaseState& state,
                        const model::PartInstance* part, Instant at) {
  json::array out;
  for (const auto& clock : (part == nullptr ? state.scope : part->scope).clocks)
    out.push_back(clock_json(reading, kind, state, part, clock, at));
  return out;
}

// The due that matters most now: the earliest of the running, limited clocks that are no windows.
Instant next_due(const definition::KindDef& kind, const model::CaseState& state) {
  Instant due = model::kNoInstant;
  for (const auto& clock : state.scope.clocks) {
    if (clock.status != ClockInstance::Status::kRunning || clock.due == model::kNoInstant || kind.scopes[0].clocks[clock.clock].window)
      continue;
    if (due == model::kNoInstant || clock.due < due) due = clock.due;
  }
  return due;
}

json::object attributes_json(const Reading& reading, const definition::ScopeDef& scope, const model::ScopeState& state) {
  json::object out;
  for (const auto& slot : state.attributes) {
    const auto& def = scope.attributes[slot.attribute];
    auto value = reading.value_json(slot.value);
    if (!def.per_round) {
      out[def.name] = std::move(value);
      continue;
    }
    if (!out.contains(def.name)) out[def.name] = json::object{};
    out[def.name].as_object()[std::to_string(slot.round)] = std::move(value);
  }
  return out;
}

// Private texts as the case has them now: opened from the ledger where their keys still exist.
void open_private(const Reading& reading, const model::CaseState& state, const AsOf& as_of, json::object& attributes) {
  const auto& kind = reading.bundle.kinds[state.kind];
  const bool any = std::any_of(state.scope.attributes.begin(), state.scope.attributes.end(),
                               [](const auto& slot) { return slot.value.type() == model::Value::Type::kSealed; });
  if (!any) return;
  const auto history = reading.history(state.id, as_of);
  if (!history) return;
  for (const auto& row : history->folded()) {
    if (row.key.time > as_of.at) break;
    const auto& def = kind.events[row.event->event];
    if (def.scope != 0) continue;
    for (const auto& field : row.event->data) {
      if (field.field == model::kNone16 || field.value.type() != model::Value::Type::kSealed) continue;
      const auto attribute = def.fields[field.field].attribute;
      if (attribute == model::kNone16 || !attributes.contains(kind.scopes[0].attributes[attribute].name)) continue;
      const auto plain = reading.sealer.open_field(state.id, row.event->id, field.name, field.value.as_text());
      auto& slot = attributes[kind.scopes[0].attributes[attribute].name];
      boost::system::error_code error;
      auto value = plain ? json::parse(*plain, error) : json::value(json::object{{"erased", true}});
      if (!kind.scopes[0].attributes[attribute].per_round) slot = std::move(value);
    }
  }
}

bool known_filter(const definition::KindDef& kind, const std::string& name) {
  if (name == "state") return true;
  const auto* id = definition::find_name(kind.scopes[0].attribute_ids, name);
  return id != nullptr && kind.scopes[0].attributes[*id].dimension;
}

std::string filters_of(const definition::KindDef& kind) {
  std::string out = "state";
  for (const auto& attribute : kind.scopes[0].attributes) {
    if (attribute.dimension) out += ", " + attribute.name;
  }
  return out;
}

std::vector<ListFilter> list_filters(const definition::KindDef& kind, const Params& params) {
  static const std::vector<std::string> kOwn{"kind",       "light",         "alias", "due_before", "updated_since", "page_size",
                                             "page_token", "include_total", "at",    "known_at",   "min_position",  "consistency"};
  std::vector<ListFilter> filters;
  for (const auto& [name, value] : params.query().params) {
    if (std::find(kOwn.begin(), kOwn.end(), name) != kOwn.end()) continue;
    if (!known_filter(kind, name))
      throw BadParameter{name, "kind " + kind.name + " has no filter '" + name + "'; it has " + filters_of(kind)};
    auto it = std::find_if(filters.begin(), filters.end(), [&](const auto& filter) { return filter.name == name; });
    if (it == filters.end()) it = filters.insert(filters.end(), {name, {}});
    if (name == "state" && definition::find_name(kind.scopes[0].state_ids, value) == nullptr) {
      throw BadParameter{"state", "kind " + kind.name + " has no state '" + value + "'"};
    }
    it->values.push_back(value);
  }
  return filters;
}

// Exact test of one case against the filters, as of any instant.
bool fits(const Reading& reading, const model::CaseState& state, const std::vector<ListFilter>& filters) {
  const auto& kind = reading.bundle.kinds[state.kind];
  const auto& scope = kind.scopes[0];
  return std::all_of(filters.begin(), filters.end(), [&](const ListFilter& filter) {
    const auto any = [&](const std::string& text) {
      return std::find(filter.values.begin(), filter.values.end(), text) != filter.values.end();
    };
    if (filter.name == "state") return any(scope.states[state.scope.state].name);
    const auto* id = definition::find_name(scope.attribute_ids, filter.name);
    const auto& value = apply::attribute(scope, state.scope, *id, definition::RoundSelect::kLast, 0, state.round, {});
    if (value.type() == model::Value::Type::kList) {
      return std::any_of(value.items().begin(), value.items().end(), [&](const auto& item) { return any(reading.value_text(item)); });
    }
    return value.present() && any(reading.value_text(value));
  });
}

}  // namespace

std::string etag_of(const Reading& reading, const model::CaseState& state, Instant at) {
  return "\"" + std::to_string(state.revision) + "." + std::to_string(state.version) + "-" +
         apply::to_string(apply::case_light(reading.bundle.kinds[state.kind], state, at)) + "\"";
}

json::object case_row(const Reading& reading, const model::CaseState& state, Instant at) {
  const auto& kind = reading.bundle.kinds[state.kind];
  const auto& def = kind.scopes[0].states[state.scope.state];
  json::object out{{"id", state.id},
                   {"kind", kind.name},
                   {"state", def.name},
                   {"state_label", reading.labels(def.labels)},
                   {"light", apply::to_string(apply::case_light(kind, state, at))},
                   {"round", state.round},
                   {"version", state.version},
                   {"revision", state.revision}};
  if (const auto* unit = definition::find_name(kind.scopes[0].attribute_ids, "unit")) {
    const auto& value = apply::attribute(kind.scopes[0], state.scope, *unit, definition::RoundSelect::kCurrent, 0, state.round, {});
    if (value.present()) {
      out["unit"] = reading.value_json(value);
      out["unit_label"] = reading.group_labels(reading.value_text(value));
    }
  }
  out["due"] = instant_json(next_due(kind, state));
  if (!state.scope.counts.empty()) {
    Instant opened = model::kNoInstant;
    for (const auto& count : state.scope.counts) {
      if (kind.events[count.event].opens) opened = count.first;
    }
    out["opened"] = instant_json(opened);
  }
  out["updated"] = instant_json(state.last_recorded);
  if (state.voided) out["voided"] = true;
  return out;
}

service::Answer answer_case(const Reading& reading, const Params& params, const std::string& case_id) {
  AsOf as_of = reading.as_of(params);
  if (const auto version = params.text("version")) {
    // Version n is the first n acceptances: it lies on the known axis.
    const auto n = params.integer("version", 0);
    const auto rows = reading.store.history(reading.partition_of(case_id), case_id);
    const auto row = std::find_if(rows.begin(), rows.end(), [&](const auto& each) { return n > 0 && each.version == n; });
    if (row == rows.end()) return not_found("case " + case_id + " has no version " + *version, params.query().language);
    as_of.version = row->version;
    as_of.known_at = std::min(as_of.known_at, row->recorded);
    as_of.known_given = true;
  }
  const auto state = reading.case_as_of(case_id, as_of);
  if (state == nullptr)
    return not_found("no case " + case_id + (as_of.at_given || as_of.known_given ? " then" : ""), params.query().language);
  const auto& kind = reading.bundle.kinds[state->kind];
  json::object out = case_row(reading, *state, as_of.at);
  auto attributes = attributes_json(reading, kind.scopes[0], state->scope);
  open_private(reading, *state, as_of, attributes);
  out["attributes"] = std::move(attributes);
  out["clocks"] = clocks_json(reading, kind, *state, nullptr, as_of.at);
  json::array parts;
  for (const auto& part : state->parts) {
    const auto& def = kind.scopes[part.part];
    parts.push_back(json::object{{"part", def.name},
                                 {"key", reading.value_json(part.key)},
                                 {"n", part.nth},
                                 {"round", part.round},
                                 {"state", part.scope.state == model::kCleared ? "cleared" : def.states[part.scope.state].name},
                                 {"attributes", attributes_json(reading, def, part.scope)},
                                 {"clocks", clocks_json(reading, kind, *state, &part, as_of.at)}});
  }
  out["parts"] = std::move(parts);
  json::array links;
  for (const auto& link : state->links) links.push_back(json::object{{"link", kind.links[link.link].name}, {"to", link.target}});
  out["links"] = std::move(links);
  out["definition"] = kind.name + "." + std::to_string(kind.version);
  out["rules"] = reading.bundle.rules_version;
  out["calendar"] = reading.bundle.calendar->version();
  echo_axes(out, reading, as_of);
  auto answer = json_answer(out);
  answer.etag = etag_of(reading, *state, as_of.at);
  return answer;
}

service::Answer answer_cases(const Reading& reading, const Params& params) {
  const AsOf as_of = reading.as_of(params);
  const auto kinds = params.all("kind");
  if (const auto alias = params.text("alias")) {
    json::array rows;
    for (std::size_t k = 0; k < reading.bundle.kinds.size(); ++k) {
      if (!kinds.empty() && std::find(kinds.begin(), kinds.end(), reading.bundle.kinds[k].name) == kinds.end()) continue;
      for (const auto& id : reading.store.by_alias(static_cast<model::KindId>(k), *alias)) {
        if (const auto state = reading.case_as_of(id, as_of)) rows.push_back(case_row(reading, *state, as_of.at));
      }
    }
    return json_answer(json::object{{"cases", std::move(rows)}});
  }
  if (kinds.size() != 1)
    throw BadParameter{"kind",
                       "name one kind, as in kind=" + (reading.bundle.kinds.empty() ? std::string() : reading.bundle.kinds[0].name)};
  const auto* kind_id = definition::find_name(reading.bundle.kind_ids, kinds[0]);
  if (kind_id == nullptr) throw BadParameter{"kind", "no kind '" + kinds[0] + "' in office " + reading.bundle.office};
  const auto& kind = reading.bundle.kinds[*kind_id];
  const auto filters = list_filters(kind, params);
  const auto lights = params.all("light");
  for (const auto& light : lights) {
    constexpr std::array kLights{"none", "on_track", "due_soon", "overdue", "paused", "closed_in_time", "closed_late"};
    if (std::find(kLights.begin(), kLights.end(), light) == kLights.end())
      throw BadParameter{"light", "'" + light + "': one of none, on_track, due_soon, overdue, paused, closed_in_time, closed_late"};
  }
  const auto instant = [&](const char* name) -> std::optional<Instant> {
    const auto text = params.text(name);
    if (!text) return std::nullopt;
    if (const auto day = model::parse_date(*text)) return reading.bundle.zone.day_end(*day);
    if (const auto at = model::parse_instant(*text)) return *at;
    throw BadParameter{name, "'" + *text + "' is neither a date nor an instant with offset"};
  };
  const auto due_before = instant("due_before");
  const auto updated_since = instant("updated_since");
  const auto page_size =
      static_cast<std::size_t>(std::clamp<std::int64_t>(params.integer("page_size", 50), 1, static_cast<std::int64_t>(kPageMax)));
  const bool total = params.flag("include_total");
  const bool past = as_of.past_at() || as_of.past_known();
  std::string after = params.text("page_token").value_or("");
  json::array rows;
  std::int64_t count = 0;
  std::string next;
  for (bool more = true; more;) {
    // A past list looks at every case of the kind: what fits now need not have fitted then.
    const auto ids = reading.store.list(*kind_id, past ? std::vector<ListFilter>{} : filters, after, kPageMax);
    more = ids.size() == kPageMax;
    for (const auto& id : ids) {
      after = id;
      const auto state = reading.case_as_of(id, as_of);
      if (state == nullptr || !fits(reading, *state, filters)) continue;
      const std::string light = apply::to_string(apply::case_light(kind, *state, as_of.at));
      if (!lights.empty() && std::find(lights.begin(), lights.end(), light) == lights.end()) continue;
      if (due_before) {
        const auto due = next_due(kind, *state);
        if (due == model::kNoInstant || due > *due_before) continue;
      }
      if (updated_since && state->last_recorded < *updated_since) continue;
      ++count;
      if (rows.size() < page_size) {
        rows.push_back(case_row(reading, *state, as_of.at));
        if (rows.size() == page_size) next = id;
      } else if (!total) {
        more = false;
        break;
      }
    }
    if (!total && rows.size() == page_size && count > static_cast<std::int64_t>(page_size)) break;
  }
  if (count <= static_cast<std::int64_t>(page_size)) next.clear();
  json::object out{{"cases", std::move(rows)}, {"page_size", page_size}};
  if (!next.empty()) out["next_page_token"] = next;
  if (total) out["total"] = count + 0;
  echo_axes(out, reading, as_of);
  if (past) out["exact"] = true;
  auto answer = json_answer(out);
  answer.next_page = next;
  return answer;
}

}  // namespace docket::node
