#include "engine/definition/older_links.h"

#include <algorithm>

namespace docket::definition {
namespace {

bool may_be_dockets_own(const Bundle& bundle, const EventDef& event) {
  return event.scope == 0 && event.opens && std::any_of(event.by.begin(), event.by.end(), [&](const ActorRule& rule) {
           return rule.kind == ActorRule::Kind::kRole && rule.role == bundle.system_role;
         });
}

// What stands in the way; "" if nothing.
std::string hindrance(const Bundle& older, const LinkDef& link, const Bundle& deciding) {
  const auto& kind_name = older.kinds[link.to].name;
  const auto& event_name = older.kinds[link.to].events[link.opening].name;
  const auto* kind_id = find_name(deciding.kind_ids, kind_name);
  if (kind_id == nullptr) return "there is no kind " + kind_name;
  const auto& kind = deciding.kinds[*kind_id];
  const auto* event_id = find_name(kind.event_ids, event_name);
  if (event_id == nullptr || !may_be_dockets_own(deciding, kind.events[*event_id]))
    return "Docket itself opens no " + kind_name + " by " + event_name;
  std::string lacks;
  for (const FieldDef& field : kind.events[*event_id].fields) {
    const bool given = std::any_of(link.with.begin(), link.with.end(), [&](const LinkValue& row) { return row.field == field.name; });
    if (field.required && !given && !field.is_part_key) lacks.append(lacks.empty() ? "" : ", ").append(field.name);
  }
  return lacks.empty() ? std::string() : event_name + " of kind " + kind_name + " needs " + lacks + ", which the link doesn't give";
}

}  // namespace

std::vector<std::string> refused_links(const Bundle& older, const Bundle& deciding) {
  std::vector<std::string> out;
  for (const KindDef& kind : older.kinds) {
    for (const LinkDef& link : kind.links) {
      if (link.to == kNone16 || link.opening == kNone16) continue;
      if (const auto why = hindrance(older, link, deciding); !why.empty())
        out.push_back("link " + link.name + " of " + kind.name + ": " + why);
    }
  }
  return out;
}

}  // namespace docket::definition
