#include "engine/ingest/fields.h"

#include <algorithm>
#include <set>

#include "engine/ingest/describe.h"
#include "engine/ingest/json_scan.h"
#include "engine/ingest/json_text.h"
#include "engine/ingest/number.h"

namespace docket::ingest {

using definition::TypeSpec;
using definition::ValueType;
using model::Rejection;
using model::Value;

// Where a value stands, and what to do about a wrong one.
struct FieldParser::Place {
  std::string_view name;
  Findings* findings = nullptr;  // null: a stored value
  bool show = false;             // values of private fields are never quoted: findings stand in the ledger
  int item = -1;

  [[nodiscard]] bool strict() const { return findings != nullptr; }
  Value wrong(std::string_view code, const std::string& detail) const {
    if (findings == nullptr) return {};
    std::string pointer = "#/data";
    append_pointer(pointer, name);
    if (item >= 0) append_pointer(pointer, std::to_string(item));
    findings->add(Rejection::kInvalidData, std::move(pointer), code, detail);
    return {};
  }
};

std::vector<std::string_view> allowed_names(const definition::Bundle& bundle, const TypeSpec& spec) {
  std::vector<std::string_view> names;
  for (const auto symbol : spec.allowed) names.push_back(bundle.symbols.text(symbol));
  if (spec.type == ValueType::kUnit && spec.allowed.empty()) {
    for (const auto& unit : bundle.units) names.push_back(bundle.symbols.text(unit.code));
  }
  return names;
}

namespace {

std::string bound_text(std::int64_t bound, bool thousandths) {
  std::string out;
  if (!thousandths) {
    append_json_number(out, bound);
  } else {
    append_json_number(out, static_cast<double>(bound) / 1000.0);
  }
  return out;
}

std::string range_text(const TypeSpec& spec, bool thousandths) {
  if (spec.min && spec.max) return " from " + bound_text(*spec.min, thousandths) + " to " + bound_text(*spec.max, thousandths);
  if (spec.min) return " of at least " + bound_text(*spec.min, thousandths);
  if (spec.max) return " of at most " + bound_text(*spec.max, thousandths);
  return {};
}

bool outside(const TypeSpec& spec, std::int64_t value) { return (spec.min && value < *spec.min) || (spec.max && value > *spec.max); }

bool uri_character(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte != 0x7F && std::string_view("\"<>\\^`{|}").find(c) == std::string_view::npos;
}

}  // namespace

std::string expected(const definition::Bundle& bundle, const TypeSpec& spec, bool item) {
  std::string one;
  switch (spec.type) {
    case ValueType::kText:
    case ValueType::kPerson:
      one = spec.min ? "text of " + std::to_string(*spec.min) + " to " : "text of at most ";
      one += std::to_string(spec.max.value_or(kTextCharactersMax)) + " characters";
      break;
    case ValueType::kInteger:
      one = "an integer" + range_text(spec, false);
      break;
    case ValueType::kDecimal:
      one = "a number" + range_text(spec, true) + " with at most " + std::to_string(spec.decimals) + " decimal digits";
      break;
    case ValueType::kFlag:
      one = "true or false";
      break;
    case ValueType::kDate:
      one = "a date YYYY-MM-DD";
      break;
    case ValueType::kInstant:
      one = "an instant of RFC 3339 with offset, such as 2017-03-01T10:00:00+08:00";
      break;
    case ValueType::kUnit:
    case ValueType::kCode: {
      const auto names = allowed_names(bundle, spec);
      one = std::string(spec.type == ValueType::kUnit ? "a unit of this office: " : names.size() > 1 ? "" : "the value ") + one_of(names);
      break;
    }
    case ValueType::kUri:
      one = "a URI reference";
      break;
    case ValueType::kObject:
      one = "an object";
      break;
  }
  return spec.many && !item ? "an array, each item " + one : one;
}

bool sealed_token(std::string_view raw, std::string& token) {
  if (type_of(raw) != JsonType::kObject) return false;
  MemberReader reader(raw);
  std::string scratch;
  std::string_view text;
  if (!reader.next() ||
      (has_escape(reader.key()) ? !append_decoded(scratch, reader.key()) || scratch != "sealed" : reader.key() != "sealed") ||
      !string_text(reader.value(), scratch, text)) {
    return false;
  }
  if (reader.next() || reader.broken()) return false;
  token.assign(text);
  return true;
}

Value FieldParser::text(const TypeSpec& spec, std::string_view raw, const Place& place) {
  std::string_view found;
  if (!string_text(raw, scratch_, found))
    return place.wrong(kWrongType, "found " + describe(raw, place.show) + ", expected " + expected(bundle_, spec, place.item >= 0));
  if (spec.type == ValueType::kUri) {
    if (place.strict() && (found.empty() || !std::all_of(found.begin(), found.end(), uri_character))) {
      return place.wrong(kBadFormat, "found " + describe(raw, place.show) + ", expected " + expected(bundle_, spec, place.item >= 0));
    }
  } else if (place.strict()) {
    const auto most = static_cast<std::uint64_t>(spec.max.value_or(kTextCharactersMax));
    const auto least = static_cast<std::uint64_t>(spec.min.value_or(0));
    // Bytes are never fewer than characters, so short ones need no count.
    if (found.size() > most || found.size() < least * 4) {
      const std::size_t characters = count_characters(found);
      if (characters > most || characters < least) {
        return place.wrong(kOutOfRange,
                           "found " + std::to_string(characters) + " characters, expected " + expected(bundle_, spec, place.item >= 0));
      }
    }
  }
  return spec.is_private && place.strict() ? Value::sealed({}) : Value::text(std::string(found));
}

Value FieldParser::number(const TypeSpec& spec, std::string_view raw, const Place& place) {
  const auto wrong = [&](std::string_view code) {
    return place.wrong(code, "found " + describe(raw, place.show) + ", expected " + expected(bundle_, spec, place.item >= 0));
  };
  std::string_view digits = raw;
  const JsonType type = type_of(raw);
  if (type == JsonType::kString) {
    if (!string_text(raw, scratch_, digits) || !is_json_number(digits)) return wrong(kBadFormat);
  } else if (type != JsonType::kNumber || !is_json_number(raw)) {
    return wrong(kWrongType);
  }
  const bool decimal = spec.type == ValueType::kDecimal;
  const int places = decimal ? spec.decimals : 0;
  const Scaled exact = scaled(digits, places);
  if (exact.scale != Scale::kOk) return wrong(exact.scale == Scale::kTooFine ? kBadFormat : kOutOfRange);
  std::int64_t value = exact.value;
  for (int i = places; decimal && i < 3; ++i) {
    if (__builtin_mul_overflow(value, 10, &value)) return wrong(kOutOfRange);
  }
  if (place.strict() && outside(spec, value)) return wrong(kOutOfRange);
  return decimal ? Value::decimal(value) : Value::integer(value);
}

Value FieldParser::moment(const TypeSpec& spec, std::string_view raw, const Place& place) {
  const auto wrong = [&](std::string_view code) {
    return place.wrong(code, "found " + describe(raw, place.show) + ", expected " + expected(bundle_, spec, place.item >= 0));
  };
  std::string_view found;
  if (!string_text(raw, scratch_, found)) return wrong(kWrongType);
  if (spec.type == ValueType::kDate) {
    const auto day = model::parse_date(found);
    return day ? Value::date(*day) : wrong(kBadFormat);
  }
  const auto instant = model::parse_instant(found);
  return instant ? Value::instant(*instant) : wrong(kBadFormat);
}

Value FieldParser::symbol(const TypeSpec& spec, std::string_view raw, const Place& place) {
  const auto wrong = [&](std::string_view code, const std::string& suggestion) {
    return place.wrong(code, "found " + describe(raw, place.show) + ", expected " + expected(bundle_, spec, place.item >= 0) + suggestion);
  };
  std::string_view found;
  if (!string_text(raw, scratch_, found)) return wrong(kWrongType, {});
  const model::Symbol symbol = bundle_.symbols.find(found);
  bool known = symbol != model::kNoSymbol;
  if (known && place.strict()) {
    if (spec.type == ValueType::kUnit) known = bundle_.unit_ids.contains(symbol);
    if (spec.type == ValueType::kCode || !spec.allowed.empty()) {
      known = known && std::binary_search(spec.allowed.begin(), spec.allowed.end(), symbol);
    }
  }
  if (!known) return wrong(kWrongValue, place.show && place.strict() ? did_you_mean(found, allowed_names(bundle_, spec)) : std::string{});
  return Value::symbol(symbol);
}

Value FieldParser::object(std::string_view raw, const Place& place) {
  if (type_of(raw) != JsonType::kObject) return place.wrong(kWrongType, "found " + describe(raw, place.show) + ", expected an object");
  std::string token;
  if (place.strict() && sealed_token(raw, token))
    return place.wrong(kWrongValue, "found the reserved form of a sealed value, expected another object");
  std::string compact;  // as it will be stored, so that a replay gives the same value
  append_json_compact(compact, raw);
  return Value::text(std::move(compact));
}

Value FieldParser::one(const TypeSpec& spec, std::string_view raw, const Place& place) {
  Value value;
  switch (spec.type) {
    case ValueType::kText:
    case ValueType::kPerson:
    case ValueType::kUri:
      return text(spec, raw, place);
    case ValueType::kInteger:
    case ValueType::kDecimal:
      value = number(spec, raw, place);
      break;
    case ValueType::kFlag:
      value = type_of(raw) == JsonType::kFlag ? Value::flag(raw == "true")
                                              : place.wrong(kWrongType, "found " + describe(raw, place.show) + ", expected true or false");
      break;
    case ValueType::kDate:
    case ValueType::kInstant:
      value = moment(spec, raw, place);
      break;
    case ValueType::kUnit:
    case ValueType::kCode:
      value = symbol(spec, raw, place);
      break;
    case ValueType::kObject:
      value = object(raw, place);
      break;
  }
  return spec.is_private && place.strict() && value.present() ? Value::sealed({}) : value;
}

Value FieldParser::many(const TypeSpec& spec, std::string_view raw, Place& place) {
  if (type_of(raw) != JsonType::kArray)
    return place.wrong(kWrongType, "found " + describe(raw, place.show) + ", expected " + expected(bundle_, spec));
  std::vector<Value> items;
  std::set<std::pair<std::int64_t, std::string_view>> seen;  // of one type
  bool whole = true;
  ItemReader reader(raw);
  for (place.item = 0; reader.next(); ++place.item) {
    Value item = one(spec, reader.value(), place);
    if (place.strict() && item.present() && item.type() != Value::Type::kSealed && !seen.emplace(item.number(), item.as_text()).second)
      item = place.wrong(kWrongValue, "found " + describe(reader.value(), place.show) + " twice, expected each item once");
    whole = whole && item.present();
    items.push_back(std::move(item));
  }
  if (!whole || reader.broken()) return {};
  return spec.is_private && place.strict() ? Value::sealed({}) : Value::list(std::move(items));
}

Value FieldParser::parse(const TypeSpec& spec, std::string_view name, std::string_view raw, Findings& findings) {
  Place place{name, &findings, !spec.is_private, -1};
  return spec.many ? many(spec, raw, place) : one(spec, raw, place);
}

Value FieldParser::parse_stored(const TypeSpec& spec, std::string_view raw) {
  std::string token;
  const bool plain_object = spec.type == ValueType::kObject && !spec.is_private;
  if (!plain_object && sealed_token(raw, token)) return Value::sealed(std::move(token));
  Place place{};
  return spec.many ? many(spec, raw, place) : one(spec, raw, place);
}

}  // namespace docket::ingest
