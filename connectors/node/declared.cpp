#include "connectors/node/declared.h"

#include <algorithm>

#include "engine/ingest/describe.h"
#include "engine/ingest/fields.h"
#include "engine/ingest/json_text.h"

namespace docket::node {
namespace {

// Where to read the values, if they are too many to be named in a sentence.
std::string where_listed(const definition::Bundle& bundle, const definition::TypeSpec& spec) {
  constexpr std::size_t kNamed = 12;
  if (spec.type == definition::ValueType::kUnit) return bundle.units.size() > kNamed ? "; /v1/office lists them" : "";
  return spec.type == definition::ValueType::kCode && spec.allowed.size() > kNamed ? "; /v1/kinds/{kind} lists them" : "";
}

}  // namespace

void check_name(std::string_view parameter, std::string_view value, std::string_view what, const std::vector<std::string_view>& names) {
  if (std::find(names.begin(), names.end(), value) != names.end()) return;
  throw BadParameter{std::string(parameter), "found " + ingest::quote(value) + ", expected " + std::string(what) + ": " +
                                                 ingest::one_of(names) + ingest::did_you_mean(value, names)};
}

std::string declared_value(const Reading& reading, std::string_view parameter, const definition::TypeSpec& spec, const std::string& value) {
  using definition::ValueType;
  definition::TypeSpec one = spec;
  one.many = false;
  std::string raw = value;
  if (one.type != ValueType::kFlag || (value != "true" && value != "false")) {
    raw.clear();
    ingest::append_json_string(raw, value);
  }
  ingest::FieldParser parser(reading.bundle);
  ingest::Findings findings;
  const auto parsed = parser.parse(one, parameter, raw, findings);
  if (!findings.empty()) {
    model::Refusal refusal;
    static_cast<void>(findings.conclude(refusal));
    throw BadParameter{std::string(parameter), refusal.errors.front().detail + where_listed(reading.bundle, one)};
  }
  // An instant may be written with any offset, a number as a text: the rows know one form.
  return one.type == ValueType::kInstant || one.type == ValueType::kInteger ? reading.value_text(parsed) : value;
}

model::KindId declared_kind(const definition::Bundle& bundle, std::string_view parameter, const std::string& name) {
  if (const auto* id = definition::find_name(bundle.kind_ids, name)) return *id;
  std::vector<std::string_view> names;
  for (const auto& kind : bundle.kinds) names.push_back(kind.name);
  check_name(parameter, name, "a kind of office " + bundle.office, names);
  return model::kNone16;
}

void check_source(const definition::Bundle& bundle, const std::string& source) {
  std::vector<std::string_view> names;
  for (const auto& known : bundle.sources) names.push_back(known.name);
  check_name("source", source, "a registered source", names);
}

void check_rejection_code(const std::string& code) {
  std::vector<std::string_view> names;
  for (const auto& row : model::rejection_codes()) names.push_back(row.name);
  if (std::find(names.begin(), names.end(), code) != names.end()) return;
  throw BadParameter{"code",
                     "found " + ingest::quote(code) + ", expected a code of /v1/rejection-codes" + ingest::did_you_mean(code, names)};
}

void check_alone(const Params& params, std::string_view parameter, std::initializer_list<std::string_view> others) {
  if (!params.text(parameter)) return;
  for (const auto other : others) {
    if (!params.text(other)) continue;
    throw BadParameter{std::string(parameter), "can't go together with " + std::string(other) + "; expected one of the two"};
  }
}

}  // namespace docket::node
