// Envelope checks: CloudEvents 1.0.2 and what Docket asks beyond it (conventions.md C4).
#include <algorithm>
#include <cctype>
#include <limits>

#include "engine/ingest/describe.h"
#include "engine/ingest/json_scan.h"
#include "engine/ingest/number.h"
#include "engine/ingest/state.h"

namespace docket::ingest {

using model::Rejection;

namespace {

std::string pointer_to(std::string_view name) {
  std::string pointer = "#";
  append_pointer(pointer, name);
  return pointer;
}

// U+0000 to U+001F come by escapes only, U+007F may stand as it is.
bool has_control(std::string_view text, bool had_escapes) {
  if (!had_escapes) return text.find('\x7F') != std::string_view::npos;
  return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

bool valid_attribute_name(std::string_view name) {
  return !name.empty() && name.size() <= kAttributeNameMax &&
         std::all_of(name.begin(), name.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
}

// "application/json", with or without parameters.
bool is_json_content_type(std::string_view text) {
  constexpr std::string_view kJson = "application/json";
  if (text == kJson) return true;
  const std::string_view media = trim(text.substr(0, text.find(';')));
  return media.size() == kJson.size() && std::equal(media.begin(), media.end(), kJson.begin(),
                                                    [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; });
}

// CloudEvents' types in JSON: a string, true or false, a 32-bit integer; null is absent.
bool valid_extension(std::string_view raw) {
  switch (type_of(raw)) {
    case JsonType::kString:
    case JsonType::kFlag:
    case JsonType::kNull:
      return true;
    case JsonType::kNumber:
      break;
    default:
      return false;
  }
  const Scaled number = scaled(raw, 0);
  return number.scale == Scale::kOk && number.value >= std::numeric_limits<std::int32_t>::min() &&
         number.value <= std::numeric_limits<std::int32_t>::max();
}

}  // namespace

bool Ingest::State::take_text(const Split& split, Attr attr, std::string& out, Findings& findings, Rejection code) {
  const std::string_view raw = split.at(attr);
  if (raw.empty()) return false;
  std::string_view text;
  const auto wrong = [&](std::string_view field_code, const std::string& detail) {
    findings.add(code, pointer_to(name_of(attr)), field_code, detail);
    return false;
  };
  if (!string_text(raw, scratch, text)) return wrong(kWrongType, "found " + describe(raw, true) + ", expected a string");
  if (text.empty()) return wrong(kWrongValue, "found an empty string, expected text");
  if (has_control(text, text.size() + 2 != raw.size()))
    return wrong(kBadFormat, "found a control character in " + quote(text) + ", expected none");
  out.assign(text);
  return true;
}

void Ingest::State::take_integer(const Split& split, Attr attr, std::optional<std::int64_t>& out, Findings& findings) {
  const std::string_view raw = split.at(attr);
  if (raw.empty()) return;
  std::string_view digits = raw;
  const JsonType type = type_of(raw);
  const bool readable = type == JsonType::kNumber || (type == JsonType::kString && string_text(raw, scratch, digits));
  if (readable && is_json_number(digits)) {
    const Scaled number = scaled(digits, 0);
    if (number.scale == Scale::kOk) {
      out = number.value;
      return;
    }
  }
  findings.add(Rejection::kInvalidAttribute, pointer_to(name_of(attr)), readable ? kBadFormat : kWrongType,
               "found " + describe(raw, true) + ", expected a 64-bit integer, as a number or a string");
}

void Ingest::State::check_envelope(model::Event& event, const Split& split, Findings& findings) {
  const auto missing = [&](Attr attr, Rejection code, std::string_view what) {
    if (split.at(attr).empty()) findings.add(code, pointer_to(name_of(attr)), kMissing, "missing, expected " + std::string(what));
  };
  const auto too_long = [&](Attr attr, const std::string& text, std::size_t most) {
    if (text.size() <= most) return;
    findings.add(Rejection::kMalformed, pointer_to(name_of(attr)), kOutOfRange,
                 "found " + std::to_string(text.size()) + " bytes, expected at most " + std::to_string(most));
  };

  std::string& text = word;
  const std::string_view version = split.at(Attr::kSpecversion);
  std::string_view decoded;
  if (!string_text(version, text, decoded) || decoded != "1.0") {
    findings.add(Rejection::kMalformed, "#/specversion", version.empty() ? kMissing : kWrongValue,
                 version.empty() ? "missing, expected \"1.0\"" : "found " + describe(version, true) + ", expected \"1.0\"");
  }
  missing(Attr::kId, Rejection::kMalformed, "the producer's own id of this event");
  missing(Attr::kSource, Rejection::kMalformed, "the registered name of the producer");
  if (take_text(split, Attr::kId, event.id, findings, Rejection::kMalformed)) too_long(Attr::kId, event.id, kIdBytesMax);
  if (take_text(split, Attr::kSource, event.source, findings, Rejection::kMalformed))
    too_long(Attr::kSource, event.source, kSourceBytesMax);

  missing(Attr::kType, Rejection::kInvalidAttribute, bundle->prefix + ".<kind>.<event>.v<major>");
  if (take_text(split, Attr::kType, text, findings, Rejection::kInvalidAttribute)) {
    if (const TypeRef* ref = types.find(text); ref != nullptr) {
      event.kind = ref->kind;
      event.event = ref->event;
    } else {
      findings.add(Rejection::kUnknownType, "#/type", kUnknownName, types.explain(text));
    }
  }
  missing(Attr::kSubject, Rejection::kInvalidSubject, "the case id, [A-Za-z0-9._:-]{1,64}");
  if (take_text(split, Attr::kSubject, event.subject, findings, Rejection::kInvalidSubject) && !valid_subject(event.subject)) {
    findings.add(Rejection::kInvalidSubject, "#/subject", kBadFormat, "found " + quote(event.subject) + ", expected [A-Za-z0-9._:-]{1,64}");
  }
  missing(Attr::kTime, Rejection::kInvalidAttribute, "when it happened, RFC 3339 with offset");
  if (take_text(split, Attr::kTime, text, findings, Rejection::kInvalidAttribute)) {
    if (const auto instant = model::parse_instant(text); instant) {
      event.time = *instant;
    } else {
      findings.add(Rejection::kInvalidAttribute, "#/time", kBadFormat,
                   "found " + quote(text) + ", expected RFC 3339 with offset, such as 2017-03-01T10:00:00+08:00");
    }
  }
  if (take_text(split, Attr::kDatacontenttype, text, findings, Rejection::kInvalidAttribute) && !is_json_content_type(text)) {
    findings.add(Rejection::kInvalidAttribute, "#/datacontenttype", kWrongValue, "found " + quote(text) + ", expected application/json");
  }
  take_text(split, Attr::kDataschema, text, findings, Rejection::kInvalidAttribute);
  if (!split.at(Attr::kDataBase64).empty()) {
    findings.add(Rejection::kInvalidAttribute, "#/data_base64", kWrongValue, "found binary data, expected a JSON object in data");
  }
  if (take_text(split, Attr::kDataclassification, text, findings, Rejection::kInvalidAttribute) && text != "public" && text != "internal") {
    findings.add(Rejection::kClassified, "#/dataclassification", kWrongValue, "found " + quote(text) + ", expected public or internal");
  }
  std::optional<std::int64_t> sequence;
  take_integer(split, Attr::kSequence, sequence, findings);
  event.sequence = sequence.value_or(0);
  take_integer(split, Attr::kExpectedrevision, event.expected_revision, findings);
  take_text(split, Attr::kAuthid, event.authid, findings, Rejection::kInvalidAttribute);
  take_text(split, Attr::kActorunit, event.actorunit, findings, Rejection::kInvalidAttribute);
  take_text(split, Attr::kActorrole, event.actorrole, findings, Rejection::kInvalidAttribute);
  take_text(split, Attr::kOnbehalfof, event.onbehalfof, findings, Rejection::kInvalidAttribute);
  take_text(split, Attr::kApprovedby, event.approvedby, findings, Rejection::kInvalidAttribute);

  for (const auto& attribute : event.attributes) {
    if (split.others == 0) break;
    if (attr_from(attribute.name) != Attr::kOther) continue;
    if (!valid_attribute_name(attribute.name)) {
      findings.add(Rejection::kInvalidAttribute, pointer_to(attribute.name), kBadFormat,
                   "found the attribute name " + quote(attribute.name) + ", expected 1 to 20 lower-case letters and digits");
    } else if (!valid_extension(attribute.raw)) {
      findings.add(Rejection::kInvalidAttribute, pointer_to(attribute.name), kWrongType,
                   "found " + describe(attribute.raw, true) + ", expected a string, true, false or a 32-bit integer");
    }
  }
}

}  // namespace docket::ingest
