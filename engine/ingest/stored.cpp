// Records: an event as it stands in the ledger, written and read back.
#include <utility>

#include "engine/ingest/ingest.h"
#include "engine/ingest/json_scan.h"
#include "engine/ingest/json_text.h"
#include "engine/ingest/number.h"
#include "engine/ingest/state.h"

namespace docket::ingest {
namespace {

Error corrupt(std::string_view what, std::string_view name = {}) {
  std::string message = "a stored event is not readable: " + std::string(what);
  if (!name.empty()) message += " in " + std::string(name);
  return {ErrorCode::kCorrupt, std::move(message)};
}

bool text_of(const Split& parts, Attr attr, std::string& out) {
  const std::string_view raw = parts.at(attr);
  std::string scratch;
  std::string_view text;
  if (!raw.empty() && !string_text(raw, scratch, text)) return false;
  out.assign(text);
  return true;
}

bool integer_of(const Split& parts, Attr attr, std::optional<std::int64_t>& out) {
  const std::string_view raw = parts.at(attr);
  if (raw.empty()) return true;
  const std::string_view digits = raw.size() >= 2 && raw.front() == '"' ? raw.substr(1, raw.size() - 2) : raw;
  if (!is_json_number(digits)) return false;
  const Scaled number = scaled(digits, 0);
  out = number.value;
  return number.scale == Scale::kOk;
}

void append_raw(std::string& out, std::string_view raw) {
  if (type_of(raw) == JsonType::kObject || type_of(raw) == JsonType::kArray) {
    append_json_compact(out, raw);
  } else {
    out.append(raw);
  }
}

}  // namespace

Result<std::shared_ptr<model::Event>> Ingest::parse_stored(std::string_view json, std::uint64_t tag) {
  auto event = std::make_shared<model::Event>();
  const Split parts = split(*event, trim(json));
  if (!parts.problem.empty()) return corrupt(parts.problem, parts.problem_name);
  const std::string_view data = parts.at(Attr::kData);
  if (!data.empty() && type_of(data) != JsonType::kObject) return corrupt("not an object", "data");

  std::string& type = state_->word;
  std::string& time = state_->scratch;
  const std::pair<Attr, std::string*> texts[] = {
      {Attr::kId, &event->id},
      {Attr::kSource, &event->source},
      {Attr::kType, &type},
      {Attr::kSubject, &event->subject},
      {Attr::kTime, &time},
      {Attr::kAuthid, &event->authid},
      {Attr::kActorunit, &event->actorunit},
      {Attr::kActorrole, &event->actorrole},
      {Attr::kOnbehalfof, &event->onbehalfof},
      {Attr::kApprovedby, &event->approvedby},
  };
  for (const auto& [attr, out] : texts) {
    if (!text_of(parts, attr, *out)) return corrupt("not a string", name_of(attr));
  }
  if (event->id.empty() || event->source.empty() || event->subject.empty()) return corrupt("no id, source or subject");
  const auto instant = model::parse_instant(time);
  if (!instant) return corrupt("no instant", "time");
  event->time = *instant;
  std::optional<std::int64_t> sequence;
  if (!integer_of(parts, Attr::kSequence, sequence)) return corrupt("not an integer", "sequence");
  if (!integer_of(parts, Attr::kExpectedrevision, event->expected_revision)) return corrupt("not an integer", "expectedrevision");
  event->sequence = sequence.value_or(0);

  const definition::Bundle& bundle = *state_->bundle;
  event->bundle = &bundle;
  if (const TypeRef* ref = state_->types.find(type); ref != nullptr) {
    event->kind = ref->kind;
    event->event = ref->event;
  }
  if (const auto* source = definition::find_name(bundle.source_ids, event->source); source != nullptr) event->source_id = *source;
  if (const auto* role = definition::find_name(bundle.role_ids, event->actorrole); role != nullptr) event->role = *role;
  const model::Symbol unit = event->actorunit.empty() ? model::kNoSymbol : bundle.symbols.find(event->actorunit);
  if (unit != model::kNoSymbol && bundle.unit_ids.contains(unit)) event->unit = unit;

  const definition::EventDef* event_def = state_->def(*event);
  for (auto& row : event->data) {
    const auto* index = event_def == nullptr ? nullptr : definition::find_name(event_def->field_ids, row.name);
    row.is_private = true;
    if (index != nullptr) {
      row.field = *index;
      row.is_private = event_def->fields[*index].spec.is_private;
    }
    if (row.raw == "null") continue;
    if (index == nullptr) {
      std::string token;
      if (!sealed_token(row.raw, token)) return corrupt("a field unknown to the definition is not sealed", row.name);
      row.value = model::Value::sealed(std::move(token));
      continue;
    }
    const definition::FieldDef& field = event_def->fields[*index];
    row.value = state_->fields.parse_stored(field.spec, row.raw);
    if (!row.value.present()) return corrupt("a value of another type than its definition says", row.name);
    // The target of a correction may still be in flight, as received: what is private must not get into a case in plain text.
    if (row.is_private && row.value.type() != model::Value::Type::kSealed) row.value = model::Value::sealed({});
    if (field.is_part_key) event->part_key = row.value;
  }
  event->identity.fingerprint = state_->digest.fingerprint(event->source, event->id);
  event->identity.tag = tag;
  return event;
}

model::Refusal Ingest::check_values(const model::Event& event) {
  Findings findings;
  state_->check_stored_values(event, findings);
  model::Refusal refusal;
  if (!findings.empty()) static_cast<void>(findings.conclude(refusal));
  return refusal;
}

void Ingest::State::check_stored_values(const model::Event& event, Findings& findings) {
  const auto* event_def = def(event);
  if (event_def == nullptr) return;
  for (const auto& row : event.data) {  // what is sealed can't be looked at
    if (row.field == model::kNone16 || row.raw == "null" || row.value.type() == model::Value::Type::kSealed) continue;
    static_cast<void>(fields.parse(event_def->fields[row.field].spec, row.name, row.raw, findings));
  }
}

model::Refusal Ingest::check_stored(model::Event& event) {
  Findings findings;
  if (state_->def(event) == nullptr) findings.add(model::Rejection::kUnknownType, "#/type", kUnknownName, "there is no such kind or event");
  state_->own = event.source == definition::kOwnSource;
  state_->check_actor(event, findings);
  state_->own = false;
  state_->check_required(event, findings);
  state_->check_stored_values(event, findings);
  model::Refusal refusal;
  if (!findings.empty()) static_cast<void>(findings.conclude(refusal));
  return refusal;
}

Result<std::string> Ingest::subject_of_stored(std::string_view json) {
  model::Event event;
  std::string subject;
  const Split parts = split(event, trim(json));
  if (!parts.problem.empty()) return corrupt(parts.problem, parts.problem_name);
  if (!text_of(parts, Attr::kSubject, subject) || subject.empty()) return corrupt("no subject");
  return subject;
}

void Ingest::append_stored(std::string& out, const model::Event& event, Sealer& sealer) {
  out.push_back('{');
  for (const auto& attribute : event.attributes) {
    append_member_name(out, attribute.name, !stands_in_text(event, attribute.name));
    append_raw(out, attribute.raw);
    out.push_back(',');
  }
  out += "\"data\":{";
  bool first = true;
  for (const auto& row : event.data) {
    if (!first) out.push_back(',');
    first = false;
    append_member_name(out, row.name, !stands_in_text(event, row.name));
    // A null is stored as it is: it says no more than that nothing was said.
    if (!row.is_private || row.raw == "null") {
      append_raw(out, row.raw);
      continue;
    }
    out += "{\"sealed\":";
    append_json_string(out, sealer.seal(row.name, row.raw));
    out.push_back('}');
  }
  out += "}}";
}

}  // namespace docket::ingest
