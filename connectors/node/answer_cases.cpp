// Cases: rows, and one case. See answer_list.cpp for lists, answer_history.cpp for a case's events and deadlines.
#include <algorithm>

#include "connectors/node/answers.h"
#include "connectors/node/declared.h"
#include "connectors/node/quarantined.h"

namespace docket::node {
namespace {

using apply::ClockInstance;

json::object clock_json(const Reading& reading, const definition::KindDef& kind, const model::CaseState& state,
                        const model::PartInstance* part, const ClockInstance& clock, Instant at) {
  const auto& def = kind.scopes[part == nullptr ? 0 : part->part].clocks[clock.clock];
  json::object out{{"clock", def.name},
                   {"label", reading.labels(def.labels)},
                   {"value", apply::clock_word(def, clock, at)},
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
void open_private(const Reading& asked, const model::CaseState& state, const AsOf& as_of, json::object& attributes) {
  const auto reading = asked.of(state);
  const auto& kind = reading.bundle.kinds[state.kind];
  const bool any = std::any_of(state.scope.attributes.begin(), state.scope.attributes.end(),
                               [](const auto& slot) { return slot.value.type() == model::Value::Type::kSealed; });
  if (!any) return;
  const auto history = reading.history(state.id, as_of);
  // The case may move to another bundle between the two reads, or by a clock ahead of this one: then nothing is opened rather than mixed
  // up.
  if (!history || history->bundle().id != reading.bundle.id) return;
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

}  // namespace

Instant next_due(const definition::KindDef& kind, const model::CaseState& state) {
  Instant due = model::kNoInstant;
  for (const auto& clock : state.scope.clocks) {
    if (clock.status != ClockInstance::Status::kRunning || clock.due == model::kNoInstant || kind.scopes[0].clocks[clock.clock].window)
      continue;
    if (due == model::kNoInstant || clock.due < due) due = clock.due;
  }
  return due;
}

std::string etag_of(const Reading& reading, const model::CaseState& state, Instant at) {
  return "\"" + std::to_string(state.revision) + "." + std::to_string(state.version) + "-" +
         apply::to_string(apply::case_light(reading.of(state).bundle.kinds[state.kind], state, at)) +
         (state.quarantined ? "-quarantined\"" : "\"");
}

json::object case_row(const Reading& asked, const model::CaseState& state, Instant at) {
  const auto reading = asked.of(state);
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
  if (state.quarantined) out["quarantined"] = true;
  return out;
}

json::object case_json(const Reading& asked, const model::CaseState& state, Instant at) {
  const auto reading = asked.of(state);
  const auto& kind = reading.bundle.kinds[state.kind];
  json::object out = case_row(reading, state, at);
  out["attributes"] = attributes_json(reading, kind.scopes[0], state.scope);
  out["clocks"] = clocks_json(reading, kind, state, nullptr, at);
  json::array parts;
  for (const auto& part : state.parts) {
    const auto& def = kind.scopes[part.part];
    parts.push_back(json::object{{"part", def.name},
                                 {"key", reading.value_json(part.key)},
                                 {"n", part.nth},
                                 {"round", part.round},
                                 {"state", part.scope.state == model::kCleared ? "cleared" : def.states[part.scope.state].name},
                                 {"attributes", attributes_json(reading, def, part.scope)},
                                 {"clocks", clocks_json(reading, kind, state, &part, at)}});
  }
  out["parts"] = std::move(parts);
  json::array links;
  for (const auto& link : state.links) links.push_back(json::object{{"link", kind.links[link.link].name}, {"to", link.target}});
  out["links"] = std::move(links);
  out["definition"] = kind.name + "." + std::to_string(kind.version);
  out["rules"] = reading.bundle.rules_version;
  out["calendar"] = reading.bundle.calendar->version();
  return out;
}

namespace {

// In small letters, as an ETag has them behind its light.
std::string letters(std::size_t number) {
  std::string out;
  for (; number != 0; number /= 26) out += static_cast<char>('a' + number % 26);
  return out;
}

}  // namespace

service::Answer answer_case(const Reading& reading, const Params& params, const std::string& case_id) {
  check_alone(params, "version", {"at", "known_at"});
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
  const auto held = quarantined_case(reading, case_id, as_of.known_at);
  if (state == nullptr && held && !as_of.past_at() && !as_of.past_known())
    return not_found("case " + case_id + " is not opened: an engine defect was met (see its history), and it waits to be released",
                     params.query().language);
  if (state == nullptr)
    return not_found("no case " + case_id + (as_of.at_given || as_of.known_given ? " then" : ""), params.query().language);
  json::object out = case_json(reading, *state, as_of.at);
  open_private(reading, *state, as_of, out["attributes"].as_object());
  std::string etag = etag_of(reading, *state, as_of.at);
  if (!as_of.past_at() && !as_of.past_known()) {  // what stands now, whenever the case last changed: the ETag tells it too
    json::array conflicts;
    for (const auto& conflict : reading.store.conflicts_of(reading.of(*state).bundle, *state))
      conflicts.push_back(conflict_json(reading, conflict));
    if (!conflicts.empty()) etag.insert(etag.size() - 1, "_" + letters(std::hash<std::string>{}(json::serialize(conflicts))));
    out["conflicts"] = std::move(conflicts);
  }
  if (held && state->quarantined) out["quarantine"] = quarantine_json(reading, *held);
  echo_axes(out, reading, as_of);
  auto answer = json_answer(out);
  answer.etag = std::move(etag);
  return answer;
}

}  // namespace docket::node
