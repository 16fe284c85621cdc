#include "engine/definition/places.h"

#include "engine/definition/report.h"
#include "engine/definition/yaml_reader.h"

namespace docket::definition {
namespace {

std::unique_ptr<Document> document(const Bundle& bundle, const std::string& path) {
  const auto text = bundle.texts.find(path);
  if (text == bundle.texts.end()) return nullptr;
  Report ignored;  // it compiled
  return read_yaml(path, text->second, ignored);
}

Diagnostic at(const std::string& path, const Node* node, std::string message) {
  return {Severity::kError, path, node == nullptr ? 1 : node->line, node == nullptr ? 1 : node->column, std::move(message), {}};
}

const Node* section(const Node& root, const ScopeDef& scope, std::string_view name) {
  if (scope.name.empty()) return root.find(name);
  const Node* parts = root.find("parts");
  const Node* part = parts == nullptr ? nullptr : parts->find(scope.name);
  return part == nullptr ? nullptr : part->find(name);
}

}  // namespace

Diagnostic error_at_state(const Bundle& bundle, KindId kind_id, ScopeId scope_id, StateId state, std::string message) {
  const auto& kind = bundle.kinds[kind_id];
  const auto& scope = kind.scopes[scope_id];
  const std::string path = "definitions/" + kind.name + ".yaml";
  const auto file = document(bundle, path);
  const Node* states = file == nullptr ? nullptr : section(file->root, scope, "states");
  for (std::size_t i = 0; states != nullptr && i < states->size(); ++i) {  // by category: a list, or a map to outcomes
    const auto& names = states->items[i];
    if (const Node* key = names.is_map() ? names.find_key(scope.states[state].name) : nullptr) return at(path, key, std::move(message));
    for (std::size_t k = 0; names.is_list() && k < names.size(); ++k) {
      if (names.items[k].text == scope.states[state].name) return at(path, &names.items[k], std::move(message));
    }
  }
  return at(path, nullptr, std::move(message));
}

Diagnostic error_at_event(const Bundle& bundle, KindId kind_id, EventId event, std::string message) {
  const auto& kind = bundle.kinds[kind_id];
  const auto& def = kind.events[event];
  const std::string path = "definitions/" + kind.name + ".yaml";
  const auto file = document(bundle, path);
  const Node* events = file == nullptr ? nullptr : section(file->root, kind.scopes[def.scope], "events");
  const Node* key = events == nullptr || !events->is_map() ? nullptr : events->find_key(def.name);
  if (key != nullptr || !def.common) return at(path, key, std::move(message));
  const Node* uses = file == nullptr ? nullptr : file->root.find("uses");
  for (std::size_t i = 0; uses != nullptr && i < uses->size(); ++i) {
    const std::string fragment = "definitions/" + uses->items[i].text + ".yaml";
    const auto shared = document(bundle, fragment);
    const Node* theirs = shared == nullptr ? nullptr : shared->root.find("events");
    if (theirs == nullptr || !theirs->is_map()) continue;
    if (const Node* found = theirs->find_key(def.name)) return at(fragment, found, std::move(message));
  }
  return at(path, nullptr, std::move(message));
}

}  // namespace docket::definition
