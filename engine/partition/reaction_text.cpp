#include "engine/partition/reaction_text.h"

#include <algorithm>
#include <boost/json.hpp>

#include "engine/apply/state_access.h"
#include "engine/ingest/json_text.h"
#include "engine/partition/records.h"

namespace docket::partition {
namespace {

namespace json = boost::json;
using definition::ValueType;

std::string quoted(std::string_view text) {
  std::string out;
  ingest::append_json_string(out, text);
  return out;
}

std::string thousandths_text(std::int64_t value) {
  const std::uint64_t size = value < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
  std::string digits = std::to_string(1000 + size % 1000);
  digits[0] = '.';
  return (value < 0 ? "-" : "") + std::to_string(size / 1000) + digits;
}

std::string value_text(const definition::Bundle& bundle, const model::Value& value) {
  using Type = model::Value::Type;
  switch (value.type()) {
    case Type::kInteger:
      return std::to_string(value.number());
    case Type::kDecimal:
      return thousandths_text(value.number());
    case Type::kFlag:
      return value.number() != 0 ? "true" : "false";
    case Type::kInstant:
      return quoted(model::format_instant(value.number()));
    default:
      return quoted(key_text(bundle, value));
  }
}

std::string fixed_text(ValueType type, const std::string& written) {
  const bool bare = type == ValueType::kInteger || type == ValueType::kDecimal || type == ValueType::kFlag;
  return bare ? written : quoted(written);
}

std::string data_value(const ReactionParts& parts, const definition::LinkValue& with, ValueType type) {
  using From = definition::LinkValue::From;
  switch (with.from) {
    case From::kCase:
      return quoted(parts.cause->subject);
    case From::kFixed:
      return fixed_text(type, with.text);
    case From::kAttribute: {
      const auto& scope = parts.bundle->kinds[parts.cause->kind].scopes[0];
      const auto& value = apply::attribute(scope, parts.state->scope, with.attribute, definition::RoundSelect::kCurrent, 0,
                                           parts.state->round, std::nullopt);
      return value.present() ? value_text(*parts.bundle, value) : std::string();
    }
    case From::kField: {
      const auto field =
          std::find_if(parts.cause->data.begin(), parts.cause->data.end(), [&](const auto& row) { return row.name == with.name; });
      return field == parts.cause->data.end() ? std::string() : parts.open(*field);
    }
  }
  return {};
}

const json::object* object_of(const json::value& body, std::string_view name) {
  const auto* object = body.if_object();
  const auto* found = object == nullptr ? nullptr : object->if_contains(name);
  return found == nullptr ? nullptr : found->if_object();
}

std::optional<std::uint64_t> number_in(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || !value->is_int64() || value->get_int64() < 0) return std::nullopt;
  return static_cast<std::uint64_t>(value->get_int64());
}

std::optional<ReactionOrigin> origin_in(const json::object& object) {
  const auto from = number_in(object, "from");
  const auto number = number_in(object, "number");
  const auto height = number_in(object, "height");
  const auto depth = number_in(object, "depth");
  const auto* case_id = object.if_contains("case");
  if (!from || *from >= static_cast<std::uint64_t>(model::kPartitions) || !number || *number == 0 || !height || !depth || *depth == 0 ||
      *depth > 1000 || case_id == nullptr || !case_id->is_string())
    return std::nullopt;
  return ReactionOrigin{static_cast<int>(*from), *number, static_cast<std::uint32_t>(*depth), std::string(case_id->get_string()), *height};
}

}  // namespace

std::string reaction_members(const Reaction& reaction) {
  return "\"from\":" + std::to_string(reaction.from) + ",\"number\":" + std::to_string(reaction.number) +
         ",\"case\":" + quoted(reaction.case_id) + ",\"height\":" + std::to_string(reaction.height) +
         ",\"depth\":" + std::to_string(reaction.depth);
}

void add_members(std::string& body, const std::string& members) {
  if (body.empty()) {
    body = "{" + members + "}";
  } else {
    body.insert(body.size() - 1, "," + members);
  }
}

std::optional<ReactionOrigin> reaction_origin(const ledger::Record& record) {
  const bool refused = (record.kind == ledger::RecordKind::kRejected || record.kind == ledger::RecordKind::kParked) &&
                       record.source == definition::kOwnSource;
  if ((!refused && record.kind != ledger::RecordKind::kReaction) || record.body.empty()) return std::nullopt;
  boost::system::error_code error;
  const auto body = json::parse(record.body, error);
  const auto* object = error ? nullptr : body.if_object();
  return object == nullptr ? std::nullopt : origin_in(*object);
}

std::string reaction_event(const ReactionParts& parts) {
  const auto& target_kind = parts.bundle->kinds[parts.link->to];
  const auto& opening = target_kind.events[parts.link->opening];
  std::string out = R"({"specversion":"1.0","id":)" + quoted(parts.id) + R"(,"source":)" + quoted(definition::kOwnSource) + R"(,"type":")" +
                    parts.bundle->prefix + "." + target_kind.name + "." + opening.name + ".v" + std::to_string(opening.major) +
                    R"(","subject":)" + quoted(parts.target) + R"(,"time":")" + model::format_instant(parts.cause->time) +
                    R"(","authid":"docket","actorrole":)" + quoted(parts.bundle->roles[parts.bundle->system_role]);
  if (!parts.cause->authid.empty()) out += ",\"onbehalfof\":" + quoted(parts.cause->authid);
  out += ",\"data\":{";
  bool first = true;
  for (const auto& with : parts.link->with) {
    const auto* field = definition::find_name(opening.field_ids, with.field);
    const auto text = field == nullptr ? std::string() : data_value(parts, with, opening.fields[*field].spec.type);
    if (text.empty()) continue;
    out += (first ? "" : ",") + quoted(with.field) + ":" + text;
    first = false;
  }
  return out + "}}";
}

std::string reaction_json(const Reaction& reaction) {
  return "{\"reaction\":{" + reaction_members(reaction) + ",\"recorded\":" + quoted(model::format_instant(reaction.recorded)) +
         "},\"event\":" + reaction.event + "}";
}

Result<Reaction> read_reaction(std::string_view text) {
  boost::system::error_code error;
  const auto body = json::parse(text, error);
  const auto wrong = [](const std::string& what) { return Error{ErrorCode::kInvalid, "not a reaction: " + what, false}; };
  if (error) return wrong(error.message());
  const auto* about = object_of(body, "reaction");
  const auto* event = object_of(body, "event");
  if (about == nullptr || event == nullptr) return wrong("reaction or event is missing");
  const auto origin = origin_in(*about);
  const auto* recorded = about->if_contains("recorded");
  const auto instant =
      recorded != nullptr && recorded->is_string() ? model::parse_instant(std::string(recorded->get_string())) : std::nullopt;
  if (!origin || !instant) return wrong("its place can't be read");
  Reaction out;
  out.from = origin->from;
  out.number = origin->number;
  out.recorded = *instant;
  out.depth = origin->depth;
  out.case_id = origin->case_id;
  out.height = origin->height;
  out.event = json::serialize(*event);
  return out;
}

}  // namespace docket::partition
