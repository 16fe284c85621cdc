// Rule sets in layers: the lowest defines every rule, a higher one overrides rule by rule. Also the rows of a limit, for one clock.
#include <algorithm>

#include "engine/definition/build.h"

namespace docket::definition {
namespace {

const char* sort_name(RuleSort sort) {
  switch (sort) {
    case RuleSort::kLimit:
      return "a limit";
    case RuleSort::kSwitch:
      return "a switch";
    case RuleSort::kNumber:
      return "a number";
    case RuleSort::kValues:
      return "a list of values";
    case RuleSort::kNotices:
      return "a notice plan";
    case RuleSort::kOpen:
      return "a limit or a number that is not set";
  }
  return "";
}

void read_notices(Build& build, const Node& list, RuleDef& rule, const std::string& where) {
  const Bundle& bundle = *build.bundle;
  for (const Node& item : list.items) {
    const Fields fields(item, where + ": notice", build.report, {"at", "time", "level", "to"});
    Notice notice;
    if (const Node* at = fields.need_scalar("at")) {
      const auto duration = calendar::parse_duration(at->text);
      if (!duration) build.report.error(*at, where + ": a duration such as -1wd or 2h, not " + at->text);
      notice.at = duration.value_or(calendar::Duration{});
    }
    if (const Node* time = fields.need_scalar("time")) {
      const auto ms = parse_time_of_day(time->text);
      if (!ms) build.report.error(*time, where + ": a time of day such as 10:00, not " + time->text);
      notice.time_ms = ms.value_or(0);
    }
    if (const Node* level = fields.need_scalar("level")) {
      notice.level = level->text;
      // Its record would have the id of the breach's own, and be taken for it.
      if (level->text == "breach") build.report.error(*level, where + ": a notice's level is not breach: Docket tells a breach by itself");
      build.levels.insert(level->text);
    }
    if (const Node* to = fields.need_scalar("to"); to != nullptr && to->text != "holder") {
      const RoleId* role = find_name(bundle.role_ids, to->text);
      Names known(bundle.roles.begin(), bundle.roles.end());
      known.push_back("holder");
      if (role == nullptr) {
        build.report.error(*to, where + ": a notice goes to holder or a role of the office, not " + to->text, nearest(to->text, known));
      }
      notice.to = role == nullptr ? kNone8 : *role;
    }
    rule.notices.push_back(std::move(notice));
  }
}

// 0d is the same day; no other limit is zero.
bool is_limit(const std::optional<calendar::Duration>& duration) {
  return duration && (duration->amount > 0 || (duration->amount == 0 && duration->unit == calendar::LimitUnit::kDays));
}

RuleSort read_value_of(Build& build, const Node& value, RuleDef& rule, const std::string& where) {
  SymbolTable& symbols = build.bundle->symbols;
  if (value.is_scalar()) {
    if (value.text == "on" || value.text == "off") {
      rule.is_switch = true;
      rule.on = value.text == "on";
      return RuleSort::kSwitch;
    }
    if (const auto number = parse_thousandths(value.text)) {
      rule.thousandths = number;
      return RuleSort::kNumber;
    }
    const auto duration = calendar::parse_duration(value.text);
    if (!is_limit(duration)) {
      build.report.error(value, where + ": a value is a duration (5wd, 4wh, 15d, 2h, 20min, 3mo), a number of at most three decimals, " +
                                    "on, off, a list or a map; not " + value.text);
    }
    rule.has_limit = true;
    return RuleSort::kLimit;
  }
  if (value.is_map()) {
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (!value.items[i].is_scalar()) {
        build.report.error(value.items[i], where + ": the meaning of " + value.keys[i].text + " is one word");
        continue;
      }
      rule.values.emplace_back(symbols.intern(value.keys[i].text), symbols.intern(value.items[i].text));
    }
    return RuleSort::kValues;
  }
  if (!value.items.empty() && value.items.front().is_map()) {
    read_notices(build, value, rule, where);
    return RuleSort::kNotices;
  }
  for (const Node* word : read_words(value, where, build.report)) {
    if (!is_name(word->text)) build.report.error(*word, where + ": a value of a-z, 0-9, _ and -, not " + word->text);
    rule.values.emplace_back(symbols.intern(word->text), symbols.intern(word->text));
  }
  return RuleSort::kValues;
}

void check_rows(Build& build, const Node& rows, const std::string& where) {
  if (!rows.is_list()) {
    build.report.error(rows, where + ": rows is a list, [{when: {...}, limit: 5wd}, {limit: 10wd}]");
    return;
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Fields fields(rows.items[i], where + ": row", build.report, {"when", "limit", "start_before", "at"});
    const Node* limit = fields.need_scalar("limit");
    if (limit != nullptr) {
      const auto duration = calendar::parse_duration(limit->text);
      if (!is_limit(duration)) {
        build.report.error(*limit, where + ": a duration such as 5wd, 4wh, 15d, 2h, 20min, 3mo, not " + limit->text);
      }
      const bool hours = duration && (duration->unit == calendar::LimitUnit::kHours || duration->unit == calendar::LimitUnit::kMinutes ||
                                      duration->unit == calendar::LimitUnit::kWorkingHours);
      if (hours && fields.get("at") != nullptr) {
        build.report.error(*fields.get("at"), where + ": only a limit of days or months ends at a time of day");
      }
    }
    for (const std::string_view key : {"start_before", "at"}) {
      const Node* time = fields.scalar(key);
      if (time != nullptr && !parse_time_of_day(time->text)) {
        build.report.error(*time, where + ": " + std::string(key) + " is a time of day such as 12:00, not " + time->text);
      }
    }
    const bool always = fields.get("when") == nullptr && fields.get("start_before") == nullptr;
    if (always && i + 1 < rows.size()) build.report.error(rows.items[i + 1], where + ": never tried, as the row before it always holds");
  }
}

// `meanings: [...]` in the lowest set names all that a value may mean, there and in every set over it.
void read_meanings(Build& build, const Fields& fields, const RuleDef* below, RuleDef& rule) {
  SymbolTable& symbols = build.bundle->symbols;
  if (below != nullptr) rule.meanings = below->meanings;
  if (const Node* list = fields.get("meanings")) {
    if (below != nullptr) build.report.error(*list, fields.where() + ": meanings are said once, in the lowest set");
    for (const Node* word : read_words(*list, fields.where() + ": meanings", build.report))
      rule.meanings.push_back(symbols.intern(word->text));
  }
  if (rule.meanings.empty()) return;
  Names known;
  for (const Symbol each : rule.meanings) known.push_back(symbols.text(each));
  for (const auto& [value, meaning] : rule.values) {
    if (std::find(rule.meanings.begin(), rule.meanings.end(), meaning) != rule.meanings.end()) continue;
    const std::string text = symbols.text(meaning);
    build.report.error(*fields.get("value"), fields.where() + ": " + symbols.text(value) + " means one of " + join(known) + ", not " + text,
                       nearest(text, known));
  }
}

void read_rule(Build& build, const std::string& set, const Node& key, const Node& node, bool lowest) {
  Bundle& bundle = *build.bundle;
  const Fields fields(node, "rule " + key.text, build.report, {"value", "rows", "meanings", "source", "certainty"});
  RuleDef rule;
  rule.name = key.text;
  rule.set = set;
  if (const Node* source = fields.need_scalar("source")) rule.source = source->text;
  if (const Node* certainty = fields.need_scalar("certainty")) {
    const Names known{"text", "reported", "assumed"};
    const auto found = std::find(known.begin(), known.end(), std::string_view(certainty->text));
    if (found == known.end()) {
      build.report.error(*certainty, fields.where() + ": certainty is " + join(known) + ", not " + certainty->text,
                         nearest(certainty->text, known));
    } else {
      rule.certainty = static_cast<Certainty>(found - known.begin());
      if (rule.certainty != Certainty::kAssumed && rule.source == "-") {
        build.report.error(*certainty, fields.where() + ": certainty " + certainty->text +
                                           " without a source; what no text or report supports is assumed");
      }
    }
  }
  const Node* value = fields.get("value");
  const Node* rows = fields.get("rows");
  if ((value == nullptr) == (rows == nullptr)) {
    if (node.is_map()) build.report.error(node, fields.where() + ": exactly one of value and rows");
    return;
  }
  RuleSort sort = RuleSort::kLimit;
  rule.text = flow_text(value != nullptr ? *value : *rows);
  if (rows != nullptr) {
    rule.has_limit = true;
    check_rows(build, *rows, fields.where());
    if (rows->is_list() && rows->items.empty()) sort = RuleSort::kOpen;
  } else {
    sort = read_value_of(build, *value, rule, fields.where());
  }
  const RuleId* below = find_name(bundle.rule_ids, key.text);
  read_meanings(build, fields, below == nullptr ? nullptr : &bundle.rules[*below], rule);
  if (below == nullptr) {
    if (!lowest) {
      Names known;
      for (const RuleDef& other : bundle.rules) known.push_back(other.name);
      build.report.error(key, fields.where() + ": overrides nothing; the lowest set has to define it", nearest(key.text, known));
    }
    const auto dot = key.text.find('.');
    if (dot == std::string::npos || dot == 0 || dot + 1 == key.text.size()) {
      build.report.error(key, "rule " + key.text + ": a name such as hotline.sign");
    }
    bundle.rule_ids.emplace(key.text, static_cast<RuleId>(bundle.rules.size()));
    bundle.rules.push_back(std::move(rule));
    build.rule_sorts.push_back(sort);
    build.rule_nodes.push_back(&node);
    return;
  }
  RuleSort& known = build.rule_sorts[*below];
  const auto fits = [](RuleSort each) { return each == RuleSort::kLimit || each == RuleSort::kNumber; };
  if (known == RuleSort::kOpen && fits(sort)) known = sort;
  if (known != sort && !(sort == RuleSort::kOpen && fits(known))) {
    build.report.error(key,
                       fields.where() + ": " + sort_name(sort) + " here, but " + sort_name(known) + " in set " + bundle.rules[*below].set);
    return;
  }
  bundle.rules[*below] = std::move(rule);
  build.rule_nodes[*below] = &node;
}

}  // namespace

void read_rules(Build& build) {
  Bundle& bundle = *build.bundle;
  const Node* list = build.office_node->find("rules");
  if (list == nullptr) return;
  bool lowest = true;
  std::string newest;
  for (const Node* name : read_words(*list, "office: rules", build.report)) {
    const Node* root = build.load("rules/" + name->text + ".yaml", *name);
    if (root == nullptr) continue;
    const Node* head = root->find("rules");
    if (head == nullptr || head->text != name->text) {
      build.report.error(head == nullptr ? *root : *head, "rules: " + name->text + " stands at the top");
    }
    const Node* from = root->find("valid_from");
    if (from == nullptr || !parse_date(from->text)) {
      build.report.error(from == nullptr ? *root : *from, "rules " + name->text + ": valid_from is a date such as 2017-01-01");
    } else {
      newest = std::max(newest, from->text);
    }
    bundle.rules_version += (bundle.rules_version.empty() ? "" : "+") + name->text;
    for (std::size_t i = 0; i < root->size(); ++i) {
      if (root->keys[i].text == "rules" || root->keys[i].text == "valid_from") continue;
      read_rule(build, name->text, root->keys[i], root->items[i], lowest);
    }
    lowest = false;
  }
  bundle.rules_version += "@" + newest;
}

RuleId find_rule(Build& build, const Node& name, RuleSort sort, const std::string& where) {
  const Bundle& bundle = *build.bundle;
  const RuleId* found = find_name(bundle.rule_ids, name.text);
  const bool number_or_limit = sort == RuleSort::kLimit || sort == RuleSort::kNumber;
  if (found != nullptr && (build.rule_sorts[*found] == sort || (number_or_limit && build.rule_sorts[*found] == RuleSort::kOpen)))
    return *found;
  Names known;
  for (std::size_t i = 0; i < bundle.rules.size(); ++i) {
    if (build.rule_sorts[i] == sort) known.push_back(bundle.rules[i].name);
  }
  if (found != nullptr) {
    build.report.error(
        name, where + ": rule " + name.text + " is " + sort_name(build.rule_sorts[*found]) + ", and " + sort_name(sort) + " belongs here",
        nearest(name.text, known));
  } else {
    build.report.error(name, where + ": no rule " + name.text + " in the office's sets " + bundle.rules_version, nearest(name.text, known));
  }
  return kNone16;
}

std::optional<std::int64_t> read_number(Build& build, const Node& node, const std::string& where) {
  if (!node.is_scalar()) {
    build.report.error(node, where + ": a number or the name of a rule that is one");
    return std::nullopt;
  }
  if (const auto number = parse_thousandths(node.text)) return number;
  const RuleId rule = find_rule(build, node, RuleSort::kNumber, where);
  if (rule == kNone16) return std::nullopt;
  if (!build.bundle->rules[rule].thousandths)
    build.report.error(node, where + ": rule " + node.text + " is set by none of the office's sets");
  return build.bundle->rules[rule].thousandths;
}

std::vector<LimitRow> compile_rows(Build& build, KindBuild& kind, RuleId rule, ScopeId scope, const std::string& where) {
  std::vector<LimitRow> out;
  if (rule == kNone16) return out;
  const Node& node = *build.rule_nodes[rule];
  if (const Node* value = node.find("value")) {
    LimitRow row;
    row.limit = calendar::parse_duration(value->text).value_or(calendar::Duration{});
    out.push_back(row);
    return out;
  }
  const Node* rows = node.find("rows");
  if (rows == nullptr || !rows->is_list()) return out;
  for (const Node& item : rows->items) {
    const Node* limit = item.find("limit");
    if (limit == nullptr) continue;
    LimitRow row;
    row.limit = calendar::parse_duration(limit->text).value_or(calendar::Duration{});
    if (const Node* when = item.find("when")) {
      row.when = compile_condition(build, kind, *when, ConditionContext{scope, nullptr, false, false},
                                   "rule " + build.bundle->rules[rule].name + ", read by " + where);
    }
    if (const Node* before = item.find("start_before")) row.start_before_ms = parse_time_of_day(before->text);
    if (const Node* at = item.find("at")) row.at_ms = parse_time_of_day(at->text);
    out.push_back(row);
  }
  return out;
}

}  // namespace docket::definition
