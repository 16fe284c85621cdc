#include "engine/apply/action_data.h"

#include <boost/json.hpp>

namespace docket::apply {
namespace {

Error wrong_data(std::string message) { return Error{ErrorCode::kInvalid, std::move(message), false}; }

}  // namespace

const model::DataField* field_named(const definition::EventDef& def, const model::Event& event, std::string_view name) {
  const auto* id = definition::find_name(def.field_ids, name);
  return id != nullptr ? event.find(*id) : nullptr;
}

std::optional<CorrectionData> correction_data(const definition::EventDef& def, const model::Event& event) {
  CorrectionData out;
  const auto* target = field_named(def, event, "event");
  if (target == nullptr) return std::nullopt;
  boost::system::error_code error;
  const auto parsed = boost::json::parse(target->raw, error);
  if (error || !parsed.is_object()) return std::nullopt;
  const auto text = [&](const boost::json::object& object, const char* name) -> std::optional<std::string> {
    const auto* value = object.if_contains(name);
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return std::string(value->get_string());
  };
  const auto source = text(parsed.get_object(), "source");
  const auto id = text(parsed.get_object(), "id");
  if (!source || !id) return std::nullopt;
  out.source = *source;
  out.id = *id;
  if (const auto* flag = field_named(def, event, "void")) out.void_it = flag->value.number() != 0;
  if (const auto* replace = field_named(def, event, "replace")) {
    const auto object = boost::json::parse(replace->raw, error);
    if (error || !object.is_object()) return std::nullopt;
    for (const auto& member : object.get_object()) {
      if (member.key() == "time" && member.value().is_string()) {
        out.replace_time = std::string(member.value().get_string());
      } else if (member.key() == "data" && member.value().is_object()) {
        out.replace_data = boost::json::serialize(member.value());
      } else {
        return std::nullopt;
      }
    }
  }
  const bool replaces = !out.replace_time.empty() || !out.replace_data.empty();
  if (replaces == out.void_it) return std::nullopt;  // exactly one of the two
  return out;
}

std::string replaced_json(const model::Event& target, const CorrectionData& correction) {
  std::string out = "{";
  for (const auto& attribute : target.attributes) {
    if (out.size() > 1) out += ',';
    out += boost::json::serialize(boost::json::string(attribute.name));
    out += ':';
    if (attribute.name == "time" && !correction.replace_time.empty()) {
      out += boost::json::serialize(boost::json::string(correction.replace_time));
    } else {
      out += attribute.raw;
    }
  }
  out += ",\"data\":";
  if (!correction.replace_data.empty()) {
    out += correction.replace_data;
  } else {
    out += '{';
    for (const auto& field : target.data) {
      if (out.back() != '{') out += ',';
      out += boost::json::serialize(boost::json::string(field.name));
      out += ':';
      out += field.raw;
    }
    out += '}';
  }
  out += '}';
  return out;
}

Result<MigrationData> migration_data(const definition::EventDef& def, const model::Event& event) {
  MigrationData out;
  const auto* activation = field_named(def, event, "activation");
  if (activation == nullptr || !activation->value.present()) return wrong_data("activation is missing");
  out.activation = activation->value.number();
  const auto* states = field_named(def, event, "states");
  if (states == nullptr || states->raw == "null") return out;
  boost::system::error_code error;
  const auto parsed = boost::json::parse(states->raw, error);
  if (error || !parsed.is_object()) return wrong_data("states is no object");
  for (const auto& member : parsed.get_object()) {
    if (!member.value().is_string()) return wrong_data("states: " + std::string(member.key()) + " names no state");
    out.states.emplace_back(member.key(), member.value().get_string());
  }
  return out;
}

}  // namespace docket::apply
