// Labels zh and en: a missing one is an error, and so is one for something that does not exist.
#include <algorithm>

#include "engine/definition/build.h"

namespace docket::definition {
namespace {

struct LabelReader {
  Build& build;
  const Node& root;
  std::string file;

  // Gives each thing its label; `written[i]` is where things[i] stands in the definition.
  template <typename Things>
  void section(const Node* parent, std::string_view name, Things& things, const std::vector<const Node*>& written,
               const std::string& what) const {
    const Node* map = parent == nullptr ? nullptr : parent->find(name);
    if (map != nullptr && !map->is_map()) {
      build.report.error(*map, "labels: " + std::string(name) + " is a map, {name: {zh: ..., en: ...}}");
      return;
    }
    Names known;
    std::map<std::string, std::string> zh;
    std::map<std::string, std::string> en;
    for (std::size_t i = 0; i < things.size() && i < written.size(); ++i) {
      known.push_back(things[i].name);
      const Node* label = map == nullptr ? nullptr : map->find(things[i].name);
      if (label != nullptr) {
        things[i].labels = read_labels(build, *label, "label of " + what + " " + things[i].name);
        once(*label, things[i].labels.zh, things[i].name, zh);
        once(*label, things[i].labels.en, things[i].name, en);
      }
      if (label == nullptr) missing(*written[i], what + " " + things[i].name, name);
    }
    for (std::size_t i = 0; map != nullptr && i < map->size(); ++i) {
      if (std::find(known.begin(), known.end(), std::string_view(map->keys[i].text)) == known.end()) {
        build.report.error(map->keys[i], "labels: there is no " + what + " " + map->keys[i].text, nearest(map->keys[i].text, known));
      }
    }
  }

  // Two things of one sort that read the same can't be told apart on a screen.
  void once(const Node& at, const std::string& label, const std::string& name, std::map<std::string, std::string>& seen) const {
    const auto [found, added] = seen.emplace(label, name);
    if (!added && !label.empty()) build.report.error(at, "labels: " + name + " reads " + label + ", as " + found->second + " does");
  }

  void missing(const Node& at, const std::string& what, std::string_view section_name) const {
    build.report.error(at, what + ": no label; add it to " + file + " under " + std::string(section_name));
  }
};

void label_symbol(Build& build, Symbol symbol, const Labels& labels, const Node& at) {
  const auto [found, added] = build.bundle->symbol_labels.emplace(symbol, labels);
  if (!added && (found->second.zh != labels.zh || found->second.en != labels.en)) {
    build.report.error(at, "labels: " + build.bundle->symbols.text(symbol) + " has another label elsewhere (" + found->second.zh + ", " +
                               found->second.en + ")");
  }
}

void read_values(Build& build, KindBuild& kind, const Node& root, const std::string& file) {
  const Node* map = root.find("values");
  Names known;
  for (const auto& [symbol, at] : kind.values) {
    const std::string& name = build.bundle->symbols.text(symbol);
    known.push_back(name);
    const Node* label = map == nullptr ? nullptr : map->find(name);
    if (label != nullptr) label_symbol(build, symbol, read_labels(build, *label, "label of value " + name), *label);
    if (label == nullptr && !build.bundle->symbol_labels.contains(symbol)) {
      build.report.error(*at, "value " + name + ": no label; add it to " + file + " under values");
    }
  }
  for (std::size_t i = 0; map != nullptr && i < map->size(); ++i) {
    if (std::find(known.begin(), known.end(), std::string_view(map->keys[i].text)) == known.end()) {
      build.report.error(map->keys[i], "labels: there is no value " + map->keys[i].text, nearest(map->keys[i].text, known));
    }
  }
}

void read_scope(const LabelReader& reader, const Node* node, ScopeDef& scope, const ScopeBuild& written) {
  reader.section(node, "attributes", scope.attributes, written.attributes, "attribute");
  reader.section(node, "states", scope.states, written.states, "state");
  reader.section(node, "clocks", scope.clocks, written.clocks, "clock");
  reader.section(node, "gates", scope.gates, written.gates, "gate");
}

void read_events(const LabelReader& reader, const Node* node, KindDef& kind, const KindBuild& kind_build, ScopeId scope) {
  std::vector<EventDef*> events;
  std::vector<const Node*> written;
  for (std::size_t i = 0; i < kind.events.size(); ++i) {
    if (kind.events[i].common || kind.events[i].scope != scope) continue;
    events.push_back(&kind.events[i]);
    written.push_back(kind_build.events[i]);
  }
  struct Named {
    std::string name;
    Labels labels;
  };
  std::vector<Named> named;
  for (const EventDef* event : events) named.push_back({event->name, {}});
  reader.section(node, "events", named, written, "event");
  for (std::size_t i = 0; i < events.size(); ++i) events[i]->labels = named[i].labels;
}

// Data fields share one section a kind, as `reason` means the same in each event; the common ones stand in labels/common.yaml.
void read_fields(Build& build, KindBuild& kind_build, const Node& root, const std::string& file) {
  KindDef& kind = build.kind(kind_build);
  const Node* own = root.find("fields");
  const Node* common_root = build.load("labels/common.yaml", root);
  const Node* common = common_root == nullptr ? nullptr : common_root->find("fields");
  Names known;
  for (std::size_t i = 0; i < kind.events.size(); ++i) {
    EventDef& event = kind.events[i];
    for (FieldDef& field : event.fields) {
      if (field.attribute != kNone16) {
        field.labels = kind.scopes[event.scope].attributes[field.attribute].labels;
      } else if (field.is_part_key) {
        field.labels = kind.scopes[event.scope].labels;
      } else if (field.link != kNone8) {
        field.labels = kind.links[field.link].labels;
      } else {
        const Node* label = own == nullptr || event.common ? nullptr : own->find(field.name);
        if (!event.common) known.push_back(field.name);
        if (label == nullptr && common != nullptr) label = common->find(field.name);
        if (label != nullptr) field.labels = read_labels(build, *label, "label of field " + field.name);
        if (label == nullptr) {
          build.report.error(*kind_build.events[i], "event " + event.name + ": field " + field.name + ": no label; add it to " +
                                                        (event.common ? "labels/common.yaml" : file) + " under fields");
        }
      }
    }
  }
  for (std::size_t i = 0; own != nullptr && i < own->size(); ++i) {
    if (std::find(known.begin(), known.end(), std::string_view(own->keys[i].text)) == known.end()) {
      build.report.error(own->keys[i], "labels: no event of the kind has a data field " + own->keys[i].text,
                         nearest(own->keys[i].text, known));
    }
  }
}

}  // namespace

void read_common_labels(Build& build) {
  const Node* root = build.load("labels/common.yaml", *build.office_node);
  if (root == nullptr) return;
  Bundle& bundle = *build.bundle;
  const Fields fields(*root, "labels", build.report, {"labels", "roles", "events", "fields", "values", "levels"});
  const Node* roles = fields.map("roles");
  const Node* written = build.office_node->find("roles");
  for (std::size_t i = 0; i < bundle.roles.size(); ++i) {
    const Node* label = roles == nullptr ? nullptr : roles->find(bundle.roles[i]);
    if (label != nullptr) bundle.role_labels[i] = read_labels(build, *label, "label of role " + bundle.roles[i]);
    if (label == nullptr && written != nullptr) {
      build.report.error(*written, "role " + bundle.roles[i] + ": no label; add it to labels/common.yaml under roles");
    }
  }
  const Node* events = fields.map("events");
  for (const KindBuild& kind_build : build.kinds) {
    KindDef& kind = build.kind(kind_build);
    for (std::size_t i = 0; i < kind.events.size(); ++i) {
      if (!kind.events[i].common) continue;
      const Node* label = events == nullptr ? nullptr : events->find(kind.events[i].name);
      if (label != nullptr) kind.events[i].labels = read_labels(build, *label, "label of event " + kind.events[i].name);
      if (label == nullptr) {
        build.report.error(*kind_build.events[i], "event " + kind.events[i].name + ": no label; add it to labels/common.yaml under events");
      }
    }
  }
  for (const char* section : {"values", "levels"}) {
    const Node* map = fields.map(section);
    for (std::size_t i = 0; map != nullptr && i < map->size(); ++i) {
      label_symbol(build, bundle.symbols.intern(map->keys[i].text), read_labels(build, map->items[i], "label of " + map->keys[i].text),
                   map->keys[i]);
    }
  }
  const Node* levels = fields.get("levels");
  const Node* rules = build.office_node->find("rules");
  for (const std::string& level : build.levels) {
    if ((levels == nullptr || levels->find(level) == nullptr) && rules != nullptr) {
      build.report.error(*rules, "notice level " + level + ": no label; add it to labels/common.yaml under levels",
                         levels == nullptr ? std::string() : nearest(level, [&] {
                           Names known;
                           for (const Node& each : levels->keys) known.push_back(each.text);
                           return known;
                         }()));
    }
  }
}

void read_kind_labels(Build& build, KindBuild& kind_build) {
  KindDef& kind = build.kind(kind_build);
  const std::string file = "labels/" + kind.name + ".yaml";
  const Node* root = build.load(file, *kind_build.root);
  if (root == nullptr) return;
  const Fields fields(*root, "labels", build.report,
                      {"labels", "kind", "attributes", "fields", "values", "states", "gates", "clocks", "events", "parts", "links"});
  if (const Node* head = fields.need_scalar("labels"); head != nullptr && head->text != kind.name) {
    build.report.error(*head, "labels: the file is named " + kind.name);
  }
  if (const Node* label = fields.need("kind")) kind.labels = read_labels(build, *label, "label of the kind");
  const LabelReader reader{build, *root, file};
  read_scope(reader, root, kind.scopes[0], kind_build.scopes[0]);
  read_events(reader, root, kind, kind_build, 0);
  reader.section(root, "links", kind.links, kind_build.links, "link");
  read_values(build, kind_build, *root, file);
  const Node* parts = fields.map("parts");
  Names known;
  for (std::size_t s = 1; s < kind.scopes.size(); ++s) {
    ScopeDef& part = kind.scopes[s];
    known.push_back(part.name);
    const Node* node = parts == nullptr ? nullptr : parts->find(part.name);
    if (node == nullptr) {
      reader.missing(*kind_build.scopes[s].node, "part " + part.name, "parts");
      continue;
    }
    const Fields part_fields(*node, "labels: part " + part.name, build.report,
                             {"title", "attributes", "states", "gates", "clocks", "events"});
    if (const Node* title = part_fields.need("title")) part.labels = read_labels(build, *title, "label of part " + part.name);
    read_scope(reader, node, part, kind_build.scopes[s]);
    read_events(reader, node, kind, kind_build, static_cast<ScopeId>(s));
  }
  for (std::size_t i = 0; parts != nullptr && i < parts->size(); ++i) {
    if (std::find(known.begin(), known.end(), std::string_view(parts->keys[i].text)) == known.end()) {
      build.report.error(parts->keys[i], "labels: there is no part " + parts->keys[i].text, nearest(parts->keys[i].text, known));
    }
  }
  read_fields(build, kind_build, *root, file);
}

}  // namespace docket::definition
