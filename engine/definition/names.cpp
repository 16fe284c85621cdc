// Look-ups of names within a kind, for the compiler and its messages.
#include "engine/definition/build.h"

namespace docket::definition {

const std::string& scope_name(const KindDef& kind, ScopeId scope) { return scope == 0 ? kind.name : kind.scopes[scope].name; }

AttributeRef find_attribute(const KindDef& kind, ScopeId scope, std::string_view name) {
  if (const AttributeId* id = find_name(kind.scopes[scope].attribute_ids, name)) return {scope, *id};
  if (scope == 0) return {};
  if (const AttributeId* id = find_name(kind.scopes[0].attribute_ids, name)) return {0, *id};
  return {};
}

Names attribute_names(const KindDef& kind, ScopeId scope) {
  Names out;
  for (const AttributeDef& each : kind.scopes[scope].attributes) out.push_back(each.name);
  if (scope != 0) {
    for (const AttributeDef& each : kind.scopes[0].attributes) out.push_back(each.name);
  }
  return out;
}

Names event_names(const KindDef& kind, ScopeId scope, bool all) {
  Names out;
  for (const EventDef& event : kind.events) {
    if (all || event.scope == scope) out.push_back(event.name);
  }
  return out;
}

Names state_names(const ScopeDef& scope) {
  Names out;
  for (const StateDef& each : scope.states) out.push_back(each.name);
  return out;
}

Names clock_names(const ScopeDef& scope) {
  Names out;
  for (const ClockDef& each : scope.clocks) out.push_back(each.name);
  return out;
}

std::uint64_t read_states(Build& build, const ScopeDef& scope, const std::vector<const Node*>& words, const std::string& where) {
  std::uint64_t out = 0;
  for (const Node* word : words) {
    std::uint64_t mask = 0;
    if (word->text.starts_with("any ")) {
      const std::string category = word->text.substr(4);
      mask = category == "open"     ? scope.open_states
             : category == "paused" ? scope.paused_states
             : category == "closed" ? scope.closed_states
                                    : 0;
      const bool known = category == "open" || category == "paused" || category == "closed";
      if (!known) {
        build.report.error(*word, where + ": a category is any open, any paused or any closed, not " + word->text,
                           nearest(word->text, {"any open", "any paused", "any closed"}));
      }
    } else if (const StateId* id = find_name(scope.state_ids, word->text)) {
      mask = std::uint64_t{1} << *id;
    } else {
      const bool category = word->text == "open" || word->text == "paused" || word->text == "closed";
      build.report.error(*word, where + ": no state " + word->text,
                         category ? "any " + word->text : nearest(word->text, state_names(scope)));
    }
    if ((out & mask) != 0) build.report.error(*word, where + ": " + word->text + " is named by another word of the list already");
    out |= mask;
  }
  return out;
}

}  // namespace docket::definition
