#include "engine/ingest/names.h"

#include <algorithm>
#include <vector>

#include "engine/ingest/describe.h"
#include "engine/ingest/ingest.h"

namespace docket::ingest {

TypeNames::TypeNames(const definition::Bundle& bundle) : bundle_(bundle) {
  for (std::size_t k = 0; k < bundle.kinds.size(); ++k) {
    const auto& kind = bundle.kinds[k];
    for (std::size_t e = 0; e < kind.events.size(); ++e) {
      const auto& event = kind.events[e];
      refs_.emplace(bundle.prefix + "." + kind.name + "." + event.name + ".v" + std::to_string(event.major),
                    TypeRef{static_cast<model::KindId>(k), static_cast<model::EventId>(e)});
    }
  }
}

std::string TypeNames::explain(std::string_view type) const {
  const std::string form = "expected " + bundle_.prefix + ".<kind>.<event>.v<major>";
  if (!type.starts_with(bundle_.prefix + ".")) {
    std::vector<std::string_view> names;
    names.reserve(refs_.size());
    for (const auto& [name, ref] : refs_) names.push_back(name);
    return "found " + quote(type) + ", " + form + did_you_mean(type, names);
  }
  const std::string_view rest = type.substr(bundle_.prefix.size() + 1);
  const std::size_t first = rest.find('.');
  const std::size_t last = rest.rfind('.');
  if (first == std::string_view::npos || first == last) return "found " + quote(type) + ", " + form;
  const std::string_view kind_name = rest.substr(0, first);
  const std::string_view event_name = rest.substr(first + 1, last - first - 1);
  const std::string_view major = rest.substr(last + 1);
  const auto* kind_id = definition::find_name(bundle_.kind_ids, kind_name);
  if (kind_id == nullptr) {
    std::vector<std::string_view> names;
    for (const auto& kind : bundle_.kinds) names.push_back(kind.name);
    return "no kind " + quote(kind_name) + " in this office, expected " + one_of(names) + did_you_mean(kind_name, names);
  }
  const auto& kind = bundle_.kinds[*kind_id];
  const auto* event_id = definition::find_name(kind.event_ids, event_name);
  if (event_id == nullptr) {
    std::vector<std::string_view> names;
    for (const auto& event : kind.events) names.push_back(event.name);
    return "kind " + kind.name + " has no event " + quote(event_name) + did_you_mean(event_name, names);
  }
  return "found version " + quote(major) + " of " + kind.name + "." + std::string(event_name) + ", expected v" +
         std::to_string(kind.events[*event_id].major);
}

bool valid_subject(std::string_view text) {
  return !text.empty() && text.size() <= kSubjectBytesMax && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == ':' || c == '-';
  });
}

}  // namespace docket::ingest
