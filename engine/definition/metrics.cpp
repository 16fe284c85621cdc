// Metrics: `like` and `variants` expanded, then compiled against the kind they are over.
#include "engine/definition/metrics.h"

#include <algorithm>

#include "engine/definition/metric_compiler.h"

namespace docket::definition {
Names MetricCompiler::metric_names() const {
  Names out;
  for (const MetricDef& each : build.bundle->metrics) out.push_back(each.name);
  return out;
}

const std::uint16_t* MetricCompiler::other(const Node& word) const {
  const std::uint16_t* id = find_name(build.bundle->metric_ids, word.text);
  if (id == nullptr) error(word, "no metric " + word.text, nearest(word.text, metric_names()));
  return id;
}

ConditionId MetricCompiler::condition(const Node& node, const std::string& what, bool stock) const {
  return compile_condition(build, *kind_build, node, ConditionContext{metric.scope, nullptr, true, stock}, where + ": " + what);
}

void MetricCompiler::weigh(const Node& ratio, const Node& field) {
  metric.measure = MetricDef::Measure::kRatioWeigh;
  const auto ref = attribute(field, field.text, "weigh");
  if (!ref) return;
  metric.weigh = *ref;
  const AttributeDef& def = kind().scopes[ref->scope].attributes[ref->id];
  if (def.spec.type != ValueType::kCode || def.spec.many) return error(field, "weigh: " + def.name + " has no closed list of values");
  bool has_else = false;
  for (std::size_t i = 0; i < ratio.size(); ++i) {
    const Node& key = ratio.keys[i];
    if (key.text == "weigh") continue;
    const auto weight = read_number(build, ratio.items[i], where + ": weigh " + key.text);
    if (weight && (*weight < 0 || *weight > 1000)) error(ratio.items[i], "weigh: a weight lies between 0 and 1");
    if (key.text == "absent") {
      metric.weight_absent = weight;
    } else if (key.text == "else") {
      metric.weight_else = weight.value_or(0);
      has_else = true;
    } else {
      weight_of(key, def, weight.value_or(0));
    }
  }
  const bool complete = std::all_of(def.spec.allowed.begin(), def.spec.allowed.end(), [&](Symbol symbol) { return has_weight(symbol); });
  if (!has_else && !complete) error(field, "weigh: not every value of " + def.name + " has a weight, and there is no else");
  if (has_else && complete) error(*ratio.find_key("else"), "weigh: every value has its weight, so else is never used");
  std::sort(metric.weights.begin(), metric.weights.end());
}

bool MetricCompiler::has_weight(Symbol symbol) const {
  return std::any_of(metric.weights.begin(), metric.weights.end(), [&](const auto& w) { return w.first == symbol; });
}

void MetricCompiler::weight_of(const Node& key, const AttributeDef& def, std::int64_t weight) {
  const Symbol symbol = build.bundle->symbols.find(key.text);
  std::vector<Symbol> values;
  if (symbol != kNoSymbol && std::binary_search(def.spec.allowed.begin(), def.spec.allowed.end(), symbol)) values.push_back(symbol);
  for (const auto& [value, meaning] : def.spec.meanings) {
    if (meaning == symbol && value != symbol) values.push_back(value);
  }
  Names known = names_of(build, def.spec.allowed);
  for (const auto& [value, meaning] : def.spec.meanings) known.push_back(build.bundle->symbols.text(meaning));
  const auto& unused = def.spec.unused_meanings;
  if (values.empty() && std::find(unused.begin(), unused.end(), symbol) != unused.end()) return;
  if (values.empty()) {
    return error(key, "weigh: " + def.name + " has no value " + key.text + "; it has " + join(known), nearest(key.text, known));
  }
  for (const Symbol value : values) {
    if (has_weight(value)) error(key, "weigh: " + key.text + " has a weight already");
    metric.weights.emplace_back(value, weight);
  }
}

void MetricCompiler::ratio(const Node& node) {
  if (!node.is_map())
    return error(node,
                 "ratio: {when: {...}}, {weigh: attribute, value: weight, else: 0}, {by_end: event} or {sum: attribute, of: attribute}");
  const Node* when = node.find("when");
  const Node* weighed = node.find("weigh");
  const Node* by_end = node.find("by_end");
  const Node* summed = node.find("sum");
  if ((when != nullptr) + (weighed != nullptr) + (by_end != nullptr) + (summed != nullptr) != 1) {
    return error(node, "ratio: exactly one of when, weigh, by_end and sum");
  }
  if (weighed != nullptr) return weigh(node, *weighed);
  if (summed != nullptr) {
    const Fields fields(node, where + ": ratio", build.report, {"sum", "of"});
    return sums(*summed, node.find("of"), node);
  }
  const Fields fields(node, where + ": ratio", build.report, {"when", "weigh", "by_end"});
  if (when != nullptr) {
    metric.measure = MetricDef::Measure::kRatioWhen;
    metric.when = condition(*when, "ratio");
    return;
  }
  metric.measure = MetricDef::Measure::kRatioByEnd;
  if (const EventId* id = event(*by_end, by_end->text)) metric.by_end = *id;
}

std::optional<FieldRef> MetricCompiler::number(const Node& node, const std::string& what) const {
  if (!node.is_scalar()) {
    error(node, what + ": an attribute that is a number");
    return std::nullopt;
  }
  const auto ref = attribute(node, node.text, what);
  if (!ref) return std::nullopt;
  const TypeSpec& spec = kind().scopes[ref->scope].attributes[ref->id].spec;
  if ((spec.type != ValueType::kInteger && spec.type != ValueType::kDecimal) || spec.many) {
    error(node, what + ": " + node.text + " is no number");
    return std::nullopt;
  }
  constexpr std::int64_t kSummedMax = 1'000'000'000'000;  // nine million cases of it fit in 64 bits; of decimals in thousandths
  const bool bounded = spec.min && spec.max && *spec.min >= -kSummedMax && *spec.max <= kSummedMax;
  if (!bounded) error(node, what + ": sums of " + node.text + " have no bound; give it min and max, below 1000000000");
  return ref;
}

void MetricCompiler::sum(const Node& node) {
  metric.measure = MetricDef::Measure::kSum;
  const auto ref = number(node, "sum");
  if (!ref) return;
  metric.weigh = *ref;
  metric.in_thousandths = kind().scopes[ref->scope].attributes[ref->id].spec.type == ValueType::kDecimal;
}

// {sum: attribute, of: attribute}: what the one adds up to, of what the other does.
void MetricCompiler::sums(const Node& numerator, const Node* of, const Node& ratio) {
  metric.measure = MetricDef::Measure::kRatioSums;
  if (of == nullptr) return error(ratio, "ratio: of is missing: the number that the sum is a part of");
  const auto part = number(numerator, "ratio: sum");
  const auto whole = number(*of, "ratio: of");
  if (!part || !whole) return;
  const auto spec = [&](const FieldRef& ref) -> const TypeSpec& { return kind().scopes[ref.scope].attributes[ref.id].spec; };
  if (part->scope == whole->scope && part->id == whole->id) return error(*of, "ratio: a sum of itself is always 100 %");
  if (part->select != whole->select || part->round != whole->round)
    return error(*of, "ratio: " + of->text + " is of another round than " + numerator.text);
  if (spec(*part).type != spec(*whole).type)
    error(*of, "ratio: " + numerator.text + " and " + of->text + " are both whole numbers or both decimals");
  for (const auto& [ref, node] : {std::pair(*part, &numerator), std::pair(*whole, of)}) {
    if (spec(ref).min.value_or(-1) < 0) error(*node, "ratio: " + node->text + " may be below 0; give it min: 0");
  }
  metric.weigh = *part;
  metric.weigh_of = *whole;
  metric.in_thousandths = spec(*part).type == ValueType::kDecimal;
}

void MetricCompiler::duration(const Node& node) {
  using Show = MetricDef::Duration::Show;
  metric.measure = MetricDef::Measure::kDuration;
  const Fields fields(node, where + ": duration", build.report, {"from", "to", "less", "in", "show"});
  if (!node.is_map()) return;
  auto& out = metric.duration;
  if (const Node* from = fields.need_scalar("from")) moment(*from, "from", out.from);
  if (const Node* to = fields.need_scalar("to")) moment(*to, "to", out.to);
  if (const Node* less = fields.scalar("less")) {
    ScopeId in = 0;
    const bool pauses = less->text.starts_with("pauses.");
    if (!pauses) error(*less, "less: pauses.x, the pauses of clock x, not " + less->text);
    const ClockId* id = pauses ? clock(*less, std::string_view(less->text).substr(7), in) : nullptr;
    if (id != nullptr) out.less = ClockRef{in, *id};
    if (id != nullptr && kind().scopes[in].clocks[*id].pause_states == 0)
      error(*less, "less: clock " + less->text.substr(7) + " never pauses");
  }
  const auto words = [&](std::string_view key, const Names& known, const auto& take) {
    const Node* list = fields.get(key);
    if (list == nullptr) return error(node, "duration: " + std::string(key) + " is missing: some of " + join(known));
    for (const Node* word : read_words(*list, where + ": " + std::string(key), build.report)) {
      const auto found = std::find(known.begin(), known.end(), word->text);
      if (found == known.end()) {
        error(*word, std::string(key) + ": some of " + join(known) + ", not " + word->text, nearest(word->text, known));
      } else {
        take(static_cast<std::size_t>(found - known.begin()));
      }
    }
  };
  words("in", {"hours", "working_hours"}, [&](std::size_t i) { (i == 0 ? out.plain : out.working) = true; });
  words("show", {"median", "p90", "mean"}, [&](std::size_t i) { out.show.push_back(static_cast<Show>(i)); });
}

// {year: rule, schedule: by_day} of a count or sum; {at_least: rule} or {at_most: rule} of a rate.
void MetricCompiler::target(const Node& node) const {
  using Kind = MetricDef::Target::Kind;
  using Measure = MetricDef::Measure;
  const Fields fields(node, where + ": target", build.report, {"year", "schedule", "at_least", "at_most"});
  if (!node.is_map()) return;
  const Node* year = fields.scalar("year");
  const Node* least = fields.scalar("at_least");
  const Node* most = fields.scalar("at_most");
  if ((year != nullptr) + (least != nullptr) + (most != nullptr) != 1)
    return error(node, "target: exactly one of year, at_least and at_most");
  const bool counted = metric.measure == Measure::kCount || metric.measure == Measure::kSum;
  const bool rate = !counted && metric.measure != Measure::kStock;
  if (year != nullptr && !counted) return error(*year, "target: a year's target is of a count or sum; of a rate, at_least or at_most");
  if (year == nullptr && !rate)
    return error(node, "target: at_least and at_most are of a rate; of a count or sum, {year: rule, schedule: by_day}");
  const Node& rule = year != nullptr ? *year : least != nullptr ? *least : *most;
  metric.target.kind = year != nullptr ? Kind::kYear : least != nullptr ? Kind::kAtLeast : Kind::kAtMost;
  metric.target.rule = find_rule(build, rule, RuleSort::kNumber, where + ": target");
  if (metric.target.rule != kNone16) {
    const auto number = build.bundle->rules[metric.target.rule].thousandths;
    if (rate && number && (*number < 0 || *number > 1000)) error(rule, "target: a rate lies between 0 and 1; " + rule.text + " does not");
  }
  const Node* schedule = fields.scalar("schedule");
  if (year == nullptr) {
    if (schedule != nullptr) error(*schedule, "target: only a year's target has a schedule");
    return;
  }
  const Names known{"by_day", "by_working_day"};
  if (schedule == nullptr) return error(node, "target: schedule is missing: by_day or by_working_day");
  if (std::find(known.begin(), known.end(), schedule->text) == known.end())
    error(*schedule, "target: schedule is " + join(known) + ", not " + schedule->text, nearest(schedule->text, known));
  metric.target.by_working_day = schedule->text == "by_working_day";
}

void MetricCompiler::combine(const Node& node) const {
  metric.measure = MetricDef::Measure::kCombine;
  if (!node.is_map() || node.items.empty()) return error(node, "combine: {metric: weight}");
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < node.size(); ++i) {
    const std::uint16_t* id = other(node.keys[i]);
    const auto weight = read_number(build, node.items[i], where + ": combine");
    if (id == nullptr || !weight) continue;
    metric.combine.emplace_back(*id, *weight);
    sum += *weight;
  }
  if (metric.combine.size() == node.size() && sum != 1000) {
    error(node, "combine: the weights add up to " + std::to_string(sum) + " thousandths, not 1000");
  }
}

void MetricCompiler::measure(const Node& period_or_null, bool has_period) {
  const Node* found = nullptr;
  std::string_view name;
  for (const std::string_view each : kMeasures) {
    const Node* node = text.get(each);
    if (node == nullptr) continue;
    if (found != nullptr) {
      return error(*node, "exactly one measure, but " + std::string(name) + " and " + std::string(each) + " stand here");
    }
    found = node;
    name = each;
  }
  if (found == nullptr) return error(*text.key, "no measure; one of " + join(Names(std::begin(kMeasures), std::end(kMeasures))));
  const bool stands_alone = name == "combine" || name == "complement";
  const bool needs_period = !stands_alone && name != "stock";
  if (needs_period && !has_period) error(*text.key, "period is missing: what places a case in a month");
  if (!needs_period && has_period) error(period_or_null, std::string(name) + " has no period of its own");
  if (name == "combine") return combine(*found);
  if (name == "complement") {
    metric.measure = MetricDef::Measure::kComplement;
    if (const std::uint16_t* id = other(*found)) metric.complement = *id;
    return;
  }
  if (kind_build == nullptr) return;
  if (name == "ratio") return ratio(*found);
  if (name == "sum") return sum(*found);
  if (name == "duration") return duration(*found);
  if (name == "stock") {
    metric.measure = MetricDef::Measure::kStock;
    metric.stock = condition(*found, "stock", true);
  } else {
    metric.measure = MetricDef::Measure::kCount;
    if (found->text != "true") error(*found, "count: true");
  }
}

void MetricCompiler::run() {
  const bool alone = text.get("combine") != nullptr || text.get("complement") != nullptr;
  const Node* over_node = text.get("over");
  if (alone) {
    for (const char* word : {"over", "only", "except", "by"}) {
      if (text.get(word) != nullptr) error(*text.get(word), std::string(word) + " comes from the metrics it is made of");
    }
  } else if (over_node == nullptr) {
    return error(*text.key, "over is missing: a kind, or kind.part");
  } else if (!over(*over_node)) {
    return;
  }
  const Node* period = text.get("period");
  if (kind_build != nullptr) {
    for (const Node* word : period == nullptr ? std::vector<const Node*>{} : read_words(*period, where + ": period", build.report)) {
      anchor(*word);
    }
    if (const Node* only = text.get("only")) metric.only = condition(*only, "only");
    const Node* except = text.get("except");
    for (std::size_t i = 0; except != nullptr && i < except->size(); ++i) {
      if (!except->is_map()) break;
      metric.except.push_back({except->keys[i].text, condition(except->items[i], "except " + except->keys[i].text)});
    }
    if (except != nullptr && !except->is_map()) error(*except, "except: {name: condition}");
    if (metric.except.size() > MetricDef::kExceptMax) error(*except, "except: at most " + std::to_string(MetricDef::kExceptMax) + " names");
    const Node* by = text.get("by");
    if (by != nullptr && !by->is_map()) error(*by, "by: {name: field}");
    for (std::size_t i = 0; by != nullptr && by->is_map() && i < by->size(); ++i) dimension(by->keys[i], by->items[i]);
  }
  measure(period == nullptr ? *text.key : *period, period != nullptr);
  rest();
}

void MetricCompiler::rest() const {
  if (const Node* beside = text.get("beside")) {
    for (const Node* word : read_words(*beside, where + ": beside", build.report)) {
      const std::uint16_t* id = other(*word);
      if (id != nullptr && build.bundle->metrics[*id].name != metric.name) metric.beside.push_back(*id);
    }
  }
  if (const Node* min_n = text.get("min_n")) {
    const auto number = parse_integer(min_n->text);
    if (!number || *number < 1) error(*min_n, "min_n is a whole number from 1 on, not " + min_n->text);
    metric.min_n = number.value_or(0);
  }
  if (const Node* node = text.get("target")) target(*node);
  if (const Node* rank = text.get("rank")) {
    if (rank->text != "never") error(*rank, "rank is never, not " + rank->text, nearest(rank->text, {"never"}));
    metric.ranked = false;
  }
  for (const char* word :
       {"over", "period", "only", "except", "ratio", "count", "sum", "stock", "duration", "combine", "complement", "target", "min_n"}) {
    const Node* node = text.get(word);
    if (node != nullptr) metric.formula += (metric.formula.empty() ? "" : "; ") + std::string(word) + ": " + flow_text(*node);
  }
}

namespace {

void check_cycles(Build& build, const std::vector<MetricText>& texts) {
  const auto& metrics = build.bundle->metrics;
  for (std::size_t start = 0; start < metrics.size(); ++start) {
    std::vector<bool> seen(metrics.size(), false);
    std::vector<std::uint16_t> open{static_cast<std::uint16_t>(start)};
    while (!open.empty()) {
      const std::uint16_t id = open.back();
      open.pop_back();
      if (seen[id]) continue;
      seen[id] = true;
      std::vector<std::uint16_t> next;
      for (const auto& [other, weight] : metrics[id].combine) next.push_back(other);
      if (metrics[id].complement != kNone16) next.push_back(metrics[id].complement);
      for (const std::uint16_t other : next) {
        if (other == start) build.report.error(*texts[start].key, "metric " + metrics[start].name + ": is made of itself");
        open.push_back(other);
      }
    }
  }
}

}  // namespace

void compile_metrics(Build& build) {
  Bundle& bundle = *build.bundle;
  const std::vector<MetricText> texts = expand_metrics(build);
  for (const MetricText& text : texts) {
    MetricDef& metric = bundle.metrics.emplace_back();
    metric.name = text.name;
    metric.area = text.area;
    metric.version = text.version;
    metric.title = text.title;
    bundle.metric_ids.emplace(text.name, static_cast<std::uint16_t>(bundle.metrics.size() - 1));
  }
  for (std::size_t i = 0; i < texts.size(); ++i) {
    MetricCompiler{build, texts[i], bundle.metrics[i], "metric " + texts[i].name, nullptr}.run();
  }
  check_cycles(build, texts);
  if (build.report.errors() == 0) check_metrics(build, texts);
}

}  // namespace docket::definition
