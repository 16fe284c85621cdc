// What an event carries: attributes it sets, data of its own, keys of new parts, the target of a link.
#include <utility>

#include "engine/definition/event_compiler.h"

namespace docket::definition {

void EventCompiler::add_field(FieldDef field, const Node& at) const {
  const auto id = static_cast<std::uint16_t>(event.fields.size());
  if (!event.field_ids.emplace(field.name, id).second) {
    return error(at, "field " + field.name + " stands twice (set, may, data, also, adds, link and part share one space of names)");
  }
  event.fields.push_back(std::move(field));
}

void EventCompiler::attributes(std::string_view list, bool required) const {
  for (const Node* word : fields.words(list)) {
    const AttributeId* id = find_name(scope().attribute_ids, word->text);
    if (id == nullptr) {
      error(*word, "sets unknown attribute " + word->text, nearest(word->text, attribute_names(kind, event.scope)));
      continue;
    }
    FieldDef field;
    field.name = word->text;
    field.spec = scope().attributes[*id].spec;
    field.required = required;
    field.attribute = *id;
    add_field(std::move(field), *word);
  }
}

void EventCompiler::data(std::string_view section, bool required) const {
  const Node* map = fields.map(section);
  if (map == nullptr) return;
  for (std::size_t i = 0; i < map->size(); ++i) {
    const Node& name = map->keys[i];
    if (!is_name(name.text) || name.text == "part") {
      error(name, "data field " + name.text + ": a name of a-z, 0-9, _ and -, and not the word part");
    }
    FieldDef field;
    field.name = name.text;
    field.spec = read_type(build, kind_build, map->items[i], fields.where() + ": data " + name.text, event.common);
    field.required = required;
    add_field(std::move(field), name);
  }
  if (map->items.empty()) error(*map, "an empty map; leave " + std::string(section) + " out");
}

const ScopeId* EventCompiler::part(const Node& name) const {
  const ScopeId* id = find_name(kind.part_ids, name.text);
  Names known;
  for (std::size_t i = 1; i < kind.scopes.size(); ++i) known.push_back(kind.scopes[i].name);
  if (id == nullptr) error(name, "no part " + name.text, nearest(name.text, known));
  return id;
}

void EventCompiler::parts() const {
  if (event.scope != 0) {
    FieldDef field;
    field.name = "part";
    field.spec = scope().key_spec;
    field.required = true;
    field.is_part_key = true;
    add_field(std::move(field), key);
    for (const std::string_view word : {"adds", "clears", "link", "unlink", "round"}) {
      if (fields.get(word) != nullptr) {
        error(*fields.node().find_key(word), std::string(word) + " belongs to an event of the case, not of a part");
      }
    }
  }
  if (const Node* adds = fields.map("adds")) {
    for (std::size_t i = 0; i < adds->size(); ++i) {
      const ScopeId* id = part(adds->keys[i]);
      if (id == nullptr) continue;
      FieldDef field;
      field.name = adds->items[i].text;
      if (!is_name(field.name)) error(adds->items[i], "adds names the data field that carries the keys, {assist: assists}");
      field.spec = kind.scopes[*id].key_spec;
      field.spec.many = true;
      field.adds_part = *id;
      if (kind.scopes[*id].keys_in_order)
        error(adds->keys[i], "the keys of " + adds->keys[i].text + " are taken in order, each by an opening event of the part");
      if (kind.scopes[*id].open_states == 0) error(adds->keys[i], "part " + adds->keys[i].text + " has no open state to be added in");
      add_field(std::move(field), adds->items[i]);
    }
  }
  for (const Node* word : fields.words("clears")) {
    if (const ScopeId* id = part(*word)) event.clears.push_back(*id);
  }
}

LinkId EventCompiler::link(std::string_view word) const {
  const Node* node = fields.scalar(word);
  if (node == nullptr) return kNone8;
  if (const LinkId* id = find_name(kind.link_ids, node->text)) return *id;
  Names known;
  for (const LinkDef& each : kind.links) known.push_back(each.name);
  error(*node, "no link " + node->text, nearest(node->text, known));
  return kNone8;
}

void EventCompiler::links() const {
  event.link = link("link");
  event.unlink = link("unlink");
  if (event.link == kNone8) return;
  FieldDef field;
  field.name = kind.links[event.link].name;
  field.spec.type = ValueType::kText;
  field.spec.max = 64;
  field.required = true;
  field.link = event.link;
  add_field(std::move(field), *fields.get("link"));
}

void EventCompiler::unset_and_fix() const {
  for (const Node* word : fields.words("unset")) {
    const AttributeId* id = find_name(scope().attribute_ids, word->text);
    if (id == nullptr) {
      error(*word, "unsets unknown attribute " + word->text, nearest(word->text, attribute_names(kind, event.scope)));
      continue;
    }
    if (event.field_ids.contains(word->text)) error(*word, "sets and unsets " + word->text);
    event.unset.push_back(*id);
  }
  const Node* fix = fields.map("fix");
  for (std::size_t i = 0; fix != nullptr && i < fix->size(); ++i) {
    const AttributeId* id = find_name(scope().attribute_ids, fix->keys[i].text);
    if (id == nullptr) {
      error(fix->keys[i], "fixes unknown attribute " + fix->keys[i].text, nearest(fix->keys[i].text, attribute_names(kind, event.scope)));
      continue;
    }
    if (event.field_ids.contains(fix->keys[i].text)) error(fix->keys[i], "sets and fixes " + fix->keys[i].text);
    event.fix.emplace_back(*id,
                           read_value(build, scope().attributes[*id].spec, fix->items[i], fields.where() + ": fix " + fix->keys[i].text));
  }
}

}  // namespace docket::definition
