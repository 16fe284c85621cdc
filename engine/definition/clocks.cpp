// Clocks and gates; a clock's words about events are turned round into what each event does.
#include <algorithm>

#include "engine/definition/build.h"

namespace docket::definition {
namespace {

constexpr std::string_view kClockKeys[] = {"per",   "starts", "stops",  "again",   "cancels", "pauses", "revokes",
                                           "limit", "given",  "extend", "notices", "holder",  "window", "closing"};

struct ClockCompiler {
  Build& build;
  KindBuild& kind_build;
  KindDef& kind;
  ScopeId scope_id;
  ClockId clock_id;
  const Fields& fields;

  [[nodiscard]] ScopeDef& scope() const { return kind.scopes[scope_id]; }
  [[nodiscard]] ClockDef& clock() const { return scope().clocks[clock_id]; }
  [[nodiscard]] ClockRef ref() const { return {scope_id, clock_id}; }
  void error(const Node& at, const std::string& message, std::string near = {}) const {
    build.report.error(at, fields.where() + ": " + message, std::move(near));
  }

  // A part's clock listens to its own events, the case's clock to all.
  [[nodiscard]] EventDef* event(const Node& word, std::string_view what) const {
    const EventId* id = find_name(kind.event_ids, word.text);
    if (id != nullptr && (scope_id == 0 || kind.events[*id].scope == scope_id)) return &kind.events[*id];
    error(word, std::string(what) + ": no event " + word.text + (id != nullptr ? " of this part" : ""),
          nearest(word.text, event_names(kind, scope_id, scope_id == 0)));
    return nullptr;
  }

  void driven(std::string_view what, std::vector<ClockRef> EventDef::*list) const {
    for (const Node* word : fields.words(what)) {
      if (what == "starts" && word->text == "added" && scope_id != 0) {
        clock().starts_added = true;
      } else if (EventDef* found = event(*word, what)) {
        (found->*list).push_back(ref());
      }
    }
  }

  void revokes() const {
    const Node* node = fields.get("revokes");
    if (node == nullptr) return;
    if (!node->is_list()) return error(*node, "revokes is a list of events, or of {event: condition}");
    for (const Node& item : node->items) {
      if (item.is_scalar()) {
        if (EventDef* found = event(item, "revokes")) found->revokes.push_back({ref(), kNoCondition});
        continue;
      }
      if (!item.is_map() || item.size() != 1) {
        error(item, "revokes: an event, or {event: condition}");
        continue;
      }
      EventDef* found = event(item.keys[0], "revokes");
      if (found == nullptr) continue;
      const ConditionId when = compile_condition(build, kind_build, item.items[0], ConditionContext{found->scope, found, false, false},
                                                 fields.where() + ": revokes " + found->name);
      found->revokes.push_back({ref(), when});
    }
  }

  void clashes() const {  // one event, one thing done to one clock
    for (const EventDef& each : kind.events) {
      const auto has = [&](const std::vector<ClockRef>& list) { return std::find(list.begin(), list.end(), ref()) != list.end(); };
      const bool revoked = std::any_of(each.revokes.begin(), each.revokes.end(), [&](const Revocation& r) { return r.clock == ref(); });
      // Of a clock by rounds, the event that opens the next one may start that round's and take back the last one's stop.
      const bool two_rounds = clock().per_round && each.next_round && revoked && has(each.starts);
      if (has(each.starts) + has(each.stops) + has(each.cancels) + (revoked && !two_rounds ? 1 : 0) > 1) {
        error(fields.node(), "event " + each.name + " does two things to it; choose one of starts, stops, cancels, revokes");
      }
    }
  }

  void limit() const {
    const Node* limit = fields.scalar("limit");
    const Node* given = fields.scalar("given");
    if ((limit == nullptr) == (given == nullptr)) error(fields.node(), "exactly one of limit (a rule) and given (an attribute)");
    if (limit != nullptr) {
      clock().limit = find_rule(build, *limit, RuleSort::kLimit, fields.where() + ": limit");
      clock().rows = compile_rows(build, kind_build, clock().limit, scope_id, fields.where());
    }
    if (given == nullptr) return;
    if (given->text == "key" && scope_id != 0) {
      if (scope().key_spec.type != ValueType::kDate) error(*given, "given: the part's key is no date");
      clock().given_key = true;
      return;
    }
    const AttributeRef found = find_attribute(kind, scope_id, given->text);
    if (found.id == kNone16) {
      return error(*given, "given: no attribute " + given->text, nearest(given->text, attribute_names(kind, scope_id)));
    }
    const ValueType type = kind.scopes[found.scope].attributes[found.id].spec.type;
    if (type != ValueType::kDate && type != ValueType::kInstant) return error(*given, "given: " + given->text + " is no date or instant");
    clock().given = found.id;
    clock().given_scope = found.scope;
  }

  void holder() const {
    const auto words = fields.words("holder");
    if (words.empty()) return;
    if (words.size() > 2) return error(*words[2], "holder is an attribute, or two: the second holds where the first has no value");
    if (words[0]->text == "key" && scope_id != 0) {
      clock().holder.kind = Holder::Kind::kKey;
      clock().holder.scope = scope_id;
      if (scope().key_spec.type != ValueType::kUnit) error(*words[0], "holder: the part's key is no unit");
      if (words.size() == 2) error(*words[1], "holder: a part always has its key, so nothing follows it");
      return;
    }
    const AttributeRef first = holding(*words[0]);
    const AttributeRef second = words.size() == 2 ? holding(*words[1]) : AttributeRef{};
    clock().holder = {Holder::Kind::kAttribute, first.scope, first.id, second.scope, second.id};
  }

  [[nodiscard]] AttributeRef holding(const Node& word) const {
    const AttributeRef found = find_attribute(kind, scope_id, word.text);
    if (found.id == kNone16) {
      error(word, "holder: no attribute " + word.text, nearest(word.text, attribute_names(kind, scope_id)));
      return found;
    }
    const TypeSpec& spec = kind.scopes[found.scope].attributes[found.id].spec;
    if (spec.type != ValueType::kUnit || spec.many) error(word, "holder: " + word.text + " is not one unit");
    return found;
  }

  void extend() const {
    const Node* node = fields.get("extend");
    if (node == nullptr) return;
    const Fields inner(*node, fields.where() + ": extend", build.report, {"by", "until", "times", "before", "cap"});
    ExtendDef out;
    if (const auto times = inner.integer("times", 1, 100)) out.times = static_cast<std::int32_t>(*times);
    if (const Node* before = inner.need_scalar("before"); before != nullptr && before->text != "due") {
      error(*before, "extend: before is due, not " + before->text, nearest(before->text, {"due"}));
    }
    if (const Node* cap = inner.scalar("cap")) {
      out.cap = find_rule(build, *cap, RuleSort::kLimit, inner.where() + ": cap");
      out.cap_rows = compile_rows(build, kind_build, out.cap, scope_id, inner.where());
    }
    const Node* by = inner.need_scalar("by");
    const Node* until = inner.need_scalar("until");
    EventDef* found = by == nullptr ? nullptr : event(*by, "extend: by");
    if (found != nullptr && until != nullptr) {
      out.by = *find_name(kind.event_ids, by->text);
      const std::uint16_t* field = find_name(found->field_ids, until->text);
      Names known;
      for (const FieldDef& each : found->fields) known.push_back(each.name);
      if (field == nullptr) {
        error(*until, "extend: event " + found->name + " has no field " + until->text, nearest(until->text, known));
      } else {
        const ValueType type = found->fields[*field].spec.type;
        if (type != ValueType::kDate && type != ValueType::kInstant) {
          error(*until, "extend: until " + until->text + " is no date or instant");
        }
        if (!found->fields[*field].required) {
          error(*until, "extend: " + until->text + " is optional in " + found->name + "; the new due must be there");
        }
        out.until_field = *field;
      }
      found->extends.push_back(ref());
    }
    clock().extend = std::move(out);
  }

  void notices() const {
    const Node* node = fields.scalar("notices");
    if (node == nullptr) return;
    clock().notices_rule = find_rule(build, *node, RuleSort::kNotices, fields.where() + ": notices");
    if (clock().notices_rule == kNone16) return;
    clock().notices = build.bundle->rules[clock().notices_rule].notices;
    if (clock().window) error(*node, "a window has no warning and no breach, so no notices");
    const bool holder = std::any_of(clock().notices.begin(), clock().notices.end(), [](const Notice& n) { return n.to == kNone8; });
    if (holder && clock().holder.kind == Holder::Kind::kNone) error(*node, "notices go to the holder, and the clock has none");
  }

  void run() const {
    if (const Node* per = fields.scalar("per")) {
      clock().per_round = true;
      if (per->text != "round") error(*per, "per is round, not " + per->text, nearest(per->text, {"round"}));
      if (scope_id != 0) error(*per, "a part has no rounds");
    }
    if (const Node* again = fields.scalar("again")) {
      clock().restart = again->text == "restart";
      if (again->text != "restart" && again->text != "keep") {
        error(*again, "again is restart or keep, not " + again->text, nearest(again->text, {"restart", "keep"}));
      }
    }
    clock().window = fields.flag("window");
    if (const Node* closing = fields.scalar("closing")) {
      clock().outlives = true;
      if (closing->text != "keep")
        error(*closing, "closing is keep (it goes on when the case is closed), not " + closing->text, nearest(closing->text, {"keep"}));
      if (clock().window || scope_id != 0) error(*closing, "closing: a window goes on without it, and a part's clock by `during`");
    }
    driven("starts", &EventDef::starts);
    driven("stops", &EventDef::stops);
    driven("cancels", &EventDef::cancels);
    revokes();
    clashes();
    clock().pause_states = read_states(build, scope(), fields.words("pauses"), fields.where() + ": pauses");
    if ((clock().pause_states & ~scope().paused_states) != 0) {
      for (const Node* word : fields.words("pauses")) {
        const StateId* id = find_name(scope().state_ids, word->text);
        if (id != nullptr && (scope().paused_states >> *id & 1U) == 0) {
          error(*word, "pauses in " + word->text + ", which is no paused state");
        }
      }
    }
    limit();
    holder();
    extend();
    notices();
  }
};

void compile_gate(Build& build, KindBuild& kind_build, KindDef& kind, ScopeId scope_id, GateDef& gate, const Fields& fields) {
  const auto error = [&](const Node& at, const std::string& message, std::string near = {}) {
    build.report.error(at, fields.where() + ": " + message, std::move(near));
  };
  const Node* event = fields.scalar("event");
  const Node* part = fields.scalar("part");
  if ((event == nullptr) == (part == nullptr)) error(fields.node(), "exactly one of event and part");
  if (event != nullptr) {
    const EventId* id = find_name(kind.event_ids, event->text);
    if (id == nullptr || kind.events[*id].scope != scope_id) {
      error(*event, "no event " + event->text + " of " + scope_name(kind, scope_id),
            nearest(event->text, event_names(kind, scope_id, false)));
    } else {
      gate.event = *id;
    }
    for (const std::string_view word : {"all", "any", "rounds"}) {
      if (fields.get(word) != nullptr) error(*fields.get(word), std::string(word) + " goes with part");
    }
  }
  if (part != nullptr) {
    const ScopeId* id = find_name(kind.part_ids, part->text);
    Names known;
    for (std::size_t i = 1; i < kind.scopes.size(); ++i) known.push_back(kind.scopes[i].name);
    if (id == nullptr || scope_id != 0) {
      error(*part, "no part " + part->text, nearest(part->text, known));
    } else {
      gate.part = *id;
      gate.any_part = fields.get("any") != nullptr;
      const std::string_view word = gate.any_part ? "any" : "all";
      if (gate.any_part && fields.get("all") != nullptr) error(*fields.get("any"), "all or any, not both");
      (void)fields.need(word);
      gate.part_states = read_states(build, kind.scopes[*id], fields.words(word), fields.where() + ": " + std::string(word));
      if (!gate.any_part && gate.part_states != 0 && (gate.part_states & kind.scopes[*id].closed_states) == 0) {
        error(*part, "all: names no closed state of part " + part->text);
      }
    }
  }
  if (const Node* rounds = fields.scalar("rounds")) {
    gate.all_rounds = rounds->text == "all";
    if (!gate.all_rounds) error(*rounds, "rounds is all, or left out: this round; not " + rounds->text, nearest(rounds->text, {"all"}));
  }
  if (const Node* condition = fields.get("if")) {
    gate.if_condition =
        compile_condition(build, kind_build, *condition, ConditionContext{scope_id, nullptr, false, false}, fields.where() + ": if");
  }
  if (const Node* rule = fields.scalar("rule")) gate.rule = find_rule(build, *rule, RuleSort::kSwitch, fields.where() + ": rule");
  for (const Node* word : fields.words("waive")) {
    const RoleId* role = find_name(build.bundle->role_ids, word->text);
    const Names known(build.bundle->roles.begin(), build.bundle->roles.end());
    if (role == nullptr) error(*word, "unknown role " + word->text, nearest(word->text, known));
    if (role != nullptr) gate.waive.push_back(*role);
  }
}

}  // namespace

void compile_clocks(Build& build, KindBuild& kind_build) {
  KindDef& kind = build.kind(kind_build);
  for (std::size_t s = 0; s < kind.scopes.size(); ++s) {
    const auto scope = static_cast<ScopeId>(s);
    const ScopeBuild& written = kind_build.scopes[s];
    for (std::size_t i = 0; i < written.clocks.size(); ++i) {
      const Fields fields(*written.node->find("clocks")->find(written.clocks[i]->text), "clock " + written.clocks[i]->text, build.report,
                          kClockKeys);
      ClockCompiler{build, kind_build, kind, scope, static_cast<ClockId>(i), fields}.run();
    }
    for (std::size_t i = 0; i < written.gates.size(); ++i) {
      const Fields fields(*written.node->find("gates")->find(written.gates[i]->text), "gate " + written.gates[i]->text, build.report,
                          {"event", "part", "all", "any", "rounds", "if", "rule", "waive"});
      compile_gate(build, kind_build, kind, scope, kind.scopes[s].gates[i], fields);
    }
  }
}

}  // namespace docket::definition
