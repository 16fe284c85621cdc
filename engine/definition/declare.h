// The first pass over a kind: its names. attributes.cpp reads attributes, kinds.cpp the rest.
// Internal to engine/definition.
#pragma once

#include <string>

#include "engine/definition/build.h"

namespace docket::definition {

inline void check_name(Build& build, const Node& key, const std::string& what) {
  if (!is_name(key.text)) build.report.error(key, what + " " + key.text + ": a name of a-z, 0-9, _ and -");
}

// Takes the next id for that name; false when there is no room or the name is taken.
template <typename Id>
[[nodiscard]] bool room(Build& build, const Node& key, std::size_t used, std::size_t limit, NameMap<Id>& ids, const std::string& what) {
  check_name(build, key, what);
  if (used >= limit) {
    build.report.error(key, what + " " + key.text + ": more than " + std::to_string(limit) + " of them");
    return false;
  }
  return ids.emplace(key.text, static_cast<Id>(used)).second;
}

void declare_attributes(Build& build, KindBuild& kind_build, const Node& node, ScopeId scope);
void declare_aliases(Build& build, KindBuild& kind_build, const Node& root);  // after all attributes of the case

}  // namespace docket::definition
