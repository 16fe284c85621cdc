// What a metric is about: the kind or part, what places a case in a period, the dimensions.
#include <algorithm>

#include "engine/definition/metric_compiler.h"

namespace docket::definition {

bool MetricCompiler::over(const Node& node) {
  const std::size_t dot = node.text.find('.');
  const std::string name = node.text.substr(0, dot);
  const KindId* id = find_name(build.bundle->kind_ids, name);
  if (id == nullptr) {
    Names known;
    for (const KindDef& each : build.bundle->kinds) known.push_back(each.name);
    error(node, "over: no kind " + name + " in this office", nearest(name, known));
    return false;
  }
  metric.kind = *id;
  kind_build = &build.kinds[*id];
  if (dot == std::string::npos) return true;
  const ScopeId* part = find_name(kind().part_ids, std::string_view(node.text).substr(dot + 1));
  if (part == nullptr) {
    Names known;
    for (std::size_t i = 1; i < kind().scopes.size(); ++i) known.push_back(kind().scopes[i].name);
    error(node, "over: kind " + name + " has no part " + node.text.substr(dot + 1),
          nearest(std::string_view(node.text).substr(dot + 1), known));
    return false;
  }
  metric.scope = *part;
  return true;
}

const ClockId* MetricCompiler::clock(const Node& at, std::string_view name, ScopeId& in) const {
  in = metric.scope;
  const ClockId* id = find_name(scope().clock_ids, name);
  if (id == nullptr && metric.scope != 0) {
    in = 0;
    id = find_name(kind().scopes[0].clock_ids, name);
  }
  if (id == nullptr) error(at, "no clock " + std::string(name), nearest(name, clock_names(scope())));
  return id;
}

const EventId* MetricCompiler::event(const Node& at, std::string_view name) const {
  const EventId* id = find_name(kind().event_ids, name);
  if (id != nullptr && (kind().events[*id].scope == metric.scope || kind().events[*id].scope == 0)) return id;
  error(at, "no event " + std::string(name) + " of " + scope_name(kind(), metric.scope),
        nearest(name, event_names(kind(), metric.scope, false)));
  return nullptr;
}

void MetricCompiler::anchor(const Node& word) const {
  Anchor out;
  const std::string_view all = word.text;
  if (all.starts_with("clock.")) {
    const std::size_t dot = all.find('.', 6);
    const std::string_view what = dot == std::string_view::npos ? "" : all.substr(dot + 1);
    const Names known{"due", "original_due", "stop"};
    if (std::find(known.begin(), known.end(), what) == known.end()) {
      return error(word, "period: of a clock the due, original_due or stop, not " + word.text, nearest(what, known));
    }
    const ClockId* id = clock(word, all.substr(6, dot - 6), out.scope);
    if (id == nullptr) return;
    out.kind = what == "due" ? Anchor::Kind::kClockDue : what == "stop" ? Anchor::Kind::kClockStop : Anchor::Kind::kClockOriginalDue;
    out.id = *id;
    metric.original_due = metric.original_due || what == "original_due";
    const ClockDef& def = kind().scopes[out.scope].clocks[*id];
    if (def.window && what != "stop") error(word, "period: " + def.name + " is a window, which is never due");
  } else if (all.starts_with("event.")) {
    if (!event_anchor(word, "period", out)) return;
  } else {
    return error(word, "period: clock.x.due, clock.x.original_due, clock.x.stop, event.x@first or event.x@last, not " + word.text);
  }
  metric.period.push_back(out);
}

bool MetricCompiler::event_anchor(const Node& word, const std::string& what, Anchor& out) const {
  std::string_view name;
  RoundSelect select = RoundSelect::kFirst;
  std::uint16_t round = 0;
  if (!split_round(build, word, std::string_view(word.text).substr(6), where + ": " + what, name, select, round)) return false;
  if (select == RoundSelect::kNumber) {
    error(word, what + ": an event is taken @first or @last");
    return false;
  }
  const EventId* id = event(word, name);
  if (id == nullptr) return false;
  out.kind = select == RoundSelect::kLast ? Anchor::Kind::kEventLast : Anchor::Kind::kEventFirst;
  out.scope = kind().events[*id].scope;
  out.id = *id;
  return true;
}

void MetricCompiler::moment(const Node& word, const std::string& what, Anchor& out) const {
  const std::string_view all = word.text;
  if (all.starts_with("event.")) {
    static_cast<void>(event_anchor(word, what, out));
    return;
  }
  const std::size_t dot = all.starts_with("clock.") ? all.find('.', 6) : std::string_view::npos;
  const std::string_view end = dot == std::string_view::npos ? "" : all.substr(dot + 1);
  if (end != "start" && end != "stop")
    return error(word, what + ": clock.x.start, clock.x.stop, event.x@first or event.x@last, not " + word.text,
                 nearest(end, {"start", "stop"}));
  const ClockId* id = clock(word, all.substr(6, dot - 6), out.scope);
  if (id == nullptr) return;
  out.kind = end == "start" ? Anchor::Kind::kClockStart : Anchor::Kind::kClockStop;
  out.id = *id;
}

std::optional<FieldRef> MetricCompiler::attribute(const Node& at, std::string_view all, const std::string& what) const {
  FieldRef out;
  std::string_view name;
  if (!split_round(build, at, all, where, name, out.select, out.round)) return std::nullopt;
  const AttributeRef found = find_attribute(kind(), metric.scope, name);
  if (found.id == kNone16) {
    error(at, what + ": no attribute " + std::string(name), nearest(name, attribute_names(kind(), metric.scope)));
    return std::nullopt;
  }
  const AttributeDef& def = kind().scopes[found.scope].attributes[found.id];
  if (def.spec.is_private) error(at, what + ": " + def.name + " is private");
  if (out.select != RoundSelect::kCurrent && !def.per_round) {
    error(at, what + ": " + def.name + " is not kept `per: round`, so it has no @");
  }
  out.scope = found.scope;
  out.id = found.id;
  return out;
}

void MetricCompiler::dimension(const Node& name, const Node& field) const {
  const std::string_view all = field.text;
  std::optional<FieldRef> ref;
  if (!field.is_scalar()) return error(field, "by: {name: field}");
  if (!is_name(name.text)) error(name, "by: a name of a-z, 0-9, _ and -");
  if (all == "key" || all == "state" || all == "round") {
    ref.emplace();
    ref->kind = all == "key" ? FieldRef::Kind::kKey : all == "state" ? FieldRef::Kind::kState : FieldRef::Kind::kRound;
    ref->scope = metric.scope;
    if (all == "key" && metric.scope == 0) error(field, "by: key is the key of a part, and this metric is over the case");
  } else if (all.starts_with("clock.")) {
    if (!all.ends_with(".holder")) return error(field, "by: of a clock the holder, clock.x.holder");
    ref.emplace();
    ref->kind = FieldRef::Kind::kClockHolder;
    const ClockId* id = clock(field, all.substr(6, all.size() - 13), ref->scope);
    if (id == nullptr) return;
    ref->id = *id;
    if (kind().scopes[ref->scope].clocks[*id].holder.kind == Holder::Kind::kNone) error(field, "by: that clock has no holder");
  } else if (all.starts_with("event.")) {
    if (!all.ends_with(".hour")) return error(field, "by: of an event the hour, event.x.hour");
    const EventId* id = event(field, all.substr(6, all.size() - 11));
    if (id == nullptr) return;
    ref.emplace();
    ref->kind = FieldRef::Kind::kEventHour;
    ref->scope = kind().events[*id].scope;
    ref->id = *id;
  } else {
    const bool each = all.starts_with("each ");
    ref = attribute(field, each ? all.substr(5) : all, "by");
    if (!ref) return;
    const AttributeDef& def = kind().scopes[ref->scope].attributes[ref->id];
    if (each) ref->kind = FieldRef::Kind::kEach;
    if (each != def.spec.many) {
      error(field,
            each ? "by: " + def.name + " has one value; leave `each` out" : "by: " + def.name + " has many values; write each " + def.name);
    }
    if (!def.dimension) error(field, "by: " + def.name + " is no dimension (dimension: true)");
  }
  metric.by.push_back({name.text, *ref});
}

}  // namespace docket::definition
