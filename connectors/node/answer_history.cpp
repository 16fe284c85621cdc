// A case's events as recorded, with corrections, and its deadlines with their working.
#include <algorithm>

#include "connectors/node/answers.h"
#include "connectors/node/clock_moves.h"
#include "connectors/node/page_token.h"
#include "connectors/node/told.h"
#include "connectors/service/problem.h"
#include "engine/ingest/ingest.h"
#include "engine/partition/reaction_text.h"

namespace docket::node {
namespace {

const char* kind_text(ledger::RecordKind kind) { return ledger::to_string(kind); }

// As it was published; {"erased": true} if its key is gone.
void open_sealed(const Reading& reading, const std::string& case_id, const std::string& event_id, std::string_view field,
                 json::value& value) {
  const auto* sealed = value.is_object() && value.get_object().size() == 1 ? value.get_object().if_contains("sealed") : nullptr;
  if (sealed == nullptr || !sealed->is_string()) return;
  boost::system::error_code error;
  const auto plain = reading.sealer.open_field(case_id, event_id, field, std::string_view(sealed->get_string()));
  value = plain ? json::parse(*plain, error) : json::value(json::object{{"erased", true}});
}

// What a correction lays over an event is sealed as that event's own.
void open_replacement(const Reading& reading, const std::string& case_id, json::object& data) {
  const auto* of = data.if_contains("event");
  auto* replace = data.if_contains("replace");
  const auto* id = of != nullptr && of->is_object() ? of->get_object().if_contains("id") : nullptr;
  auto* fields = replace != nullptr && replace->is_object() ? replace->get_object().if_contains("data") : nullptr;
  if (id == nullptr || !id->is_string() || fields == nullptr || !fields->is_object()) return;
  for (auto& member : fields->get_object()) open_sealed(reading, case_id, std::string(id->get_string()), member.key(), member.value());
}

json::object data_json(const Reading& reading, const std::string& case_id, const model::Event& event) {
  json::object out;
  for (const auto& field : event.data) {
    boost::system::error_code error;
    json::value value = json::parse(field.raw, error);
    open_sealed(reading, case_id, event.id, field.name, value);
    out[field.name] = std::move(value);
  }
  open_replacement(reading, case_id, out);
  return out;
}

json::array effects_json(const ledger::Record& record) {
  json::array out;
  for (const auto& of : record.effects) {
    for (const auto& effect : of.effects) {
      json::object row{{"set", effect.set}, {"clock", effect.clock}, {"due", instant_json(effect.due)}};
      if (!effect.part.empty()) row["part"] = effect.part + ":" + effect.part_key;
      if (of.of != model::kNoHeight) row["of"] = std::to_string(of.of);
      out.push_back(std::move(row));
    }
  }
  return out;
}

// The event at which it showed has an outcome of its own.
json::object quarantined_row(json::object out, const ledger::Record& record) {
  boost::system::error_code error;
  const auto body = json::parse(record.body, error);
  if (!error && body.is_object()) {
    if (const auto* cause = body.get_object().if_contains("cause")) out["detail"] = *cause;
    if (const auto* semantics = body.get_object().if_contains("semantics")) out["semantics"] = *semantics;
  }
  out["kind"] = std::string(ledger::kind_named(record));
  if (!record.id.empty()) out["met_at"] = json::object{{"source", record.source}, {"id", record.id}};
  return out;
}

void add_event_name(const Reading& reading, json::object& out, const model::Event& event) {
  if (event.kind == model::kNone16 || event.event == model::kNone16) return;
  const auto& def = reading.bundle.kinds[event.kind].events[event.event];
  out["event"] = def.name;
  out["label"] = reading.labels(def.labels);
}

// What waits is sealed whole, by a key of its day; its data is told when it is judged.
void add_parked_head(const Reading& reading, json::object& out, const ledger::Record& record) {
  const auto plain = reading.sealer.open_parked(record);
  if (!plain) return;
  auto& ingest = reading.ingest();
  const auto offered = record.source == definition::kOwnSource ? ingest.parse_own(*plain) : ingest.parse(*plain);
  if (offered.event == nullptr) return;
  add_event_head(out, *offered.event);
  if (!offered.event->actorunit.empty()) out["unit"] = offered.event->actorunit;
  add_event_name(reading, out, *offered.event);
}

json::object event_row(const Reading& reading, const std::string& case_id, const partition::HistoryRow& row, const ledger::Record& record) {
  json::object out{{"version", row.version},
                   {"height", std::to_string(row.height)},
                   {"outcome", kind_text(record.kind)},
                   {"recorded", instant_json(row.recorded)}};
  if (record.kind == ledger::RecordKind::kQuarantined) return quarantined_row(std::move(out), record);
  if (ledger::accepts(record.kind) || record.kind == ledger::RecordKind::kReleased) {
    auto stored = reading.ingest().parse_stored(record.event, ingest::tag_from_text(record.tag));
    if (!stored) return out;
    const auto& event = **stored;
    add_event_head(out, event);
    if (!event.actorunit.empty()) out["unit"] = event.actorunit;
    if (!event.approvedby.empty()) out["approved_by"] = event.approvedby;
    add_event_name(reading, out, event);
    out["data"] = data_json(reading, case_id, event);
    if (!record.effects.empty()) out["effects"] = effects_json(record);
    if (!record.displaces.empty()) {
      json::array displaced;
      for (const auto height : record.displaces) displaced.emplace_back(std::to_string(height));
      out["displaces"] = std::move(displaced);
    }
    if (const auto origin = partition::reaction_origin(record)) {
      out["caused_by"] = json::object{{"case", origin->case_id}, {"partition", origin->from}, {"height", std::to_string(origin->height)}};
    }
    if (record.backfill) out["backfill"] = true;
    if (record.parked_at != model::kNoHeight) out["parked_at"] = std::to_string(record.parked_at);
    return out;
  }
  out["source"] = record.source;
  out["id"] = record.id;
  if (record.kind == ledger::RecordKind::kNotice) {
    add_notice(out, record);
    return out;
  }
  out["event"] = record.type;
  if (record.kind == ledger::RecordKind::kParked) add_parked_head(reading, out, record);
  out["code"] = std::string(model::name(record.code));
  if (!record.detail.empty()) out["detail"] = record.detail;
  if (record.until != model::kNoInstant) out["until"] = instant_json(record.until);
  return out;
}

// The row by which it was set, and the working of the due it had then.
void add_limit(json::object& row, const Reading& reading, const model::ClockInstance& clock, const definition::LimitRow* limit,
               bool explain) {
  row["limit"] = limit == nullptr ? json::value(nullptr) : json::value(calendar::format_duration(limit->limit));
  if (!explain || limit == nullptr) return;
  row["explain"] =
      lines_json(calendar::explain_limit(*reading.bundle.calendar, reading.bundle.zone, clock.start, limit->limit, limit->at_ms));
}

void add_deadlines(const Reading& reading, const model::CaseState& state, const model::PartInstance* part, Instant at, bool explain,
                   const std::vector<Told>& told, const ClockCourses& courses, json::array& out) {
  const auto& kind = reading.bundle.kinds[state.kind];
  const auto& scope = part == nullptr ? state.scope : part->scope;
  const auto& scope_def = kind.scopes[part == nullptr ? 0 : part->part];
  for (const auto& clock : scope.clocks) {
    const auto& def = scope_def.clocks[clock.clock];
    json::object row{{"clock", def.name},
                     {"label", reading.labels(def.labels)},
                     {"round", clock.round},
                     {"value", apply::clock_word(def, clock, at)},
                     {"start", instant_json(clock.start)},
                     {"due", instant_json(clock.due)},
                     {"original_due", instant_json(clock.original_due)},
                     {"stop", instant_json(clock.stop)},
                     {"light", def.window ? "none" : apply::to_string(apply::clock_light(clock, at))}};
    if (def.window) row["window"] = true;
    if (part != nullptr) row["part"] = scope_def.name + ":" + reading.value_text(part->key);
    if (clock.extensions > 0) row["extensions"] = clock.extensions;
    if (!clock.pauses.empty()) row["paused_ms"] = clock.paused_ms();
    if (clock.adjusted) row["adjusted"] = true;
    if (clock.provisional) row["provisional"] = true;
    json::array notices;
    for (const auto& notice : clock.notices) {
      json::object planned{{"at", instant_json(notice.at)},
                           {"level", notice.level},
                           {"to", notice.to == model::kNone8 ? std::string("holder") : reading.bundle.roles[notice.to]}};
      // One whose instant lay before the record that set it is never told.
      const bool runs = clock.status == apply::ClockInstance::Status::kRunning;
      if (runs && !state.voided && notice.at > state.attended && notice.at >= clock.since) planned["planned"] = true;
      notices.push_back(std::move(planned));
    }
    if (!notices.empty()) row["notices"] = std::move(notices);
    add_told(row, reading, told, def.name, part, clock);
    if (def.limit != model::kNone16) {
      const auto& rule = reading.bundle.rules[def.limit];
      row["rule"] = rule.name;
      row["rule_set"] = rule.set;
      row["source"] = rule.source;
      row["certainty"] = certainty_text(rule.certainty);
      row["calendar"] = reading.bundle.calendar->version();
      if (const auto* set = validate::start_limit_of(courses.limits, part, clock)) add_limit(row, reading, clock, set->row, explain);
    } else if (def.given_key) {
      row["rule"] = "given: key";
    } else if (def.given != model::kNone16) {
      row["rule"] = "given: " + kind.scopes[def.given_scope].attributes[def.given].name;
    }
    add_moves(row, courses.moves, part, clock);
    out.push_back(std::move(row));
  }
}

}  // namespace

service::Answer answer_history(const Reading& asked, const Params& params, const std::string& case_id) {
  const AsOf as_of = asked.as_of(params);
  const int partition = asked.partition_of(case_id);
  const auto rows = asked.store.history(partition, case_id);
  if (rows.empty()) return not_found("no case " + case_id, params.query().language);
  const auto state = asked.store.find(partition, case_id);  // none: nothing was accepted
  const auto reading = state == nullptr ? asked : asked.of(*state);
  const auto page_size = asked_page_size(params, kPageMax);
  const auto place = page_place(params);
  const model::Height after = place.empty() ? 0 : std::stoull(place);
  const auto displaced = displaced_timers(reading, partition, rows, as_of.known_at);
  json::array events;
  std::string next;
  for (const auto& row : rows) {
    if (row.recorded > as_of.known_at || row.height < after) continue;
    if (events.size() == page_size) {
      next = page_token(params.query(), std::to_string(row.height));
      break;
    }
    const auto record = reading.records.record(partition, row.height);
    if (!record) continue;
    if (as_of.past_at() && (row.version > 0 || row.kind == ledger::RecordKind::kNotice) && row.time > as_of.at) continue;
    auto shown = event_row(reading, case_id, row, record->record);
    if (const auto by = displaced.find(row.height); by != displaced.end()) shown["displaced_by"] = std::to_string(by->second);
    events.push_back(std::move(shown));
  }
  json::object out{{"case", case_id}, {"events", std::move(events)}, {"page_size", page_size}};
  if (!next.empty()) out["next_page_token"] = next;
  echo_axes(out, reading, as_of);
  auto answer = json_answer(out);
  answer.next_page = next;
  return answer;
}

service::Answer answer_deadlines(const Reading& asked, const Params& params, const std::string& case_id) {
  const AsOf as_of = asked.as_of(params);
  const auto state = asked.case_as_of(case_id, as_of);
  if (state == nullptr) return not_found("no case " + case_id, params.query().language);
  const auto reading = asked.of(*state);
  const bool explain = params.flag("explain");
  json::array rows;
  const auto told = told_notices(reading, case_id, as_of);
  const auto courses = clock_courses(reading, *state, as_of, explain);
  add_deadlines(reading, *state, nullptr, as_of.at, explain, told, courses, rows);
  for (const auto& part : state->parts) add_deadlines(reading, *state, &part, as_of.at, explain, told, courses, rows);
  json::object out{{"case", case_id}, {"deadlines", std::move(rows)}};
  echo_axes(out, reading, as_of);
  return json_answer(out);
}

}  // namespace docket::node
