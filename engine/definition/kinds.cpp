// First pass over the kinds: names of everything, attributes and states, so that the later passes can refer to any of it.
#include <algorithm>

#include "engine/definition/declare.h"

namespace docket::definition {
namespace {

constexpr std::string_view kKindKeys[] = {"kind",   "version", "uses",   "parking", "title", "attributes",
                                          "states", "gates",   "clocks", "events",  "parts", "links"};
constexpr std::string_view kPartKeys[] = {"key", "during", "attributes", "states", "gates", "clocks", "events"};
constexpr std::string_view kOutcomes[] = {"done", "not_accepted", "withdrawn", "merged", "transferred", "terminated"};
constexpr std::string_view kCategories[] = {"open", "paused", "closed"};

struct Declarer {
  Build& build;
  KindBuild& kind_build;
  KindDef& kind;

  void state(const Node& key, ScopeId scope, Category category, CaseOutcome outcome) {
    ScopeDef& def = kind.scopes[scope];
    if (def.state_ids.contains(key.text)) {
      build.report.error(key, "state " + key.text + ": stands twice");
      return;
    }
    if (!room(build, key, def.states.size(), 64, def.state_ids, "state")) return;
    if (key.text == "back") build.report.error(key, "state back: a word of the language; choose another name");
    StateDef state;
    state.name = key.text;
    state.category = category;
    state.outcome = outcome;
    const auto id = static_cast<StateId>(def.states.size());
    const std::uint64_t bit = std::uint64_t{1} << id;
    (category == Category::kOpen ? def.open_states : category == Category::kPaused ? def.paused_states : def.closed_states) |= bit;
    if (category == Category::kOpen && def.open_states == bit) def.first_open = id;
    def.states.push_back(std::move(state));
    kind_build.scopes[scope].states.push_back(&key);
  }

  void states(const Node& node, ScopeId scope) {
    const Node* map = node.find("states");
    if (map == nullptr) {
      build.report.error(node, "states is missing: {open: [...], closed: {...}}");
      return;
    }
    const Fields fields(*map, "states", build.report, {"open", "paused", "closed"});
    for (unsigned c = 0; c < 3; ++c) {
      const Node* list = fields.get(kCategories[c]);
      if (list == nullptr) continue;
      const auto category = static_cast<Category>(c);
      if (category != Category::kClosed || scope != 0) {
        for (const Node* word : read_words(*list, "states: " + std::string(kCategories[c]), build.report)) {
          state(*word, scope, category, CaseOutcome::kNone);
        }
        continue;
      }
      if (!list->is_map()) {
        build.report.error(*list, "states: closed names each state's outcome, {concluded: done}");
        continue;
      }
      for (std::size_t i = 0; i < list->size(); ++i) {
        const Names known(std::begin(kOutcomes), std::end(kOutcomes));
        const auto found = std::find(known.begin(), known.end(), std::string_view(list->items[i].text));
        if (found == known.end()) {
          build.report.error(list->items[i],
                             "state " + list->keys[i].text + ": an outcome is " + join(known) + ", not " + flow_text(list->items[i]),
                             nearest(list->items[i].text, known));
        }
        const auto outcome = static_cast<CaseOutcome>(found == known.end() ? 1 : found - known.begin() + 1);
        state(list->keys[i], scope, Category::kClosed, outcome);
      }
    }
    const ScopeDef& def = kind.scopes[scope];
    if (def.closed_states == 0) build.report.error(*map, "states: no closed state");
  }

  void clocks_and_gates(const Node& node, ScopeId scope) {
    ScopeDef& def = kind.scopes[scope];
    ScopeBuild& build_scope = kind_build.scopes[scope];
    for (const char* section : {"clocks", "gates"}) {
      const Node* map = node.find(section);
      if (map == nullptr) continue;
      if (!map->is_map()) {
        build.report.error(*map, std::string(section) + ": a map, {name: {...}}");
        continue;
      }
      for (const Node& key : map->keys) {
        if (section[0] == 'c') {
          if (!room(build, key, def.clocks.size(), 250, def.clock_ids, "clock")) continue;
          def.clocks.emplace_back().name = key.text;
          build_scope.clocks.push_back(&key);
        } else {
          if (!room(build, key, def.gates.size(), 250, def.gate_ids, "gate")) continue;
          def.gates.emplace_back().name = key.text;
          build_scope.gates.push_back(&key);
        }
      }
    }
  }

  void events(const Node& node, ScopeId scope, bool common) {
    const Node* map = node.find("events");
    if (map == nullptr) return;
    if (!map->is_map()) {
      build.report.error(*map, "events: a map, {created: {...}}");
      return;
    }
    for (std::size_t i = 0; i < map->size(); ++i) {
      const Node& key = map->keys[i];
      if (common && kind.event_ids.contains(key.text)) continue;  // the kind's own replaces it
      if (kind.event_ids.contains(key.text)) {
        build.report.error(key, "event " + key.text + ": not unique over the kind and its parts");
        continue;
      }
      if (!room(build, key, kind.events.size(), 1000, kind.event_ids, "event")) continue;
      if (key.text == "added") build.report.error(key, "event added: a word of the language; choose another name");
      EventDef& event = kind.events.emplace_back();
      event.name = key.text;
      event.scope = scope;
      event.common = common;
      event.major = kind.version;
      kind_build.events.push_back(&key);
      kind_build.event_maps.push_back(&map->items[i]);
    }
  }

  void part(const Node& key, const Node& node) {
    const Fields fields(node, "part " + key.text, build.report, kPartKeys);
    const auto scope = static_cast<ScopeId>(kind.scopes.size());
    if (kind.scopes.size() >= 200 || !kind.part_ids.emplace(key.text, scope).second) {
      build.report.error(key, fields.where() + ": more than 200 parts");
      return;
    }
    check_name(build, key, "part");
    kind.scopes.emplace_back().name = key.text;
    kind_build.scopes.emplace_back().node = &node;
    if (const Node* part_key = fields.need("key")) {
      const Fields key_fields(*part_key, fields.where() + ": key", build.report, {"name", "type", "in_order", "quota", "unless"});
      if (const Node* word = key_fields.need_scalar("name")) {
        check_name(build, *word, fields.where() + ": key");
        kind.scopes[scope].key_name = word->text;
      }
      if (const Node* type = key_fields.need_scalar("type")) {
        kind.scopes[scope].key_spec = read_type(build, kind_build, *type, key_fields.where(), false);
        const ValueType t = kind.scopes[scope].key_spec.type;
        if (t != ValueType::kUnit && t != ValueType::kInteger && t != ValueType::kDate) {
          build.report.error(*type, fields.where() + ": a key is a unit, an integer or a date" +
                                        (kind.scopes[scope].key_spec.is_private ? "; " + type->text + " would be private" : ""));
        }
      }
      key_order(key_fields, scope);
    }
    declare_attributes(build, kind_build, node, scope);
    states(node, scope);
    clocks_and_gates(node, scope);
    events(node, scope, false);
    if (fields.need("during") != nullptr) {
      kind.scopes[scope].during = read_states(build, kind.scopes[0], fields.words("during"), fields.where() + ": during");
    }
  }

  // Numbers that are handed out one after the other, and how many may be out at once.
  void key_order(const Fields& fields, ScopeId scope) {
    ScopeDef& part = kind.scopes[scope];
    part.keys_in_order = fields.flag("in_order");
    if (part.keys_in_order && part.key_spec.type != ValueType::kInteger) {
      build.report.error(*fields.get("in_order"), fields.where() + ": in_order is for integers: 1, 2, 3 ...");
    }
    const Node* quota = fields.scalar("quota");
    const Node* unless = fields.scalar("unless");
    if (unless != nullptr) part.quota_unless = unless->text;
    if ((quota == nullptr) != (unless == nullptr)) {
      build.report.error(fields.node(), fields.where() +
                                            ": quota (an attribute of the case) and unless (the field with which one more is taken) "
                                            "go together");
    }
    if (quota == nullptr) return;
    const AttributeId* id = find_name(kind.scopes[0].attribute_ids, quota->text);
    if (id == nullptr || kind.scopes[0].attributes[*id].spec.type != ValueType::kInteger) {
      build.report.error(*quota, fields.where() + ": quota: no integer attribute " + quota->text + " of the case",
                         nearest(quota->text, attribute_names(kind, 0)));
      return;
    }
    part.quota = *id;
  }

  void links(const Node& map) {
    for (std::size_t i = 0; i < map.size(); ++i) {
      const Node& key = map.keys[i];
      if (!room(build, key, kind.links.size(), 250, kind.link_ids, "link")) continue;
      const Fields fields(map.items[i], "link " + key.text, build.report, {"to", "one", "forest", "counts", "opens_by", "when", "with"});
      LinkDef link;
      link.name = key.text;
      link.one = fields.flag("one");
      link.forest = fields.flag("forest");
      if (link.forest && !link.one) build.report.error(key, fields.where() + ": a forest has one target a case; write one: true");
      if (const Node* counts = fields.scalar("counts")) {
        if (counts->text != "primary") {
          build.report.error(*counts, fields.where() + ": counts is primary, not " + counts->text, nearest(counts->text, {"primary"}));
        }
        link.counts_primary = true;
      }
      if (const Node* to = fields.need_scalar("to")) {
        target(link, *to, fields.where());
        if (link.forest && link.to_name != kind.name) {
          build.report.error(*to, fields.where() + ": a forest is of one kind, " + kind.name, kind.name);
        }
      }
      if (const Node* opens_by = fields.scalar("opens_by")) link.opens_by = opens_by->text;
      kind.links.push_back(std::move(link));
      kind_build.links.push_back(&key);
    }
  }

  void target(LinkDef& link, const Node& to, const std::string& where) const {
    link.to_name = to.text;
    if (const KindId* id = find_name(build.bundle->kind_ids, to.text)) {
      link.to = *id;
      return;
    }
    Names known;
    for (const auto& [name, id] : build.bundle->kind_ids) known.push_back(name);
    std::sort(known.begin(), known.end());
    const std::string near = nearest(to.text, known);
    if (!near.empty()) {
      build.report.error(to, where + ": no kind " + to.text, near);
    } else {
      build.report.warn(to, where + ": this office has no kind " + to.text + ", so nothing can be linked there yet");
    }
  }
};

// Links are declared before the shared fragments are read, so what they say of events is checked after both.
void check_links(Build& build, const KindBuild& kind_build, KindDef& kind, const Node& links) {
  for (std::size_t i = 0; i < kind.links.size(); ++i) {
    LinkDef& link = kind.links[i];
    const Node* map = links.find(link.name);
    if (map == nullptr || link.opens_by.empty()) continue;
    if (const EventId* id = find_name(kind.event_ids, link.opens_by)) {
      link.opened_by = *id;
      continue;
    }
    build.report.error(*map->find("opens_by"), "link " + kind_build.links[i]->text + ": opens_by: no event " + link.opens_by,
                       nearest(link.opens_by, event_names(kind, 0, true)));
  }
}

void declare_header(Build& build, const Node& root, const std::string& file, KindDef& kind) {
  const Fields fields(root, "kind " + file, build.report, kKindKeys);
  if (const Node* name = fields.need_scalar("kind"); name != nullptr && name->text != file) {
    build.report.error(*name, "kind: the file is named " + file + ", not " + name->text);
  }
  (void)fields.need("version");
  if (const auto version = fields.integer("version", 1, 60'000)) kind.version = static_cast<std::uint16_t>(*version);
  if (const Node* parking = fields.scalar("parking")) {
    const auto duration = calendar::parse_duration(parking->text);
    const std::int64_t hour = 3'600'000;
    const auto unit = duration ? duration->unit : calendar::LimitUnit::kNone;
    const std::int64_t ms = unit == calendar::LimitUnit::kMinutes ? hour / 60
                            : unit == calendar::LimitUnit::kHours ? hour
                            : unit == calendar::LimitUnit::kDays  ? 24 * hour
                                                                  : 0;
    if (ms == 0 || duration->amount <= 0) {
      build.report.error(*parking, fields.where() + ": parking is a duration such as 72h, 3d or 30min, not " + parking->text);
    }
    if (ms != 0) kind.parking_ms = ms * duration->amount;
  }
}

void declare_kind(Build& build, KindBuild& kind_build) {
  KindDef& kind = build.kind(kind_build);
  const Node& root = *kind_build.root;
  declare_header(build, root, kind.name, kind);
  kind.scopes.emplace_back();
  kind_build.scopes.emplace_back().node = &root;
  Declarer declarer{build, kind_build, kind};
  declare_attributes(build, kind_build, root, 0);
  declare_aliases(build, kind_build, root);
  declarer.states(root, 0);
  declarer.clocks_and_gates(root, 0);
  declarer.events(root, 0, false);
  if (const Node* parts = root.find("parts"); parts != nullptr) {
    if (!parts->is_map()) build.report.error(*parts, "parts: a map, {assist: {...}}");
    for (std::size_t i = 0; i < parts->size() && parts->is_map(); ++i) declarer.part(parts->keys[i], parts->items[i]);
  }
  if (const Node* links = root.find("links"); links != nullptr) {
    if (!links->is_map()) build.report.error(*links, "links: a map, {merged_into: {...}}");
    if (links->is_map()) declarer.links(*links);
  }
  const Node* uses = root.find("uses");
  for (const Node* word : uses == nullptr ? std::vector<const Node*>{} : read_words(*uses, "uses", build.report)) {
    const Node* fragment = build.load("definitions/" + word->text + ".yaml", *word);
    if (fragment == nullptr) continue;
    const Fields fields(*fragment, "fragment " + word->text, build.report, {"fragment", "version", "events"});
    (void)fields.integer("version", 1, 60'000);
    if (const Node* head = fields.need_scalar("fragment"); head != nullptr && head->text != word->text) {
      build.report.error(*head, "fragment: the file is named " + word->text);
    }
    declarer.events(*fragment, 0, true);
  }
  if (const Node* links = root.find("links"); links != nullptr && links->is_map()) check_links(build, kind_build, kind, *links);
}

}  // namespace

void declare_kinds(Build& build) {
  Bundle& bundle = *build.bundle;
  const Node* list = build.office_node->find("kinds");
  if (list == nullptr) return;
  for (const Node* name : read_words(*list, "office: kinds", build.report)) {
    const Node* root = build.load("definitions/" + name->text + ".yaml", *name);
    if (root == nullptr) continue;
    const auto id = static_cast<KindId>(bundle.kinds.size());
    bundle.kind_ids.emplace(name->text, id);
    bundle.kinds.emplace_back().name = name->text;
    KindBuild& kind = build.kinds.emplace_back();
    kind.id = id;
    kind.root = root;
  }
  for (KindBuild& kind : build.kinds) declare_kind(build, kind);
}

}  // namespace docket::definition
