// Attributes: what a case remembers.
#include <utility>

#include "engine/definition/declare.h"

namespace docket::definition {
namespace {

constexpr std::string_view kAttributeKeys[] = {"type", "of",      "dimension", "private", "public", "readers", "per",
                                               "many", "default", "min",       "max",     "alias",  "alarm"};

}  // namespace

void declare_attributes(Build& build, KindBuild& kind_build, const Node& node, ScopeId scope) {
  KindDef& kind = build.kind(kind_build);
  const Node* map = node.find("attributes");
  if (map == nullptr) return;
  for (std::size_t i = 0; i < map->size() && map->is_map(); ++i) {
    const Node& key = map->keys[i];
    ScopeDef& def = kind.scopes[scope];
    if (!room(build, key, def.attributes.size(), 500, def.attribute_ids, "attribute")) continue;
    if (key.text == "part" || key.text == "state" || key.text == "round" || key.text == "key") {
      build.report.error(key, "attribute " + key.text + ": a word of the language; choose another name");
    }
    const Fields fields(map->items[i], "attribute " + key.text, build.report, kAttributeKeys);
    AttributeDef attribute;
    attribute.name = key.text;
    attribute.spec = read_type_map(build, kind_build, fields, false);
    attribute.dimension = fields.flag("dimension");
    if (const Node* per = fields.scalar("per")) {
      if (per->text != "round") {
        build.report.error(*per, fields.where() + ": per is round, not " + per->text, nearest(per->text, {"round"}));
      }
      attribute.per_round = true;
      if (scope != 0) build.report.error(*per, fields.where() + ": a part has no rounds");
    }
    if (attribute.spec.is_private && attribute.dimension) {
      build.report.error(*fields.get("dimension"),
                         fields.where() + ": dimension with private (text and person are private unless `public: true`)");
    }
    for (const Node* role : fields.words("readers")) {
      const RoleId* id = find_name(build.bundle->role_ids, role->text);
      const Names known(build.bundle->roles.begin(), build.bundle->roles.end());
      if (id == nullptr) build.report.error(*role, fields.where() + ": unknown role " + role->text, nearest(role->text, known));
      if (id != nullptr) attribute.readers.push_back(*id);
    }
    if (fields.get("readers") != nullptr && !attribute.spec.is_private) {
      build.report.error(*fields.get("readers"), fields.where() + ": readers goes with private; everybody reads the rest");
    }
    if (const Node* value = fields.get("default")) {
      attribute.default_value = read_value(build, attribute.spec, *value, fields.where() + ": default");
    }
    if (fields.get("alias") != nullptr && scope != 0) {
      build.report.error(*fields.get("alias"), fields.where() + ": alias belongs to the case, not to a part");
    }
    if (const Node* alarm = fields.scalar("alarm")) {
      if (alarm->text != "open") {
        build.report.error(*alarm,
                           fields.where() + ": alarm is open (a second case is told only while both are not closed), not " + alarm->text,
                           nearest(alarm->text, {"open"}));
      }
      if (fields.get("alias") == nullptr) build.report.error(*alarm, fields.where() + ": alarm goes with alias");
      attribute.alarm_while_open = true;
    }
    def.attributes.push_back(std::move(attribute));
    kind_build.scopes[scope].attributes.push_back(&key);
  }
  if (!map->is_map()) build.report.error(*map, "attributes: a map, {number: {type: text}}");
}

void declare_aliases(Build& build, KindBuild& kind_build, const Node& root) {
  KindDef& kind = build.kind(kind_build);
  const Node* map = root.find("attributes");
  if (map == nullptr || !map->is_map()) return;
  ScopeDef& def = kind.scopes[0];
  for (std::size_t i = 0; i < map->size(); ++i) {
    const Node* alias = map->items[i].is_map() ? map->items[i].find("alias") : nullptr;
    const AttributeId* own = find_name(def.attribute_ids, map->keys[i].text);
    if (alias == nullptr || own == nullptr || *own >= def.attributes.size()) continue;
    const std::string where = "attribute " + map->keys[i].text + ": alias";
    bool itself = false;
    for (const Node* word : read_words(*alias, where, build.report)) {
      const AttributeId* id = find_name(def.attribute_ids, word->text);
      if (id == nullptr || *id >= def.attributes.size()) {
        build.report.error(*word, where + " of unknown attribute " + word->text, nearest(word->text, attribute_names(kind, 0)));
        continue;
      }
      if (def.attributes[*id].spec.is_private) {
        build.report.error(*word, where + " with private " + word->text + " (public: true opens it)");
      }
      if (def.attributes[*id].spec.many) build.report.error(*word, where + ": " + word->text + " has many values");
      itself = itself || *id == *own;
      def.attributes[*own].alias.push_back(*id);
    }
    if (!itself) {
      build.report.error(*alias, where + ": lists the attributes that find the case together, " + map->keys[i].text + " itself among them");
    }
  }
}

}  // namespace docket::definition
