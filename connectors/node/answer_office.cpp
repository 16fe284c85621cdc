// What judges: kinds, rules, calendars, the office; the closed list of rejection codes; the fate of one event.
#include <algorithm>

#include "connectors/node/answers.h"
#include "connectors/node/declared.h"
#include "connectors/node/event_schema.h"
#include "connectors/node/told.h"
#include "engine/ingest/describe.h"
#include "engine/ingest/digest.h"

namespace docket::node {
namespace {

json::array names_of_mask(const definition::ScopeDef& scope, std::uint64_t mask) {
  json::array out;
  for (std::size_t i = 0; i < scope.states.size(); ++i) {
    if (apply::in_mask(mask, static_cast<model::StateId>(i))) out.emplace_back(scope.states[i].name);
  }
  return out;
}

json::object event_json(const Reading& reading, const definition::KindDef& kind, const definition::EventDef& event) {
  const auto& scope = kind.scopes[event.scope];
  json::object out{{"event", event.name},
                   {"label", reading.labels(event.labels)},
                   {"type", event_type(reading.bundle, kind, event)},
                   {"schema", event_schema_path(kind, event)}};
  if (event.scope != 0) out["part"] = scope.name;
  if (event.common) out["common"] = true;
  if (event.opens) out["opens"] = true;
  if (event.from != 0) out["from"] = names_of_mask(scope, event.from);
  if (event.to == definition::kBack) {
    out["to"] = "back";
  } else if (event.to != definition::kStay) {
    out["to"] = scope.states[event.to].name;
  }
  json::array by;
  using Kind = definition::ActorRule::Kind;
  for (const auto& rule : event.by) {
    switch (rule.kind) {
      case Kind::kRole:
        by.emplace_back(reading.bundle.roles[rule.role]);
        break;
      case Kind::kAttribute:
        by.emplace_back("@" + kind.scopes[rule.scope].attributes[rule.attribute].name);
        break;
      case Kind::kPart:
        by.emplace_back("@" + kind.scopes[rule.scope].name);
        break;
      case Kind::kKey:
        by.emplace_back("@key");
        break;
    }
  }
  out["by"] = std::move(by);
  json::object fields;
  for (const auto& field : event.fields)
    fields[field.name] = json::object{{"required", field.required}, {"private", field.spec.is_private}, {"many", field.spec.many}};
  out["data"] = std::move(fields);
  return out;
}

}  // namespace

service::Answer answer_rejection_codes(const Reading& reading) {
  static_cast<void>(reading);
  constexpr const char* kRemedy[] = {"repair", "wait", "ask"};
  json::array rows;
  for (const auto& row : model::rejection_codes()) {
    rows.push_back(json::object{{"number", static_cast<int>(row.code)},
                                {"code", std::string(row.name)},
                                {"kind", row.curability == model::Curability::kFinal ? "final" : "curable"},
                                {"remedy", kRemedy[static_cast<std::size_t>(row.remedy)]},
                                {"title", json::object{{"zh", std::string(row.zh)}, {"en", std::string(row.en)}}}});
  }
  return json_answer(json::object{{"rejection_codes", std::move(rows)}});
}

json::object kinds_json(const definition::Bundle& bundle) {
  json::array rows;
  for (const auto& kind : bundle.kinds) {
    rows.push_back(json::object{{"kind", kind.name},
                                {"version", kind.version},
                                {"label", json::object{{"zh", kind.labels.zh}, {"en", kind.labels.en}}},
                                {"states", kind.scopes[0].states.size()},
                                {"events", kind.events.size()},
                                {"clocks", kind.scopes[0].clocks.size()}});
  }
  return json::object{{"kinds", std::move(rows)}};
}

service::Answer answer_kinds(const Reading& reading) { return json_answer(kinds_json(reading.bundle)); }

service::Answer answer_kind(const Reading& reading, const Params& params, const std::string& name) {
  const auto* id = definition::find_name(reading.bundle.kind_ids, name);
  if (id == nullptr) {
    std::vector<std::string_view> names;
    for (const auto& kind : reading.bundle.kinds) names.push_back(kind.name);
    return not_found("no kind " + name + ingest::did_you_mean(name, names), params.query().language);
  }
  const auto& kind = reading.bundle.kinds[*id];
  json::object out{{"kind", kind.name}, {"version", kind.version}, {"label", reading.labels(kind.labels)}};
  constexpr const char* kCategory[] = {"open", "paused", "closed"};
  constexpr const char* kOutcome[] = {"", "done", "not_accepted", "withdrawn", "merged", "transferred", "terminated"};
  json::array states;
  for (const auto& state : kind.scopes[0].states) {
    json::object row{
        {"state", state.name}, {"label", reading.labels(state.labels)}, {"category", kCategory[static_cast<std::size_t>(state.category)]}};
    if (state.outcome != definition::CaseOutcome::kNone) row["outcome"] = kOutcome[static_cast<std::size_t>(state.outcome)];
    states.push_back(std::move(row));
  }
  out["states"] = std::move(states);
  json::array attributes;
  for (const auto& attribute : kind.scopes[0].attributes) {
    json::object row{{"attribute", attribute.name},
                     {"label", reading.labels(attribute.labels)},
                     {"dimension", attribute.dimension},
                     {"private", attribute.spec.is_private}};
    if (attribute.spec.type == definition::ValueType::kCode) {
      json::array values;
      for (const auto symbol : attribute.spec.allowed) values.emplace_back(reading.bundle.symbols.text(symbol));
      row["values"] = std::move(values);
    }
    attributes.push_back(std::move(row));
  }
  out["attributes"] = std::move(attributes);
  json::array clocks;
  for (const auto& clock : kind.scopes[0].clocks) {
    json::object row{{"clock", clock.name}, {"label", reading.labels(clock.labels)}, {"window", clock.window}};
    if (clock.limit != model::kNone16) {
      const auto& rule = reading.bundle.rules[clock.limit];
      row["rule"] = rule.name;
      row["limit"] = rule.text;
      row["source"] = rule.source;
      row["certainty"] = certainty_text(rule.certainty);
    }
    clocks.push_back(std::move(row));
  }
  out["clocks"] = std::move(clocks);
  json::array events;
  for (const auto& event : kind.events) events.push_back(event_json(reading, kind, event));
  out["events"] = std::move(events);
  return json_answer(out);
}

service::Answer answer_rules(const Reading& reading, const Params& params) {
  const bool assumed = params.flag("assumed");
  json::array rows;
  for (const auto& rule : reading.bundle.rules) {
    if (assumed && rule.certainty != definition::Certainty::kAssumed) continue;
    auto row = rule_json(rule);
    row["set"] = rule.set;
    rows.push_back(std::move(row));
  }
  return json_answer(json::object{{"rules", std::move(rows)}, {"version", reading.bundle.rules_version}});
}

service::Answer answer_calendars(const Reading& reading) {
  const auto& calendar = *reading.bundle.calendar;
  const auto today = model::date_from_day(reading.bundle.zone.local_day(reading.now));
  json::array years;
  for (const int year : calendar.years()) {
    int working = 0;
    for (Day day = model::day_from_date({year, 1, 1}); day < model::day_from_date({year + 1, 1, 1}); ++day)
      working += calendar.is_working(day) ? 1 : 0;
    years.push_back(json::object{{"year", year}, {"working_days", working}});
  }
  json::object out{{"calendar", calendar.name()},
                   {"version", calendar.version()},
                   {"time_zone", reading.bundle.zone.name()},
                   {"zone_data", reading.bundle.zone.version()},
                   {"years", std::move(years)},
                   {"this_year_known", calendar.knows_year(today.year)},
                   {"next_year_known", calendar.knows_year(today.year + 1)}};
  if (!calendar.knows_year(today.year + 1)) {
    out["note"] = "deadlines that reach into " + std::to_string(today.year + 1) + " are provisional until its notice is in the calendar";
  }
  return json_answer(out);
}

service::Answer answer_office(const Reading& reading, const std::string& ledger_id, std::uint64_t activation) {
  json::array units;
  for (const auto& unit : reading.bundle.units) {
    json::object row{{"unit", reading.bundle.symbols.text(unit.code)}, {"title", reading.labels(unit.title)}, {"peer", unit.peer}};
    if (unit.parent != model::kNoSymbol) row["parent"] = reading.bundle.symbols.text(unit.parent);
    units.push_back(std::move(row));
  }
  json::array kinds;
  for (const auto& kind : reading.bundle.kinds) kinds.emplace_back(kind.name);
  json::array sources;
  for (const auto& source : reading.bundle.sources) {
    sources.push_back(json::object{
        {"source", source.name}, {"title", reading.labels(source.title)}, {"in_order", source.in_order}, {"backfill", source.backfill}});
  }
  return json_answer(json::object{{"office", reading.bundle.office},
                                  {"title", reading.labels(reading.bundle.title)},
                                  {"time_zone", reading.bundle.zone.name()},
                                  {"bundle", reading.bundle.id},
                                  {"activation", activation},
                                  {"ledger", ledger_id},
                                  {"kinds", std::move(kinds)},
                                  {"units", std::move(units)},
                                  {"sources", std::move(sources)}});
}

service::Answer answer_event(const Reading& reading, const Params& params) {
  const auto source = params.text("source");
  const auto id = params.text("id");
  if (!source) throw BadParameter{"source", "missing: the event's source"};
  if (!id) throw BadParameter{"id", "missing: the event's id"};
  check_source(reading.bundle, *source);
  ingest::Digest digest("");
  const auto fingerprint = digest.fingerprint(*source, *id);
  for (int partition = 0; partition < model::kPartitions; ++partition) {
    const auto known = reading.store.known(partition, fingerprint);
    if (!known) continue;
    const auto record = reading.records.record(partition, known->height);
    if (!record) continue;
    const auto& row = record->record;
    json::object out{
        {"source", *source},
        {"id", *id},
        {"outcome", ledger::accepts(row.kind) || row.kind == ledger::RecordKind::kReleased ? "accepted" : ledger::to_string(row.kind)},
        {"recorded", instant_json(record->recorded)},
        {"partition", partition},
        {"height", std::to_string(known->height)}};
    if (ledger::accepts(row.kind)) {
      out["case_version"] = row.case_version;
      out["case_revision"] = row.case_revision;
      if (const auto subject = ingest::Ingest::subject_of_stored(row.event)) out["case"] = *subject;
    } else if (row.kind == ledger::RecordKind::kReleased) {
      out["case"] = row.subject;
    } else if (row.kind == ledger::RecordKind::kNotice) {
      out["case"] = row.subject;
      add_notice(out, row);
    } else {
      out["case"] = row.subject;
      out["code"] = std::string(model::name(row.code));
      if (!row.detail.empty()) out["detail"] = row.detail;
      if (row.until != model::kNoInstant) out["until"] = instant_json(row.until);
    }
    return json_answer(out);
  }
  return not_found("event " + *id + " of source " + *source + " is not in the ledger; a request still under way may yet bring it",
                   params.query().language);
}

}  // namespace docket::node
