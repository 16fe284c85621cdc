// What opens a case of another kind: `opens_by`, `when` and `with` of links, checked against the event that will open the target.
#include <algorithm>
#include <set>
#include <utility>

#include "engine/definition/build.h"

namespace docket::definition {
namespace {

constexpr std::string_view kCaseWord = "@case";
constexpr std::string_view kSystemRole = "system";  // an office without it may come to be checked, too

bool is_bounded_by(const std::optional<std::int64_t>& narrow, const std::optional<std::int64_t>& wide, bool upper) {
  if (!wide) return true;
  return narrow && (upper ? *narrow <= *wide : *narrow >= *wide);
}

// Whether every value of one type is a value of the other; a code's name is a text, too.
bool fits(const Build& build, const TypeSpec& value, const TypeSpec& field) {
  if (value.type == ValueType::kCode && field.type == ValueType::kText && !value.many && !field.many) {
    return std::all_of(value.allowed.begin(), value.allowed.end(), [&](const Symbol code) {
      const auto& name = build.bundle->symbols.text(code);
      const auto size = std::count_if(name.begin(), name.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
      return (!field.min || size >= *field.min) && (!field.max || size <= *field.max);
    });
  }
  if (value.type != field.type || value.many != field.many || value.decimals > field.decimals) return false;
  if (field.type == ValueType::kCode)
    return std::includes(field.allowed.begin(), field.allowed.end(), value.allowed.begin(), value.allowed.end());
  return is_bounded_by(value.min, field.min, false) && is_bounded_by(value.max, field.max, true);
}

struct ReactionCompiler {
  Build& build;
  KindBuild& kind_build;
  KindDef& kind;
  LinkDef& link;
  const Node& map;  // of the link
  const std::string where;

  void compile() {
    const Node* with = map.find("with");
    const Node* when = map.find("when");
    if (link.opens_by.empty()) {
      if (when != nullptr) error(*when, "when says whether an event opens the target; name that event, opens_by");
      if (with != nullptr) error(*with, "with says what the event that opens the target holds; name the event that causes it, opens_by");
      return;
    }
    if (link.opened_by == kNone16) return;  // told
    kind.events[link.opened_by].reacts.push_back(static_cast<LinkId>(&link - kind.links.data()));
    const EventDef& cause = kind.events[link.opened_by];
    if (cause.link != kNone8 && &kind.links[cause.link] != &link) {
      error(*map.find("opens_by"), "event " + cause.name + " makes the link " + kind.links[cause.link].name + ", so it opens no other");
    }
    if (when != nullptr) condition(*when, cause);
    if (link.to == kNone16) return;
    const EventDef* opening = find_opening();
    if (opening == nullptr) return;
    link.opening = static_cast<EventId>(opening - build.bundle->kinds[link.to].events.data());
    if (with != nullptr && !with->is_map()) return error(*with, "with is a map, {field of " + opening->name + ": value}");
    for (std::size_t i = 0; with != nullptr && i < with->size(); ++i) value(with->keys[i], with->items[i], *opening);
    for (const FieldDef& field : opening->fields) {
      const bool given = std::any_of(link.with.begin(), link.with.end(), [&](const LinkValue& row) { return row.field == field.name; });
      if (field.required && !given && !field.is_part_key)
        error(with != nullptr ? *with : *map.find("opens_by"),
              opening->name + " of kind " + link.to_name + " needs " + field.name + ", and with does not give it");
    }
  }

 private:
  void error(const Node& at, const std::string& message, const std::string& near = {}) const {
    build.report.error(at, where + ": " + message, near);
  }

  void condition(const Node& when, const EventDef& cause) {
    if (cause.link != kNone8 && &kind.links[cause.link] == &link)
      return error(when, "event " + cause.name + " makes this link whatever holds (link: " + link.name +
                             "), so it can't depend on a condition; leave out that word or this one");
    link.when = compile_condition(build, kind_build, when, ConditionContext{cause.scope, &cause, false, false}, where + ": when");
  }

  [[nodiscard]] const EventDef* find_opening() const {
    const KindDef& target = build.bundle->kinds[link.to];
    const EventDef* found = nullptr;
    for (const EventDef& event : target.events) {
      if (event.scope != 0 || !event.opens) continue;
      const bool own = build.bundle->system_role != kNone8 && std::any_of(event.by.begin(), event.by.end(), [&](const ActorRule& rule) {
                         return rule.kind == ActorRule::Kind::kRole && rule.role == build.bundle->system_role;
                       });
      if (!own) continue;
      if (found != nullptr) {
        error(*map.find("opens_by"),
              "Docket itself may do two events that open a " + link.to_name + ", " + found->name + " and " + event.name);
        return nullptr;
      }
      found = &event;
    }
    if (found == nullptr) {
      error(*map.find("opens_by"),
            "no event that opens a " + link.to_name + " is by " + std::string(kSystemRole) + ", so Docket itself can't open one");
    }
    return found;
  }

  void value(const Node& key, const Node& node, const EventDef& opening) {
    const std::string field_where = "with: " + key.text;
    const std::uint16_t* field_id = find_name(opening.field_ids, key.text);
    if (field_id == nullptr) {
      Names known;
      for (const FieldDef& field : opening.fields) known.push_back(field.name);
      return error(key, "with: " + opening.name + " of kind " + link.to_name + " has no field " + key.text, nearest(key.text, known));
    }
    const FieldDef& field = opening.fields[*field_id];
    LinkValue out;
    out.field = key.text;
    if (node.is_map()) {
      const Fields fields(node, where + ": " + field_where, build.report, {"value"});
      const Node* fixed = fields.need_scalar("value");
      if (fixed == nullptr) return;
      static_cast<void>(read_value(build, field.spec, *fixed, where + ": " + field_where));
      out.from = LinkValue::From::kFixed;
      out.text = fixed->text;
    } else if (!node.is_scalar()) {
      return error(node, field_where + " is a field of " + link.opens_by + ", an attribute of the case as @name, @case, or {value: ...}");
    } else if (node.text == kCaseWord) {
      out.from = LinkValue::From::kCase;
      if (field.spec.type != ValueType::kText || field.spec.many)
        return error(node, field_where + " is no text, so it can't be a case's id");
    } else if (node.text.starts_with('@')) {
      const AttributeId* id = find_name(kind.scopes[0].attribute_ids, node.text.substr(1));
      if (id == nullptr)
        return error(node, field_where + ": the case has no attribute " + node.text.substr(1),
                     nearest(node.text.substr(1), attribute_names(kind, 0)));
      const TypeSpec& spec = kind.scopes[0].attributes[*id].spec;
      if (spec.is_private) return error(node, field_where + ": " + node.text.substr(1) + " is private, so no other case may have it");
      if (spec.many) return error(node, field_where + ": " + node.text.substr(1) + " has many values, and one belongs here");
      if (!fits(build, spec, field.spec)) return error(node, field_where + ": not every " + node.text.substr(1) + " fits there");
      out.from = LinkValue::From::kAttribute;
      out.attribute = *id;
    } else {
      const EventDef& cause = kind.events[link.opened_by];
      const std::uint16_t* id = find_name(cause.field_ids, node.text);
      if (id == nullptr) {
        Names known;
        for (const FieldDef& other : cause.fields) known.push_back(other.name);
        return error(node, field_where + ": event " + cause.name + " has no field " + node.text, nearest(node.text, known));
      }
      const TypeSpec& spec = cause.fields[*id].spec;
      if (spec.is_private && !field.spec.is_private)
        return error(node, field_where + ": " + node.text + " is private, and would stand open in the other case");
      if (!fits(build, spec, field.spec)) return error(node, field_where + ": not every " + node.text + " fits there");
      out.name = node.text;
    }
    link.with.push_back(std::move(out));
  }
};

// Along what opens what: an event that opens a case may open another itself.
struct CycleSearch {
  const Build& build;
  std::set<std::pair<KindId, EventId>> path;

  [[nodiscard]] bool returns(KindId kind, EventId event) {
    if (!path.emplace(kind, event).second) return true;
    bool found = false;
    const KindDef& def = build.bundle->kinds[kind];
    for (const LinkId id : def.events[event].reacts) {
      const LinkDef& link = def.links[id];
      found = found || (link.opening != kNone16 && returns(link.to, link.opening));
    }
    path.erase({kind, event});
    return found;
  }
};

// A case that nobody but Docket may open, and that nothing asks for, is never there.
void check_opened(Build& build, const KindBuild& kind_build) {
  const KindDef& kind = build.kind(kind_build);
  for (std::size_t i = 0; i < kind.events.size(); ++i) {
    const EventDef& event = kind.events[i];
    const bool own =
        event.scope == 0 && event.opens && !event.by.empty() && std::all_of(event.by.begin(), event.by.end(), [&](const ActorRule& rule) {
          return rule.kind == ActorRule::Kind::kRole && rule.role == build.bundle->system_role;
        });
    const auto opens = [&](const LinkDef& link) { return link.to == kind_build.id && link.opening == i; };
    const bool asked = std::any_of(build.bundle->kinds.begin(), build.bundle->kinds.end(),
                                   [&](const KindDef& other) { return std::any_of(other.links.begin(), other.links.end(), opens); });
    if (own && !asked)
      build.report.error(*kind_build.events[i],
                         "event " + event.name + ": Docket itself opens this case, and no link of the office has it do so (opens_by)");
  }
}

}  // namespace

void compile_reactions(Build& build) {
  for (KindBuild& kind_build : build.kinds) {
    KindDef& kind = build.kind(kind_build);
    const Node* links = kind_build.root->find("links");
    for (LinkDef& link : kind.links) {
      const Node* map = links->find(link.name);
      if (map == nullptr || !map->is_map()) continue;
      ReactionCompiler{build, kind_build, kind, link, *map, "link " + link.name}.compile();
    }
  }
  if (build.report.errors() > 0) return;
  for (const KindBuild& kind_build : build.kinds) {
    check_opened(build, kind_build);
    KindDef& kind = build.kind(kind_build);
    for (LinkDef& link : kind.links) {
      if (link.opening == kNone16 || !CycleSearch{build, {}}.returns(kind_build.id, link.opened_by)) continue;
      const Node* map = kind_build.root->find("links")->find(link.name);
      build.report.error(*map->find("opens_by"), "link " + link.name + ": what it opens opens another, and so on without end");
    }
  }
}

}  // namespace docket::definition
