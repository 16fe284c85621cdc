// Conditions: a map of tests that all hold, or a list of such maps of which one holds.
#include <algorithm>

#include "engine/definition/build.h"

namespace docket::definition {
namespace {

constexpr std::string_view kRule = "rules.";
constexpr std::string_view kClockValues[] = {"none", "running", "paused", "met", "late", "cancelled", "unlimited", "overdue"};

struct Compiler {
  Build& build;
  KindBuild& kind_build;
  const ConditionContext& context;
  const std::string& where;

  [[nodiscard]] const KindDef& kind() const { return build.kind(kind_build); }
  [[nodiscard]] const ScopeDef& scope() const { return kind().scopes[context.scope]; }

  void error(const Node& at, const std::string& message, std::string near = {}) const {
    build.report.error(at, where + ": " + message, std::move(near));
  }

  // ---- right sides ------------------------------------------------------------------------------------------------
  void presence(Test& test, const Node& word) const {
    if (word.text == "present") test.if_present = true;
    if (word.text == "absent") test.if_absent = true;
  }

  [[nodiscard]] std::vector<const Node*> words(const Node& right) const { return read_words(right, where, build.report); }

  void range(Test& test, const Node& right) const {
    const Fields fields(right, where, build.report, {"min", "max", "below"});
    test.is_range = true;
    if (const Node* min = fields.get("min")) test.min = read_number(build, *min, where);
    if (const Node* max = fields.get("max")) test.max = read_number(build, *max, where);
    if (const Node* below = fields.get("below")) {
      if (test.max) error(*below, "below stands beside max; one of them");
      if (const auto bound = read_number(build, *below, where)) test.max = *bound - 1;  // in thousandths, and there is nothing finer
    }
    if (right.items.empty()) error(right, "an empty range; {min: ...}, {max: ...}, {below: ...}, or min with one of the others");
    if (test.min && test.max && *test.min > *test.max) error(right, "a range whose min lies above its max");
  }

  void numbers(Test& test, const Node& right, bool counts) const {
    if (right.is_map()) {
      range(test, right);
      if (counts && test.min && *test.min <= 0 && !test.max) error(right, "a count of 0 or more always holds");
      if (counts && test.max && *test.max < 0) error(right, "a count is never below 0");
      return;
    }
    for (const Node* word : words(right)) {
      if (word->text == "present" || word->text == "absent") {
        if (counts) error(*word, "a count is always present; write a number or {min, max}");
        presence(test, *word);
      } else if (const auto number = parse_thousandths(word->text)) {
        test.values.push_back(*number);
      } else {
        error(*word, "a number or {min, max} belongs here, not " + word->text);
      }
    }
  }

  void typed(Test& test, const TypeSpec& spec, const Node& right, const std::string& name) const {
    if (spec.is_private) error(right, name + " is private, and no condition may read it");
    const bool number = spec.type == ValueType::kInteger || spec.type == ValueType::kDecimal;
    if (number && !spec.many) return numbers(test, right, false);
    if (right.is_map()) return error(right, "{min, max} goes with numbers only, and " + name + " is none");
    for (const Node* word : words(right)) {
      if (word->text == "present" || word->text == "absent") {
        presence(test, *word);
        continue;
      }
      if (spec.type == ValueType::kFlag) {
        if (word->text != "true" && word->text != "false") {
          error(*word, name + " is true or false, not " + word->text, nearest(word->text, {"true", "false"}));
        }
        test.values.push_back(word->text == "true" ? 1 : 0);
        if (word->text == "false") test.if_absent = true;
      } else if (spec.type == ValueType::kCode) {
        code(test, spec, *word, name);
      } else if (spec.type == ValueType::kUnit) {
        const Symbol unit = build.bundle->symbols.find(word->text);
        if (unit == kNoSymbol || !build.bundle->unit_ids.contains(unit)) error(*word, word->text + " is no unit of the office");
        test.values.push_back(static_cast<std::int64_t>(unit));
      } else {
        error(*word, "of " + name + " a condition may only say present or absent", nearest(word->text, {"present", "absent"}));
      }
    }
    if (test.if_present && (test.if_absent || !test.values.empty())) {
      error(right, "present with other values; it holds for each of them already");
    }
  }

  void code(Test& test, const TypeSpec& spec, const Node& word, const std::string& name) const {
    const Symbol symbol = build.bundle->symbols.find(word.text);
    const std::size_t before = test.values.size();
    if (symbol != kNoSymbol && std::binary_search(spec.allowed.begin(), spec.allowed.end(), symbol)) {
      test.values.push_back(static_cast<std::int64_t>(symbol));
    }
    for (const auto& [value, meaning] : spec.meanings) {
      if (meaning == symbol && value != symbol) test.values.push_back(static_cast<std::int64_t>(value));
    }
    if (test.values.size() > before) return;
    if (std::find(spec.unused_meanings.begin(), spec.unused_meanings.end(), symbol) != spec.unused_meanings.end()) return;
    Names known = names_of(build, spec.allowed);
    for (const auto& [value, meaning] : spec.meanings) known.push_back(build.bundle->symbols.text(meaning));
    error(word, name + " has no value " + word.text + "; it has " + join(known), nearest(word.text, known));
  }

  // ---- left sides -------------------------------------------------------------------------------------------------
  void state(Test& test, const Node& right) const {
    test.left = Test::Left::kState;
    test.scope = context.scope;
    if (right.is_map()) return error(right, "state is a state or a list of states");
    for (const Node* word : words(right)) {
      const StateId* id = find_name(scope().state_ids, word->text);
      if (id == nullptr) {
        error(*word, "no state " + word->text, nearest(word->text, state_names(scope())));
      } else {
        test.mask |= std::uint64_t{1} << *id;
      }
    }
  }

  void clock(Test& test, const Node& left, const Node& right, std::string_view name) const {
    test.left = Test::Left::kClock;
    test.scope = context.scope;
    const ClockId* id = find_name(scope().clock_ids, name);
    if (id == nullptr && context.scope != 0) {
      test.scope = 0;
      id = find_name(kind().scopes[0].clock_ids, name);
    }
    if (id == nullptr) return error(left, "no clock " + std::string(name), nearest(name, clock_names(scope())));
    test.id = *id;
    if (right.is_map()) return error(right, "a clock is one of its values, no range");
    Names known(std::begin(kClockValues), std::end(kClockValues));
    if (!context.stock) known.pop_back();
    for (const Node* word : words(right)) {
      const auto found = std::find(known.begin(), known.end(), std::string_view(word->text));
      if (found != known.end()) {
        test.mask |= std::uint64_t{1} << static_cast<unsigned>(found - known.begin());
      } else if (word->text == "overdue") {
        error(*word, "a clock is never overdue but in `stock`: overdue is a matter of when you ask");
      } else {
        error(*word, "a clock is never " + word->text + "; it is " + join(known), nearest(word->text, known));
      }
    }
  }

  void count(Test& test, const Node& left, const Node& right, std::string_view name, bool total) const {
    test.left = total ? Test::Left::kTotal : Test::Left::kCount;
    test.scope = context.scope;
    const EventId* id = find_name(kind().event_ids, name);
    if (id == nullptr) {
      error(left, "no event " + std::string(name), nearest(name, event_names(kind(), context.scope, true)));
      return;
    }
    test.id = *id;
    numbers(test, right, true);
  }

  void data(Test& test, const Node& left, const Node& right, const std::string& name) const {
    test.left = Test::Left::kData;
    test.scope = context.scope;
    if (context.event == nullptr) return error(left, "data." + name + " belongs to an event's own condition");
    Names known;
    for (const FieldDef& field : context.event->fields) {
      if (field.attribute == kNone16) known.push_back(field.name);
    }
    const std::uint16_t* id = find_name(context.event->field_ids, name);
    if (id == nullptr || context.event->fields[*id].attribute != kNone16) {
      return error(left,
                   "event " + context.event->name + " has no data field " + name +
                       (id == nullptr ? "" : " (it is an attribute: write " + name + ")"),
                   nearest(name, known));
    }
    test.id = *id;
    typed(test, context.event->fields[*id].spec, right, "data." + name);
  }

  void attribute(Test& test, const Node& left, const Node& right, std::string_view text) const {
    std::string_view name;
    if (!split_round(build, left, text, where, name, test.select, test.round)) return;
    const AttributeRef found = find_attribute(kind(), context.scope, name);
    if (found.id == kNone16) {
      Names known = attribute_names(kind(), context.scope);
      known.insert(known.end(), {"state", "round"});
      return error(left,
                   "unknown attribute " + std::string(name) +
                       "; a condition reads attributes, data.x, state, round, count.event, total.event, clock.name, rules.switch",
                   nearest(name, known));
    }
    const AttributeDef& def = kind().scopes[found.scope].attributes[found.id];
    if (test.select != RoundSelect::kCurrent && !def.per_round) {
      error(left, std::string(name) + " is not kept `per: round`, so it has no @");
    }
    test.left = Test::Left::kAttribute;
    test.scope = found.scope;
    test.id = found.id;
    typed(test, def.spec, right, std::string(name));
  }

  [[nodiscard]] Test one(const Node& left, const Node& right) const {
    Test test;
    const std::string& text = left.text;
    if (text == "state") {
      state(test, right);
    } else if (text == "round") {
      test.left = Test::Left::kRound;
      test.scope = context.scope;
      numbers(test, right, true);
    } else if (text.starts_with("clock.")) {
      clock(test, left, right, std::string_view(text).substr(6));
    } else if (text.starts_with("count.")) {
      count(test, left, right, std::string_view(text).substr(6), false);
    } else if (text.starts_with("total.")) {
      count(test, left, right, std::string_view(text).substr(6), true);
    } else if (text.starts_with("data.")) {
      data(test, left, right, text.substr(5));
    } else {
      attribute(test, left, right, text);
    }
    std::sort(test.values.begin(), test.values.end());
    test.values.erase(std::unique(test.values.begin(), test.values.end()), test.values.end());
    return test;
  }

  // A switch is decided here, once for the office: what agrees with it asks nothing, what doesn't never holds.
  [[nodiscard]] bool agrees(const Node& left, const Node& right) const {
    Node name = left;
    name.text = left.text.substr(kRule.size());
    const RuleId rule = find_rule(build, name, RuleSort::kSwitch, where);
    if (right.text == "on" || right.text == "off") return rule == kNone16 || build.bundle->rules[rule].on == (right.text == "on");
    error(right, left.text + " is on or off", nearest(right.text, {"on", "off"}));
    return true;
  }

  [[nodiscard]] std::vector<Test> all(const Node& map) const {
    std::vector<Test> out;
    if (!map.is_map() || map.items.empty()) {
      error(map, "a condition is a map of tests, {state: ...}, or a list of such maps");
      return out;
    }
    for (std::size_t i = 0; i < map.size(); ++i) {
      if (!map.keys[i].text.starts_with(kRule)) {
        out.push_back(one(map.keys[i], map.items[i]));
      } else if (!agrees(map.keys[i], map.items[i])) {
        Test never;
        never.left = Test::Left::kRound;  // of no number
        never.scope = context.scope;
        out.push_back(never);
      }
    }
    return out;
  }
};

}  // namespace

bool split_round(Build& build, const Node& at, std::string_view text, const std::string& where, std::string_view& name, RoundSelect& select,
                 std::uint16_t& round) {
  const std::size_t mark = text.find('@');
  name = text.substr(0, mark);
  if (mark == std::string_view::npos) return true;
  const std::string_view which = text.substr(mark + 1);
  if (which == "first") {
    select = RoundSelect::kFirst;
  } else if (which == "last") {
    select = RoundSelect::kLast;
  } else if (const auto number = parse_integer(which); number && *number >= 1 && *number <= 1000) {
    select = RoundSelect::kNumber;
    round = static_cast<std::uint16_t>(*number);
  } else {
    build.report.error(at, where + ": @" + std::string(which) + " is no round; @first, @last or @2", nearest(which, {"first", "last"}));
    return false;
  }
  return true;
}

ConditionId compile_condition(Build& build, KindBuild& kind, const Node& node, const ConditionContext& context, const std::string& where) {
  const Compiler compiler{build, kind, context, where};
  Condition condition;
  condition.text = flow_text(node);
  if (node.is_list()) {
    if (node.items.empty()) build.report.error(node, where + ": an empty list holds for nothing; leave it out");
    for (const Node& item : node.items) condition.any.push_back(compiler.all(item));
  } else {
    condition.any.push_back(compiler.all(node));
  }
  auto& conditions = build.kind(kind).conditions;
  conditions.push_back(std::move(condition));
  return static_cast<ConditionId>(conditions.size() - 1);
}

}  // namespace docket::definition
