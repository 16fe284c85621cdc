#include "engine/ingest/split.h"

#include <algorithm>
#include <cstdint>
#include <forward_list>
#include <utility>

#include "engine/ingest/json_scan.h"

namespace docket::ingest {
namespace {

constexpr std::array<std::string_view, kAttrs> kNames{
    "specversion",     "id",         "source",      "type",       "subject",          "time",
    "datacontenttype", "dataschema", "data_base64", "sequence",   "expectedrevision", "dataclassification",
    "authid",          "actorunit",  "actorrole",   "onbehalfof", "approvedby",       "data",
};

// What the views of an event point into: the text, and names that had escapes.
struct Owner {
  std::string text;
  std::forward_list<std::string> names;

  bool name(std::string_view raw, std::string_view& out) {
    if (!has_escape(raw)) {
      out = raw;
      return true;
    }
    std::string& decoded = names.emplace_front();
    const bool whole = append_decoded(decoded, raw);
    out = decoded;
    return whole;
  }
};

Split fail(Split& split, std::string_view problem, std::string_view name = {}) {
  split.problem = problem;
  split.problem_name = name;
  return split;
}

bool seen_before(const model::Event& event, std::string_view name) {
  return std::any_of(event.attributes.begin(), event.attributes.end(), [&](const auto& attribute) { return attribute.name == name; });
}

}  // namespace

Attr attr_from(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i].size() == name.size() && kNames[i] == name) return static_cast<Attr>(i);
  }
  return Attr::kOther;
}

std::string_view name_of(Attr attr) { return kNames[static_cast<std::size_t>(attr)]; }

Split split(model::Event& event, std::string_view json) {
  constexpr std::size_t kUsualAttributes = 12;
  constexpr std::size_t kUsualFields = 8;
  auto owner = std::make_shared<Owner>();
  owner->text.assign(json);
  event.text = std::shared_ptr<const std::string>(owner, &owner->text);
  event.attributes.reserve(kUsualAttributes);
  Split out;
  MemberReader reader(owner->text);
  std::uint32_t seen = 0;
  while (reader.next_key()) {
    std::string_view name;
    if (!owner->name(reader.key(), name)) return fail(out, "half a surrogate pair in a member name");
    const Attr attr = attr_from(name);
    const std::uint32_t bit = attr == Attr::kOther ? 0 : 1U << static_cast<unsigned>(attr);
    bool twice = (seen & bit) != 0 || (bit == 0 && seen_before(event, name));
#ifdef DOCKET_FAULT_DUPLICATE_MEMBERS_ACCEPTED
    twice = false;
#endif
    if (twice) return fail(out, "this member name stands twice", name);
    seen |= bit;
    if (attr == Attr::kData && reader.rest().starts_with('{')) {
      event.data.reserve(kUsualFields);
      MemberReader fields(reader.rest());
      while (fields.next()) {
        model::DataField& field = event.data.emplace_back();
        if (!owner->name(fields.key(), field.name)) return fail(out, "half a surrogate pair in a member name", "data");
        field.raw = fields.value();
      }
      if (fields.broken()) return fail(out, "not a JSON object", "data");
      out.raw[static_cast<std::size_t>(attr)] = reader.rest().substr(0, reader.rest().size() - fields.rest().size());
      reader.resume(fields.rest());
      continue;
    }
    if (!reader.skip()) break;
    if (attr != Attr::kOther && reader.value() != "null") out.raw[static_cast<std::size_t>(attr)] = reader.value();
    if (attr == Attr::kData) continue;
    if (event.attributes.size() == kAttributesMax) return fail(out, "more than 100 attributes");
    if (attr == Attr::kOther) ++out.others;
    event.attributes.push_back({name, reader.value()});
  }
  if (reader.broken() || !reader.rest().empty()) return fail(out, "not a JSON object");
  return out;
}

}  // namespace docket::ingest
