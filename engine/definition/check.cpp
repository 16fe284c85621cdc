// Checks over a compiled kind: states that nothing reaches or leaves, and words that can never come true.
#include <algorithm>

#include "engine/definition/build.h"
#include "engine/definition/graph.h"

namespace docket::definition {
namespace {

struct Checker {
  Build& build;
  KindBuild& kind_build;
  KindDef& kind;
  ScopeId id;
  Graph graph;

  [[nodiscard]] const ScopeDef& scope() const { return kind.scopes[id]; }
  [[nodiscard]] const ScopeBuild& written() const { return kind_build.scopes[id]; }
  void error(const Node& at, const std::string& message) const { build.report.error(at, message); }

  // Where the word `value` stands under `key` of that map; else the map.
  [[nodiscard]] static const Node& word(const Node& map, std::string_view key, std::string_view value) {
    const Node* found = map.is_map() ? map.find(key) : nullptr;
    if (found == nullptr) return map;
    for (const Node& item : found->items) {
      if (item.text == value) return item;
    }
    return *found;
  }
  [[nodiscard]] const Node& event_map(const EventDef& event) const {
    return *kind_build.event_maps[static_cast<std::size_t>(&event - kind.events.data())];
  }
  [[nodiscard]] const Node& event_key(const EventDef& event) const {
    return *kind_build.events[static_cast<std::size_t>(&event - kind.events.data())];
  }

  [[nodiscard]] bool rounds() const {
    return std::any_of(kind.events.begin(), kind.events.end(), [](const EventDef& e) { return e.next_round; });
  }

  // ---- states -----------------------------------------------------------------------------------------------------
  void states() const {
    if (graph.initial() == 0) {
      if (id == 0) error(*kind_build.root, "kind " + kind.name + ": no event opens a case");
      if (id != 0) error(*written().node, "part " + scope().name + ": no event adds or opens it");
      return;
    }
    const std::uint64_t closes = graph.can_close();
    for (std::size_t s = 0; s < scope().states.size(); ++s) {
      const std::string name = "state " + scope().states[s].name;
      if ((graph.reached() & bit(s)) == 0) error(*written().states[s], name + ": never reached; no event leads to it");
      if ((closes & bit(s)) == 0) error(*written().states[s], name + ": no way from it to a closed state");
    }
  }

  void merges() const {  // a state whose outcome is `merged` is entered with the link to the other case
    for (const EventDef& event : kind.events) {
      if (event.scope != 0 || event.to == kStay || event.to == kBack) continue;
      const bool merged = scope().states[event.to].outcome == CaseOutcome::kMerged;
      if (merged && event.link == kNone8) {
        error(event_key(event), "event " + event.name + ": leads to a state merged into another case, but names no link");
      }
      if (!merged && event.link != kNone8 && kind.links[event.link].counts_primary) {
        error(event_key(event), "event " + event.name + ": its link counts only the other case, but the state it leads to is not merged");
      }
    }
  }

  // ---- attributes -------------------------------------------------------------------------------------------------
  [[nodiscard]] std::vector<const EventDef*> setters(AttributeId attribute) const {
    std::vector<const EventDef*> out;
    for (const EventDef& event : kind.events) {
      if (event.scope != id) continue;
      const bool sets = std::any_of(event.fields.begin(), event.fields.end(), [&](const FieldDef& f) { return f.attribute == attribute; });
      const bool fixes = std::any_of(event.fix.begin(), event.fix.end(), [&](const auto& f) { return f.first == attribute; });
      if (sets || fixes) out.push_back(&event);
    }
    return out;
  }

  // Whether some event gives the attribute a value before `event`, or that event itself does.
  [[nodiscard]] bool set_by(AttributeId attribute, const EventDef& event, bool itself) const {
    const auto list = setters(attribute);
    return std::any_of(list.begin(), list.end(), [&](const EventDef* s) { return (s == &event && itself) || graph.may_follow(*s, event); });
  }

  void attributes() const {
    for (std::size_t a = 0; a < scope().attributes.size(); ++a) {
      const AttributeDef& attribute = scope().attributes[a];
      const Node& at = *written().attributes[a];
      if (setters(static_cast<AttributeId>(a)).empty()) error(at, "attribute " + attribute.name + ": no event sets it (set, may or fix)");
      if (attribute.per_round && !rounds()) error(at, "attribute " + attribute.name + ": per round, but no event has round: next");
    }
  }

  // ---- events -----------------------------------------------------------------------------------------------------
  void earlier(const EventDef& event, EventId other, std::string_view key) const {
    if (other == kNone16 || graph.may_follow(kind.events[other], event)) return;
    error(word(event_map(event), key, kind.events[other].name),
          "event " + event.name + ": " + std::string(key) + ": " + kind.events[other].name + " can't have happened before");
  }

  void conditions(const EventDef& event) const {
    if (event.when != kNoCondition) condition(event, event.when, event_map(event), "event " + event.name);
  }

  void link_conditions(const EventDef& event) const {
    for (const LinkId reacting : event.reacts) {
      const LinkDef& link = kind.links[reacting];
      const Node* links = kind_build.root->find("links");
      const Node* map = links == nullptr ? nullptr : links->find(link.name);
      if (map != nullptr && link.when != kNoCondition) condition(event, link.when, *map, "link " + link.name);
    }
  }

  void condition(const EventDef& event, ConditionId id_of, const Node& map, const std::string& of) const {
    const Node* when = map.find("when");
    const Node& at = when == nullptr ? map : *when;
    const auto& any = kind.conditions[id_of].any;
    for (std::size_t i = 0; i < any.size(); ++i) {
      const Node& alternative = at.is_list() && i < at.size() ? at.items[i] : at;
      for (const definition::Test& test : any[i]) {
        if (test.left == definition::Test::Left::kState && !event.opens && (test.mask & event.from) == 0) {
          error(alternative, of + ": when: none of these states is in " + (&map == &event_map(event) ? "its" : event.name + "'s") +
                                 " `from`, so it never holds");
        }
        const bool counts = test.left == definition::Test::Left::kCount || test.left == definition::Test::Left::kTotal;
        if (counts && kind.events[test.id].scope == id && test.min.value_or(0) > 0 && !graph.may_follow(kind.events[test.id], event)) {
          error(alternative, of + ": when: " + kind.events[test.id].name + " can't have happened before");
        }
        if (test.left == definition::Test::Left::kRound && test.min.value_or(0) > 1000 && !rounds()) {
          error(alternative, of + ": when: no event has round: next, so there is no second round");
        }
      }
    }
  }

  void clock_holds(const EventDef& event, ClockId clock, std::string_view key) const {
    if (clock == kNone8 || (graph.running(clock) & event.from) != 0) return;
    error(word(event_map(event), key, scope().clocks[clock].name), "event " + event.name + ": " + std::string(key) + ": clock " +
                                                                       scope().clocks[clock].name +
                                                                       " never runs in the states it comes from");
  }

  void gates_of(const EventDef& event) const {
    for (const GateId gate_id : event.needs) {
      const GateDef& gate = scope().gates[gate_id];
      if (gate.event != kNone16 && !graph.may_follow(kind.events[gate.event], event)) {
        error(word(event_map(event), "needs", gate.name), "event " + event.name + ": gate " + gate.name + " can't be passed, as " +
                                                              kind.events[gate.event].name + " can't happen before");
      }
    }
  }

  void events() const {
    for (const EventDef& event : kind.events) {
      if (event.scope != id) continue;
      link_conditions(event);
      if (event.common) continue;
      earlier(event, event.not_by, "not_by");
      earlier(event, event.answers, "answers");
      if (event.while_scope == id) clock_holds(event, event.while_clock, "while");
      clock_holds(event, event.after_clock, "after");
      conditions(event);
      gates_of(event);
      for (const ActorRule& rule : event.by) {
        if (rule.kind == ActorRule::Kind::kAttribute && rule.scope == id && !set_by(rule.attribute, event, id != 0)) {
          const std::string& name = scope().attributes[rule.attribute].name;
          error(word(event_map(event), "by", "@" + name), "event " + event.name + ": by @" + name + ": no event before it sets " + name);
        }
      }
      for (const AttributeId attribute : event.unset) {
        if (set_by(attribute, event, false)) continue;
        error(word(event_map(event), "unset", scope().attributes[attribute].name),
              "event " + event.name + ": unsets " + scope().attributes[attribute].name + ", which no event before it sets");
      }
      if (event.once == Once::kRound && !rounds()) {
        error(event_key(event), "event " + event.name + ": once: round, but no event has round: next");
      }
      if (event.unlink != kNone8) {
        const bool linked = std::any_of(kind.events.begin(), kind.events.end(),
                                        [&](const EventDef& e) { return e.link == event.unlink && graph.may_follow(e, event); });
        if (!linked) {
          error(event_key(event), "event " + event.name + ": no event before it makes the link " + kind.links[event.unlink].name);
        }
      }
    }
  }

  // ---- gates ------------------------------------------------------------------------------------------------------
  void gates() const {
    for (std::size_t g = 0; g < scope().gates.size(); ++g) {
      const GateDef& gate = scope().gates[g];
      const bool needed = std::any_of(kind.events.begin(), kind.events.end(), [&](const EventDef& e) {
        return e.scope == id && std::find(e.needs.begin(), e.needs.end(), static_cast<GateId>(g)) != e.needs.end();
      });
      if (!needed) error(*written().gates[g], "gate " + gate.name + ": no event needs it");
      if (gate.part == kNone8) continue;
      const Graph part(kind, gate.part);
      for (std::size_t s = 0; s < kind.scopes[gate.part].states.size(); ++s) {
        if ((gate.part_states & bit(s) & ~part.reached()) != 0) {
          error(*written().gates[g],
                "gate " + gate.name + ": part " + kind.scopes[gate.part].name + " never gets to " + kind.scopes[gate.part].states[s].name);
        }
      }
    }
  }

  // ---- parts ------------------------------------------------------------------------------------------------------
  void parts() const {
    for (std::size_t p = 1; p < kind.scopes.size(); ++p) {
      std::uint64_t living = 0;
      for (const EventDef& event : kind.events) {
        const bool adds = std::any_of(event.fields.begin(), event.fields.end(), [&](const FieldDef& f) { return f.adds_part == p; });
        if (adds) living |= graph.later(event);
        if (event.scope == p && event.opens) living |= kind.scopes[p].during;
      }
      for (std::size_t s = 0; s < scope().states.size(); ++s) {
        if ((kind.scopes[p].during & bit(s) & ~living) != 0) {
          error(word(*kind_build.scopes[p].node, "during", scope().states[s].name),
                "part " + kind.scopes[p].name + ": during " + scope().states[s].name + ": no instance can have been added by then");
        }
      }
      if ((kind.scopes[p].during & graph.reached()) == 0) {
        error(*kind_build.scopes[p].node, "part " + kind.scopes[p].name + ": its events are never legal");
      }
    }
  }

  // ---- clocks -----------------------------------------------------------------------------------------------------
  // Reports events of `list` that find the clock not running.
  void in_vain(const ClockDef& clock, const ClockRef& ref, const Node& map, std::string_view key, std::vector<ClockRef> EventDef::*list,
               std::uint64_t running) const {
    for (const EventDef& event : kind.events) {
      if (!has(event.*list, ref)) continue;
      const std::uint64_t from = event.scope == id ? event.from : kind.scopes[event.scope].during;
      if ((from & running) == 0) {
        error(word(map, key, event.name),
              "clock " + clock.name + ": " + std::string(key) + ": it never runs when " + event.name + " can happen");
      }
    }
  }

  void revokes(const ClockDef& clock, const ClockRef& ref, const Node& map) const {
    for (const EventDef& event : kind.events) {
      const bool revoked = std::any_of(event.revokes.begin(), event.revokes.end(), [&](const Revocation& r) { return r.clock == ref; });
      const bool stopped = std::any_of(kind.events.begin(), kind.events.end(),
                                       [&](const EventDef& e) { return has(e.stops, ref) && graph.may_follow(e, event); });
      if (revoked && !stopped) {
        const Node* list = map.find("revokes");
        error(list == nullptr ? map : *list,
              "clock " + clock.name + ": revokes: it can't have been stopped when " + event.name + " happens");
      }
    }
  }

  void given_and_holder(const ClockDef& clock, const ClockRef& ref, const Node& map) const {
    const auto known = [&](AttributeId attribute) {
      if (clock.starts_added) return true;
      return std::all_of(kind.events.begin(), kind.events.end(),
                         [&](const EventDef& e) { return e.scope != id || !has(e.starts, ref) || set_by(attribute, e, true); });
    };
    if (clock.given != kNone16 && clock.given_scope == id && !known(clock.given)) {
      error(word(map, "given", ""),
            "clock " + clock.name + ": given: it starts before any event sets " + scope().attributes[clock.given].name);
    }
    if (clock.holder.kind == Holder::Kind::kAttribute && clock.holder.scope == id && clock.holder.else_attribute == kNone16 &&
        !known(clock.holder.attribute)) {
      error(word(map, "holder", ""),
            "clock " + clock.name + ": holder: it starts before any event sets " + scope().attributes[clock.holder.attribute].name);
    }
  }

  void clocks() const {
    const Node* section = written().node->find("clocks");
    for (std::size_t c = 0; c < scope().clocks.size(); ++c) {
      const ClockDef& clock = scope().clocks[c];
      const Node& key = *written().clocks[c];
      const Node& map = *section->find(clock.name);
      const ClockRef ref{id, static_cast<ClockId>(c)};
      const auto any = [&](std::vector<ClockRef> EventDef::*list) {
        return std::any_of(kind.events.begin(), kind.events.end(), [&](const EventDef& e) { return has(e.*list, ref); });
      };
      const std::string name = "clock " + clock.name;
      if (!any(&EventDef::starts) && !clock.starts_added) {
        error(key, name + ": no event starts it");
        continue;
      }
      if (!clock.window && !any(&EventDef::stops)) {
        error(key, name + ": no event stops it (a time to act that just runs out is window: true)");
      }
      const bool asked = std::any_of(kind.events.begin(), kind.events.end(), [&](const EventDef& e) {
        return (e.while_scope == id && e.while_clock == c) || (e.scope == id && e.after_clock == c);
      });
      if (clock.window && !asked) error(key, name + ": a window that no event asks about (while, after)");
      if (clock.per_round && !rounds()) error(key, name + ": per round, but no event has round: next");
      const std::uint64_t running = graph.running(static_cast<ClockId>(c));
      in_vain(clock, ref, map, "stops", &EventDef::stops, running);
      in_vain(clock, ref, map, "cancels", &EventDef::cancels, running);
      in_vain(clock, ref, map, "extend", &EventDef::extends, running);
      revokes(clock, ref, map);
      for (std::size_t s = 0; s < scope().states.size(); ++s) {
        if ((clock.pause_states & bit(s) & ~running) != 0) {
          error(word(map, "pauses", scope().states[s].name),
                name + ": pauses: it never runs when the case gets to " + scope().states[s].name);
        }
      }
      given_and_holder(clock, ref, map);
    }
  }
};

}  // namespace

void check_graphs(Build& build, KindBuild& kind_build) {
  KindDef& kind = build.kind(kind_build);
  for (std::size_t s = 0; s < kind.scopes.size(); ++s) {
    const auto id = static_cast<ScopeId>(s);
    const Checker checker{build, kind_build, kind, id, Graph(kind, id)};
    checker.states();
    checker.attributes();
    checker.events();
    checker.gates();
    checker.clocks();
    if (id == 0) checker.merges();
    if (id == 0) checker.parts();
  }
}

}  // namespace docket::definition
