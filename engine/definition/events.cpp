// Events: who may, from where to where, with which fields, and what else must hold.
#include <algorithm>

#include "engine/definition/event_compiler.h"

namespace docket::definition {
namespace {

constexpr std::string_view kEventKeys[] = {"opens", "from",  "to",   "by",   "not_by", "set",   "may",   "unset",
                                           "fix",   "data",  "also", "when", "needs",  "while", "after", "answers",
                                           "once",  "round", "late", "adds", "clears", "link",  "unlink"};
constexpr std::string_view kCommonKeys[] = {"from", "by", "data", "also", "does"};

struct ActionName {
  std::string_view name;
  EventAction action;
};
constexpr ActionName kActions[] = {
    {"link", EventAction::kLinked},      {"unlink", EventAction::kUnlinked},       {"correct", EventAction::kCorrected},
    {"void", EventAction::kVoided},      {"waive_gate", EventAction::kGateWaived}, {"adjust_clock", EventAction::kClockAdjusted},
    {"migrate", EventAction::kMigrated}, {"release", EventAction::kReleased},      {"erase", EventAction::kErased},
};

struct ActionField {  // what the engine reads of an event that `does` something
  EventAction action;
  std::string_view name;
  ValueType type;
  bool required;
  const char* as;
};
constexpr ActionField kActionFields[] = {
    {EventAction::kLinked, "link", ValueType::kText, true, "public text"},
    {EventAction::kLinked, "target", ValueType::kText, true, "public text"},
    {EventAction::kUnlinked, "link", ValueType::kText, true, "public text"},
    {EventAction::kUnlinked, "target", ValueType::kText, true, "public text"},
    {EventAction::kCorrected, "event", ValueType::kObject, true, "object"},
    {EventAction::kCorrected, "replace", ValueType::kObject, false, "object"},
    {EventAction::kCorrected, "void", ValueType::kFlag, false, "flag"},
    {EventAction::kCorrected, "approver", ValueType::kPerson, true, "public person"},
    {EventAction::kVoided, "approver", ValueType::kPerson, true, "public person"},
    {EventAction::kGateWaived, "gate", ValueType::kText, true, "public text"},
    {EventAction::kGateWaived, "approver", ValueType::kPerson, true, "public person"},
    {EventAction::kClockAdjusted, "clock", ValueType::kText, true, "public text"},
    {EventAction::kClockAdjusted, "due", ValueType::kInstant, true, "instant"},
    {EventAction::kClockAdjusted, "approver", ValueType::kPerson, true, "public person"},
    {EventAction::kMigrated, "activation", ValueType::kInteger, true, "integer"},
    {EventAction::kMigrated, "states", ValueType::kObject, false, "object"},
    {EventAction::kMigrated, "approver", ValueType::kPerson, true, "public person"},
    {EventAction::kErased, "subject", ValueType::kCode, true, "code"},
    {EventAction::kErased, "reason", ValueType::kText, true, "public text"},
    {EventAction::kErased, "approver", ValueType::kPerson, true, "public person"},
};

}  // namespace

void EventCompiler::states() const {
  event.opens = fields.flag("opens");
  const Node* from = fields.get("from");
  if (event.opens == (from != nullptr)) {
    error(key, event.opens ? "opens the case, so it has no `from`" : "from is missing: the states in which it is legal (or opens: true)");
  }
  event.from = read_states(build, scope(), fields.words("from"), fields.where() + ": from");
  const Node* to = fields.scalar("to");
  if (to == nullptr) {
    if (event.opens && event.scope != 0) event.to = scope().first_open;
    if (event.opens && event.scope == 0) error(key, "to is missing: the state of a new case");
    return;
  }
  if (to->text == "back") {
    event.to = kBack;
    if (event.opens) error(*to, "an opening event can't go back");
    return;
  }
  const StateId* id = find_name(scope().state_ids, to->text);
  if (id == nullptr) {
    Names known = state_names(scope());
    known.push_back("back");
    return error(*to, "to unknown state " + to->text, nearest(to->text, known));
  }
  event.to = *id;
  if (event.from == std::uint64_t{1} << *id) error(*to, "leads from " + to->text + " to itself; leave `to` out for a fact");
}

void EventCompiler::actor(const Node& word) const {
  ActorRule rule;
  const Bundle& bundle = *build.bundle;
  if (!word.text.starts_with("@")) {
    const RoleId* role = find_name(bundle.role_ids, word.text);
    if (role == nullptr) {
      const Names known(bundle.roles.begin(), bundle.roles.end());
      return error(word, "unknown role " + word.text + " (a closed list per office; @attribute, @part, @key name units)",
                   nearest(word.text, known));
    }
    if (*role == bundle.unit_role) return error(word, "by unit: say whose: @attribute, @part or @key");
    rule.role = *role;
    event.by.push_back(rule);
    return;
  }
  const std::string name = word.text.substr(1);
  if (bundle.unit_role == kNone8) error(word, "the office has no role unit, so no " + word.text);
  if (name == "key" && event.scope != 0) {
    rule.kind = ActorRule::Kind::kKey;
    rule.scope = event.scope;
    if (scope().key_spec.type != ValueType::kUnit) error(word, "the part's key is no unit");
  } else if (const ScopeId* part = find_name(kind.part_ids, name)) {
    rule.kind = ActorRule::Kind::kPart;
    rule.scope = *part;
    if (kind.scopes[*part].key_spec.type != ValueType::kUnit) error(word, "the key of part " + name + " is no unit");
  } else {
    const AttributeRef ref = find_attribute(kind, event.scope, name);
    Names known = attribute_names(kind, event.scope);
    for (const ScopeDef& other : kind.scopes) known.push_back(other.name);
    if (event.scope != 0) known.push_back("key");
    if (ref.id == kNone16) return error(word, "no attribute or part " + name, "@" + nearest(name, known));
    if (kind.scopes[ref.scope].attributes[ref.id].spec.type != ValueType::kUnit) return error(word, word.text + " is no unit");
    rule.kind = ActorRule::Kind::kAttribute;
    rule.scope = ref.scope;
    rule.attribute = ref.id;
  }
  event.by.push_back(rule);
}

void EventCompiler::actors() const {
  const Node* by = fields.need("by");
  if (by == nullptr) return;
  if (event.common && by->is_scalar() && by->text == "any") {
    for (std::size_t i = 0; i < build.bundle->roles.size(); ++i) {
      ActorRule rule;
      rule.role = static_cast<RoleId>(i);
      if (rule.role != build.bundle->system_role) event.by.push_back(rule);
    }
    return;
  }
  for (const Node* word : fields.words("by")) actor(*word);
  const bool system = std::any_of(event.by.begin(), event.by.end(), [&](const ActorRule& rule) {
    return rule.kind == ActorRule::Kind::kRole && rule.role == build.bundle->system_role;
  });
  const bool after = fields.get("after") != nullptr;
  if (after && !(system && event.by.size() == 1)) error(*by, "Docket emits what comes `after` a clock, so it is by: [system]");
  const bool opens_case = event.scope == 0 && fields.flag("opens");  // a link of another case may have Docket open this one
  if (system && !after && !opens_case) error(*by, "the role system acts only `after` a clock, or to open a case");
}

EventId EventCompiler::other_event(std::string_view word) const {
  const Node* node = fields.scalar(word);
  if (node == nullptr) return kNone16;
  const EventId* id = find_name(kind.event_ids, node->text);
  if (id == nullptr || kind.events[*id].scope != event.scope) {
    error(*node, std::string(word) + ": no event " + node->text + " of " + scope_name(kind, event.scope),
          nearest(node->text, event_names(kind, event.scope, false)));
    return kNone16;
  }
  return *id;
}

ClockId EventCompiler::clock(std::string_view word) const {
  const Node* node = fields.scalar(word);
  if (node == nullptr) return kNone8;
  if (const ClockId* id = find_name(scope().clock_ids, node->text)) return *id;
  error(*node, std::string(word) + ": no clock " + node->text, nearest(node->text, clock_names(scope())));
  return kNone8;
}

void EventCompiler::guards() const {
  event.not_by = other_event("not_by");
  event.answers = other_event("answers");
  if (event.answers != kNone16 && &kind.events[event.answers] == &event) error(*fields.get("answers"), "answers itself");
  event.while_scope = event.scope;
  const Node* while_word = fields.scalar("while");
  const ClockId* of_case = while_word == nullptr || event.scope == 0 || find_name(scope().clock_ids, while_word->text) != nullptr
                               ? nullptr
                               : find_name(kind.scopes[0].clock_ids, while_word->text);
  if (of_case != nullptr) {
    event.while_scope = 0;
    event.while_clock = *of_case;
  } else {
    event.while_clock = clock("while");
  }
  event.after_clock = clock("after");
  for (const Node* word : fields.words("needs")) {
    if (const GateId* id = find_name(scope().gate_ids, word->text)) {
      event.needs.push_back(*id);
      continue;
    }
    Names known;
    for (const GateDef& gate : scope().gates) known.push_back(gate.name);
    error(*word, "no gate " + word->text, nearest(word->text, known));
  }
  if (const Node* once = fields.scalar("once")) {
    event.once = once->text == "case" ? Once::kCase : Once::kRound;
    if (once->text != "case" && once->text != "round") {
      error(*once, "once is case or round, not " + once->text, nearest(once->text, {"case", "round"}));
    }
  }
  if (const Node* round = fields.scalar("round")) {
    event.next_round = true;
    if (round->text != "next") error(*round, "round is next, not " + round->text, nearest(round->text, {"next"}));
  }
  if (const Node* late = fields.scalar("late")) lateness(*late);
}

void EventCompiler::lateness(const Node& node) const {
  const auto duration = calendar::parse_duration(node.text);
  if (!duration || duration->amount <= 0) return error(node, "late is a duration such as 5wd, 30d or 2h, not " + node.text);
  event.late = *duration;
  constexpr std::int64_t kHour = 3'600'000;
  switch (duration->unit) {
    case calendar::LimitUnit::kMinutes:
      event.late_ms = duration->amount * kHour / 60;
      break;
    case calendar::LimitUnit::kHours:
      event.late_ms = duration->amount * kHour;
      break;
    case calendar::LimitUnit::kDays:
      event.late_ms = duration->amount * 24 * kHour;
      break;
    default:
      event.late_ms = 0;
      break;  // the calendar says: add_limit with `late`
  }
}

void EventCompiler::quota_field() const {
  if (!event.opens || scope().quota == kNone16 || event.field_ids.contains(scope().quota_unless)) return;
  Names known;
  for (const FieldDef& field : event.fields) known.push_back(field.name);
  error(key, "the part's quota lets one more in with the field " + scope().quota_unless + ", which this event doesn't have",
        nearest(scope().quota_unless, known));
}

void EventCompiler::action() const {
  const Node* does = fields.scalar("does");
  if (does == nullptr) return;
  Names known;
  for (const ActionName& each : kActions) {
    known.push_back(each.name);
    if (each.name == does->text) event.action = each.action;
  }
  if (event.action == EventAction::kNone) error(*does, "does is " + join(known) + ", not " + does->text, nearest(does->text, known));
  if (event.action == EventAction::kMigrated && event.name != kMigratedEvent)
    error(*does, "does: migrate is for the event " + std::string(kMigratedEvent) + ", by whose name it is found again",
          std::string(kMigratedEvent));
  if (event.action == EventAction::kErased && event.name != kErasedEvent)
    error(*does, "does: erase is for the event " + std::string(kErasedEvent) + ", by whose name it is found again",
          std::string(kErasedEvent));
  for (const ActionField& need : kActionFields) {
    if (need.action != event.action) continue;
    const std::uint16_t* id = find_name(event.field_ids, need.name);
    Names fields_of;
    for (const FieldDef& field : event.fields) fields_of.push_back(field.name);
    if (id == nullptr) {
      error(*does, "does: " + does->text + " needs a data field " + std::string(need.name), nearest(need.name, fields_of));
      continue;
    }
    const FieldDef& field = event.fields[*id];
    if (field.spec.type != need.type || field.required != need.required || (need.type == ValueType::kText && field.spec.is_private)) {
      error(*does,
            "does: " + does->text + " needs " + std::string(need.name) + " as " + (need.required ? "required " : "optional ") + need.as);
    }
  }
}

void compile_events(Build& build, KindBuild& kind_build) {
  KindDef& kind = build.kind(kind_build);
  for (std::size_t i = 0; i < kind.events.size(); ++i) {
    EventDef& event = kind.events[i];
    const Node& key = *kind_build.events[i];
    const std::string where = "event " + event.name;
    const Node& map = *kind_build.event_maps[i];
    const Fields fields = event.common ? Fields(map, where, build.report, kCommonKeys) : Fields(map, where, build.report, kEventKeys);
    const EventCompiler compiler{build, kind_build, kind, event, fields, key};
    compiler.states();
    compiler.actors();
    compiler.parts();
    compiler.attributes("set", true);
    compiler.attributes("may", false);
    compiler.data("data", true);
    compiler.data("also", false);
    compiler.quota_field();
    compiler.links();
    compiler.unset_and_fix();
    compiler.guards();
    compiler.action();
    if (const Node* when = fields.get("when")) {
      event.when =
          compile_condition(build, kind_build, *when, ConditionContext{event.scope, &event, false, false}, fields.where() + ": when");
    }
  }
}

}  // namespace docket::definition
