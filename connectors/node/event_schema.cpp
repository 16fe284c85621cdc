#include "connectors/node/event_schema.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "engine/ingest/actor.h"
#include "engine/ingest/fields.h"
#include "engine/ingest/ingest.h"

namespace docket::node {
namespace {

namespace json = boost::json;
using definition::TypeSpec;
using definition::ValueType;

// Patterns say what can be said of a form; `format` says the rest to validators that look at it (no 30 February).
constexpr const char* kPlainText = "^[^\\u0000-\\u001F\\u007F]+$";
constexpr const char* kNumber = "^-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?$";
constexpr const char* kDatePattern = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$";
constexpr const char* kInstantPattern =
    "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]+)?"
    "([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$";
constexpr const char* kUri = "^[^\\u0000-\\u0020\\u007F\"<>\\\\^`{|}]+$";
constexpr const char* kJsonMedia = "^[ \\t]*[aA][pP][pP][lL][iI][cC][aA][tT][iI][oO][nN]/[jJ][sS][oO][nN][ \\t]*(;.*)?$";
constexpr const char* kSubject = "^[A-Za-z0-9._:-]{1,64}$";

json::object labels_json(const definition::Labels& labels) { return {{"zh", labels.zh}, {"en", labels.en}}; }

json::object text_schema() { return {{"type", "string"}, {"pattern", kPlainText}}; }
json::object pointer_to(const char* where) { return {{"$ref", where}}; }

json::object instant_schema() { return {{"type", "string"}, {"format", "date-time"}, {"pattern", kInstantPattern}}; }

template <typename Names>
json::array names_json(const Names& names) {
  json::array out;
  for (const auto& name : names) out.emplace_back(name);
  return out;
}

// Of no names: nothing passes.
json::object one_of_names(json::array names) {
  if (names.empty()) return {{"not", json::object{}}};
  return {{"enum", std::move(names)}};
}

// What may also be null, which stands for absent.
json::object or_null(json::object schema) {
  if (auto* type = schema.if_contains("type"); type != nullptr && type->is_string()) {
    *type = json::array{*type, "null"};
    return schema;
  }
  if (auto* values = schema.if_contains("enum")) {
    values->as_array().emplace_back(nullptr);
    return schema;
  }
  if (auto* any = schema.if_contains("anyOf")) {
    any->as_array().push_back(json::object{{"type", "null"}});
    return schema;
  }
  json::object out;
  for (const char* note : {"title", "description", "x-docket"}) {
    if (auto* there = schema.if_contains(note)) out[note] = std::move(*there);
    schema.erase(note);
  }
  out["anyOf"] = json::array{std::move(schema), json::object{{"type", "null"}}};
  return out;
}

json::object number_schema(const TypeSpec& spec) {
  const bool decimal = spec.type == ValueType::kDecimal;
  json::object number{{"type", decimal ? "number" : "integer"}};
  const auto bound = [decimal](std::int64_t value) -> json::value {
    if (!decimal) return value;
    if (value % 1000 == 0) return value / 1000;
    return static_cast<double>(value) / 1000.0;
  };
  if (spec.min) number["minimum"] = bound(*spec.min);
  if (spec.max) number["maximum"] = bound(*spec.max);
  std::string detail = "a number, or the same as a string, for which the range holds too";
  if (decimal) detail += "; at most " + std::to_string(spec.decimals) + " decimal digits";
  return {{"anyOf", json::array{std::move(number), json::object{{"type", "string"}, {"pattern", kNumber}}}}, {"description", detail}};
}

json::object code_schema(const definition::Bundle& bundle, const TypeSpec& spec) {
  auto out = one_of_names(names_json(ingest::allowed_names(bundle, spec)));
  json::object labels;
  for (const auto symbol : spec.allowed) {
    if (const auto it = bundle.symbol_labels.find(symbol); it != bundle.symbol_labels.end())
      labels[bundle.symbols.text(symbol)] = labels_json(it->second);
  }
  if (!labels.empty()) out["x-docket"] = json::object{{"labels", std::move(labels)}};
  return out;
}

json::object value_schema(const definition::Bundle& bundle, const TypeSpec& spec) {
  switch (spec.type) {
    case ValueType::kText:
    case ValueType::kPerson: {
      json::object out{{"type", "string"}, {"maxLength", spec.max.value_or(ingest::kTextCharactersMax)}};
      if (spec.min) out["minLength"] = *spec.min;
      return out;
    }
    case ValueType::kInteger:
    case ValueType::kDecimal:
      return number_schema(spec);
    case ValueType::kFlag:
      return {{"type", "boolean"}};
    case ValueType::kDate:
      return {{"type", "string"}, {"format", "date"}, {"pattern", kDatePattern}};
    case ValueType::kInstant:
      return instant_schema();
    case ValueType::kUnit:
      if (!spec.allowed.empty()) return code_schema(bundle, spec);
      return pointer_to("#/$defs/unit");
    case ValueType::kCode:
      return code_schema(bundle, spec);
    case ValueType::kUri:
      return {{"type", "string"}, {"pattern", kUri}, {"description", "a URI reference"}};
    case ValueType::kObject: {
      json::object sealed{{"type", "object"},
                          {"maxProperties", 1},
                          {"required", json::array{"sealed"}},
                          {"properties", json::object{{"sealed", json::object{{"type", "string"}}}}}};
      return {{"type", "object"}, {"not", std::move(sealed)}};
    }
  }
  return {};
}

json::object field_schema(const definition::Bundle& bundle, const definition::KindDef& kind, const definition::EventDef& event,
                          const definition::FieldDef& field) {
  auto out = value_schema(bundle, field.spec);
  if (field.spec.many) out = {{"type", "array"}, {"items", std::move(out)}};
  if (field.spec.many && !field.spec.is_private) out["uniqueItems"] = true;
  json::object note;
  if (auto* there = out.if_contains("x-docket")) note = std::move(there->as_object());
  if (!field.labels.en.empty()) {
    out["title"] = field.labels.en;
    note["label"] = labels_json(field.labels);
  }
  note["private"] = field.spec.is_private;  // sealed in the record, erasable
  if (field.is_part_key) note["key_of"] = kind.scopes[event.scope].name;
  if (field.adds_part != model::kNone8) note["adds"] = kind.scopes[field.adds_part].name;
  const bool links = event.action == definition::EventAction::kLinked;
  if (field.link != model::kNone8 || (links && field.name == "target")) out["pattern"] = kSubject;
  if (links && field.name == "link") {
    json::array others;  // made by events of their own
    for (const auto& link : kind.links) {
      if (link.counts_primary) others.emplace_back(link.name);
    }
    if (!others.empty()) out["not"] = json::object{{"enum", std::move(others)}};
  }
  if (field.link != model::kNone8) note["link"] = kind.links[field.link].name;
  out["x-docket"] = std::move(note);
  return field.required ? out : or_null(std::move(out));
}

json::object unit_schema(const definition::Bundle& bundle) {
  json::array names;
  json::object labels;
  for (const auto& unit : bundle.units) {
    const auto& code = bundle.symbols.text(unit.code);
    names.emplace_back(code);
    labels[code] = labels_json(unit.title);
  }
  auto out = one_of_names(std::move(names));
  out["title"] = "a unit of the office";
  if (!labels.empty()) out["x-docket"] = json::object{{"labels", std::move(labels)}};
  return out;
}

// Sources that may publish events of that kind and assert one of those roles; Docket's own only where it is the system that acts.
json::array sources_of(const definition::Bundle& bundle, const definition::KindDef& kind, const std::vector<std::string_view>& roles) {
  json::array out;
  for (const auto& source : bundle.sources) {
    const bool publishes = std::any_of(source.kinds.begin(), source.kinds.end(), [&](auto id) { return &bundle.kinds[id] == &kind; });
    const bool asserts = roles.empty() || std::any_of(source.roles.begin(), source.roles.end(), [&](auto id) {
                           return std::find(roles.begin(), roles.end(), bundle.roles[id]) != roles.end();
                         });
    if (publishes && asserts) out.emplace_back(source.name);
  }
  return out;
}

json::object envelope_schema(const definition::Bundle& bundle, const definition::KindDef& kind, const definition::EventDef& event) {
  const bool data_needed = std::any_of(event.fields.begin(), event.fields.end(), [](const auto& field) { return field.required; });
  const auto roles = ingest::admitted_roles(bundle, event);
  const auto text = [](std::size_t most, const char* description) {
    auto out = text_schema();
    out["maxLength"] = most;
    out["description"] = description;
    return out;
  };
  const json::object whole_number{
      {"anyOf", json::array{json::object{{"type", "integer"}}, json::object{{"type", "string"}, {"pattern", kNumber}}}}};
  const auto role_names = names_json(bundle.roles);

  json::object properties;
  properties["specversion"] = json::object{{"const", "1.0"}};
  properties["id"] = text(ingest::kIdBytesMax, "the producer's own; at most 256 bytes; with source the key of every retry");
  properties["source"] = one_of_names(sources_of(bundle, kind, roles));
  properties["type"] = json::object{{"const", event_type(bundle, kind, event)}};
  properties["subject"] = json::object{{"type", "string"}, {"pattern", kSubject}, {"description", "the case"}};
  auto time = instant_schema();
  time["description"] = "when it happened; not more than 5 min ahead";
  properties["time"] = std::move(time);
  properties["datacontenttype"] = json::object{{"type", json::array{"string", "null"}}, {"pattern", kJsonMedia}};
  properties["dataschema"] = or_null(text_schema());
  properties["data_base64"] = json::object{{"type", "null"}};
  properties["dataclassification"] = json::object{{"enum", json::array{"public", "internal", nullptr}}};
  properties["sequence"] = or_null(whole_number);
  properties["expectedrevision"] = or_null(whole_number);
  properties["authid"] = or_null(text_schema());
  properties["authid"].as_object()["description"] = "who acts: a pseudonym, never a name";
  properties["actorrole"] = event.by.empty() ? or_null(one_of_names(role_names)) : one_of_names(names_json(roles));
  properties["actorunit"] = or_null(pointer_to("#/$defs/unit"));
  properties["onbehalfof"] = or_null(text_schema());
  properties["approvedby"] = or_null(text_schema());
  properties["approvedby"].as_object()["description"] = "who approved; never the authid";
  properties["data"] = data_needed ? pointer_to("#") : or_null(pointer_to("#"));

  json::array required{"specversion", "id", "source", "type", "subject", "time"};
  if (!event.by.empty()) required.emplace_back("actorrole");
  if (data_needed) required.emplace_back("data");

  json::object name{{"anyOf", json::array{json::object{{"pattern", "^[a-z0-9]{1," + std::to_string(ingest::kAttributeNameMax) + "}$"}},
                                          json::object{{"const", "data_base64"}}}}};
  json::object extension{{"type", json::array{"string", "boolean", "integer", "null"}},
                         {"minimum", std::numeric_limits<std::int32_t>::min()},
                         {"maximum", std::numeric_limits<std::int32_t>::max()}};
  json::object out{{"title", "the CloudEvent"},           {"type", "object"},
                   {"properties", std::move(properties)}, {"required", std::move(required)},
                   {"propertyNames", std::move(name)},    {"additionalProperties", std::move(extension)}};
  if (bundle.unit_role != model::kNone8) {  // who acts as a unit says which
    const json::object acts_as_unit{{"const", bundle.roles[bundle.unit_role]}};
    out["if"] = json::object{{"properties", json::object{{"actorrole", acts_as_unit}}}, {"required", json::array{"actorrole"}}};
    out["then"] =
        json::object{{"properties", json::object{{"actorunit", pointer_to("#/$defs/unit")}}}, {"required", json::array{"actorunit"}}};
  }
  out["description"] = "at most 64 KiB; any other attribute is an extension, any other member of data is kept, sealed";
  return out;
}

}  // namespace

std::string event_type(const definition::Bundle& bundle, const definition::KindDef& kind, const definition::EventDef& event) {
  return bundle.prefix + "." + kind.name + "." + event.name + ".v" + std::to_string(event.major);
}

std::string event_schema_path(const definition::KindDef& kind, const definition::EventDef& event) {
  return "/v1/schemas/" + kind.name + "/" + event.name + "/" + std::to_string(event.major);
}

json::object event_schema(const definition::Bundle& bundle, const definition::KindDef& kind, const definition::EventDef& event) {
  json::object note{{"kind", kind.name}, {"event", event.name}, {"label", labels_json(event.labels)}};
  if (event.scope != 0) {
    const auto& part = kind.scopes[event.scope];
    note["part"] = json::object{{"part", part.name}, {"key", part.key_name}, {"label", labels_json(part.labels)}};
  }
  if (event.opens) note["opens"] = true;
  note["kind_version"] = kind.version;
  note["bundle"] = bundle.id;

  json::object properties;
  json::array required;
  for (const auto& field : event.fields) {
    properties[field.name] = field_schema(bundle, kind, event, field);
    if (field.required) required.emplace_back(field.name);
  }
  return {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
          {"$id", event_schema_path(kind, event)},
          {"title", event.labels.en},
          {"description", "data of " + event_type(bundle, kind, event) + "; the event whole: #/$defs/event"},
          {"x-docket", std::move(note)},
          {"type", "object"},
          {"properties", std::move(properties)},
          {"required", std::move(required)},
          {"$defs", json::object{{"event", envelope_schema(bundle, kind, event)}, {"unit", unit_schema(bundle)}}}};
}

}  // namespace docket::node
