#include <algorithm>

#include "engine/definition/bundle.h"

namespace docket::definition {
namespace {

// Collects what a metric reads. An id beyond the bits, or what has no bit, makes it depend on everything.
class Reads {
 public:
  Reads(const KindDef& kind, Touched& out) : kind_(kind), out_(out) {}

  void attribute(ScopeId scope, std::uint16_t id) {
    if (kind_.scopes[scope].attributes[id].per_round) out_.round = true;
    if (scope != 0) return part(scope);
    set(out_.attributes, id);
  }
  void event(std::uint16_t id) {
    if (id >= kind_.events.size()) return;
    if (kind_.events[id].scope != 0) return part(kind_.events[id].scope);
    set(out_.events, id);
  }
  void clock(ScopeId scope, std::uint16_t id) {
    const Holder& holder = kind_.scopes[scope].clocks[id].holder;
    if (holder.kind == Holder::Kind::kAttribute) attribute(holder.scope, holder.attribute);
    if (holder.else_attribute != kNone16) attribute(holder.else_scope, holder.else_attribute);
    if (scope != 0) return part(scope);
    if (id >= 64) {
      out_.all = true;
    } else {
      out_.clocks |= std::uint64_t{1} << id;
    }
  }
  void part(ScopeId scope) {
    if (scope >= 64) {
      out_.all = true;
    } else if (scope != 0) {
      out_.parts |= std::uint64_t{1} << scope;
    }
  }
  void state(ScopeId scope) {
    if (scope != 0) return part(scope);
    out_.state = true;
  }
  void round() { out_.round = true; }

  void condition(ConditionId id) {
    if (id == kNoCondition) return;
    for (const auto& all : kind_.conditions[id].any) {
      for (const auto& test : all) read(test);
    }
  }
  void field(const FieldRef& ref) {
    switch (ref.kind) {
      case FieldRef::Kind::kAttribute:
      case FieldRef::Kind::kEach:
        return attribute(ref.scope, ref.id);
      case FieldRef::Kind::kKey:
        return part(ref.scope);
      case FieldRef::Kind::kState:
        return state(ref.scope);
      case FieldRef::Kind::kRound:
        return round();
      case FieldRef::Kind::kClockHolder:
        return clock(ref.scope, ref.id);
      case FieldRef::Kind::kEventHour:
        return event(ref.id);
    }
  }

 private:
  void read(const Test& test) {
    switch (test.left) {
      case Test::Left::kAttribute:
        return attribute(test.scope, test.id);
      case Test::Left::kData:
        return;  // of an event, which no metric sees
      case Test::Left::kState:
        return state(test.scope);
      case Test::Left::kRound:
        return round();
      case Test::Left::kCount:
      case Test::Left::kTotal:
        return event(test.id);
      case Test::Left::kClock:
        return clock(test.scope, test.id);
    }
  }
  void set(std::array<std::uint64_t, 4>& bits, std::uint16_t id) {
    if (id >= Touched::kIdsMax) {
      out_.all = true;
    } else {
      bits[id / 64U] |= std::uint64_t{1} << (id % 64U);
    }
  }

  const KindDef& kind_;
  Touched& out_;
};

Touched reads_of(const KindDef& kind, const MetricDef& metric) {
  Touched out;
  Reads reads(kind, out);
  reads.part(metric.scope);
  const auto read = [&](const Anchor& anchor) {
    if (anchor.kind == Anchor::Kind::kEventFirst || anchor.kind == Anchor::Kind::kEventLast) {
      reads.event(anchor.id);
    } else {
      reads.clock(anchor.scope, anchor.id);
    }
  };
  for (const auto& anchor : metric.period) read(anchor);
  if (metric.measure == MetricDef::Measure::kDuration) {
    read(metric.duration.from);
    read(metric.duration.to);
    if (metric.duration.less) reads.clock(metric.duration.less->scope, metric.duration.less->clock);
  }
  reads.condition(metric.only);
  for (const auto& except : metric.except) reads.condition(except.when);
  reads.condition(metric.when);
  reads.condition(metric.stock);
  using Measure = MetricDef::Measure;
  const bool sums = metric.measure == Measure::kRatioSums;
  if (sums || metric.measure == Measure::kRatioWeigh || metric.measure == Measure::kSum) reads.field(metric.weigh);
  if (sums) reads.field(metric.weigh_of);
  if (metric.measure == Measure::kRatioByEnd) reads.event(metric.by_end);
  for (const auto& by : metric.by) reads.field(by.field);
  return out;
}

void derive_metrics(Bundle& bundle) {
  for (auto& kind : bundle.kinds) {
    kind.metrics.clear();
    kind.anchors.clear();
  }
  for (std::size_t i = 0; i < bundle.metrics.size(); ++i) {
    auto& metric = bundle.metrics[i];
    metric.reads = {};
    if (metric.kind == kNone16) continue;
    auto& kind = bundle.kinds[metric.kind];
    metric.reads = reads_of(kind, metric);
    for (const auto& anchor : metric.period) {
      if (std::find(kind.anchors.begin(), kind.anchors.end(), anchor) == kind.anchors.end()) kind.anchors.push_back(anchor);
    }
    using Measure = MetricDef::Measure;
    if (metric.measure == Measure::kCombine || metric.measure == Measure::kComplement) continue;
    kind.metrics.push_back(static_cast<std::uint16_t>(i));
  }
}

}  // namespace

bool Touched::meets(const Touched& other) const {
  if (all || other.all || (state && other.state) || (round && other.round)) return true;
  std::uint64_t both = (clocks & other.clocks) | (parts & other.parts);
  for (std::size_t i = 0; i < attributes.size(); ++i) both |= (attributes[i] & other.attributes[i]) | (events[i] & other.events[i]);
  return both != 0;
}

void derive(Bundle& bundle) {
  for (auto& kind : bundle.kinds) {
    for (auto& scope : kind.scopes) {
      scope.back_states = 0;
      for (auto& clock : scope.clocks) clock.timed = false;
    }
    for (auto& event : kind.events) {
      event.author_asked = false;
      event.answered_by.clear();
      event.quiet = event.common && (event.name == "noted" || event.name == "attached");
    }
    for (std::size_t i = 0; i < kind.events.size(); ++i) {
      const EventDef event = kind.events[i];
      if (event.to == kBack) kind.scopes[event.scope].back_states |= event.from;
      if (event.after_clock != kNone8) kind.scopes[event.scope].clocks[event.after_clock].timed = true;
      if (event.not_by != kNone16) kind.events[event.not_by].author_asked = true;
      if (event.answers != kNone16) kind.events[event.answers].answered_by.push_back(static_cast<EventId>(i));
    }
  }
  derive_metrics(bundle);
}

}  // namespace docket::definition
