#include "engine/definition/carry.h"

#include <algorithm>
#include <utility>

namespace docket::definition {
namespace {

std::string carried_key(std::string_view name, std::uint16_t version) { return std::string(name) + "@" + std::to_string(version); }

// What the other bundle lacks ends the carrying; told as an Error by carry().
struct Lacks {
  std::string what;
};

class Carrier {
 public:
  Carrier(const Bundle& from, Bundle& to) : from_(from), to_(to) {}

  // `metric` over a kind that both have.
  void add(const MetricDef& metric, KindId kind) {
    theirs_ = &from_.kinds[metric.kind];
    ours_ = &to_.kinds[kind];
    MetricDef out = metric;
    out.kind = kind;
    out.scope = scope(metric.scope);
    for (auto& one : out.period) one = anchor(one);
    out.only = condition(metric.only);
    for (auto& except : out.except) except.when = condition(except.when);
    out.when = condition(metric.when);
    out.stock = condition(metric.stock);
    using Measure = MetricDef::Measure;
    const bool sums = metric.measure == Measure::kRatioSums;
    if (sums || metric.measure == Measure::kRatioWeigh || metric.measure == Measure::kSum) out.weigh = field(metric.weigh);
    if (sums) out.weigh_of = field(metric.weigh_of);
    for (auto& weight : out.weights) weight.first = symbol(weight.first);
    if (metric.measure == Measure::kRatioByEnd) out.by_end = event(metric.by_end);
    for (auto& by : out.by) by.field = field(by.field);
    if (metric.measure == Measure::kDuration) {
      out.duration.from = anchor(metric.duration.from);
      out.duration.to = anchor(metric.duration.to);
      if (metric.duration.less) out.duration.less = ClockRef{scope(metric.duration.less->scope), clock(*metric.duration.less)};
    }
    if (metric.target.kind != MetricDef::Target::Kind::kNone) target(out.target);
    out.beside = companions(metric.beside);
    to_.metric_ids.emplace(carried_key(out.name, out.version), static_cast<std::uint16_t>(to_.metrics.size()));
    to_.metrics.push_back(std::move(out));
  }

 private:
  [[noreturn]] void lack(const std::string& what) const { throw Lacks{"kind " + theirs_->name + " has no " + what}; }

  [[nodiscard]] ScopeId scope(ScopeId id) const {
    if (id == 0) return 0;
    const auto& name = theirs_->scopes[id].name;
    const auto* found = find_name(ours_->part_ids, name);
    if (found == nullptr) lack("part " + name);
    return *found;
  }
  [[nodiscard]] EventId event(EventId id) const {
    const auto& theirs = theirs_->events[id];
    const auto* found = find_name(ours_->event_ids, theirs.name);
    if (found == nullptr || ours_->events[*found].scope != scope(theirs.scope)) lack("event " + theirs.name);
    return *found;
  }
  [[nodiscard]] ClockId clock(const ClockRef& ref) const {
    const auto& name = theirs_->scopes[ref.scope].clocks[ref.clock].name;
    const auto* found = find_name(ours_->scopes[scope(ref.scope)].clock_ids, name);
    if (found == nullptr) lack("clock " + name);
    return *found;
  }
  [[nodiscard]] const TypeSpec& spec(ScopeId of, AttributeId id) const { return theirs_->scopes[of].attributes[id].spec; }
  [[nodiscard]] AttributeId attribute(ScopeId of, AttributeId id) const {
    const auto& theirs = theirs_->scopes[of].attributes[id];
    const auto& scope_def = ours_->scopes[scope(of)];
    const auto* found = find_name(scope_def.attribute_ids, theirs.name);
    if (found == nullptr) lack("attribute " + theirs.name);
    const auto& ours = scope_def.attributes[*found];
    if (ours.spec.is_private) lack("public attribute " + theirs.name);
    if (ours.spec.type != theirs.spec.type || ours.spec.many != theirs.spec.many || ours.per_round != theirs.per_round)
      lack("attribute " + theirs.name + " of the same type");
    return *found;
  }
  [[nodiscard]] Symbol symbol(Symbol id) const {
#ifdef DOCKET_FAULT_CARRIED_SYMBOLS
    return id;
#else
    return to_.symbols.intern(from_.symbols.text(id));
#endif
  }

  [[nodiscard]] Anchor anchor(Anchor one) const {
    const bool of_event = one.kind == Anchor::Kind::kEventFirst || one.kind == Anchor::Kind::kEventLast;
    one.id = of_event ? event(one.id) : clock({one.scope, static_cast<ClockId>(one.id)});
    one.scope = scope(one.scope);
    return one;
  }
  [[nodiscard]] FieldRef field(FieldRef ref) const {
    switch (ref.kind) {
      case FieldRef::Kind::kAttribute:
      case FieldRef::Kind::kEach:
        ref.id = attribute(ref.scope, ref.id);
        break;
      case FieldRef::Kind::kClockHolder: {
        ref.id = clock({ref.scope, static_cast<ClockId>(ref.id)});
        if (ours_->scopes[scope(ref.scope)].clocks[ref.id].holder.kind == Holder::Kind::kNone)
          lack("holder of clock " + ours_->scopes[scope(ref.scope)].clocks[ref.id].name);
        break;
      }
      case FieldRef::Kind::kEventHour:
        ref.id = event(ref.id);
        break;
      case FieldRef::Kind::kKey:
      case FieldRef::Kind::kState:
      case FieldRef::Kind::kRound:
        break;
    }
    ref.scope = scope(ref.scope);
    return ref;
  }

  void read(Test& test) const {
    const ScopeId of = test.scope;
    switch (test.left) {
      case Test::Left::kAttribute: {
        const auto type = spec(of, test.id).type;
        if (type == ValueType::kCode || type == ValueType::kUnit) {
          for (auto& value : test.values) value = static_cast<std::int64_t>(symbol(static_cast<Symbol>(value)));
          std::sort(test.values.begin(), test.values.end());  // they are searched by halving
        }
        test.id = attribute(of, test.id);
        break;
      }
      case Test::Left::kState: {
        std::uint64_t mask = 0;  // a state that they lack no case of theirs is in
        const auto& states = theirs_->scopes[of].states;
        for (std::size_t i = 0; i < states.size(); ++i) {
          const auto* found = find_name(ours_->scopes[scope(of)].state_ids, states[i].name);
          if ((test.mask >> i & 1U) != 0 && found != nullptr) mask |= std::uint64_t{1} << *found;
        }
#ifndef DOCKET_FAULT_CARRIED_STATES
        test.mask = mask;
#endif
        break;
      }
      case Test::Left::kCount:
      case Test::Left::kTotal:
        test.id = event(test.id);
        break;
      case Test::Left::kClock:
        test.id = clock({of, static_cast<ClockId>(test.id)});
        break;
      case Test::Left::kData:  // of an event, which no metric sees
      case Test::Left::kRound:
        break;
    }
    test.scope = scope(of);
  }
  [[nodiscard]] ConditionId condition(ConditionId id) const {
    if (id == kNoCondition) return id;
    Condition out = theirs_->conditions[id];
    for (auto& all : out.any) {
      for (auto& test : all) read(test);
    }
    ours_->conditions.push_back(std::move(out));
    return static_cast<ConditionId>(ours_->conditions.size() - 1);
  }

  // What a figure is held against is asked of the definitions that answer; where they lack the rule there is no target.
  void target(MetricDef::Target& target) const {
    const auto* rule = target.rule == kNone16 ? nullptr : find_name(to_.rule_ids, from_.rules[target.rule].name);
    if (rule == nullptr) {
      target = {};
    } else {
      target.rule = *rule;
    }
  }
  [[nodiscard]] std::vector<std::uint16_t> companions(const std::vector<std::uint16_t>& beside) const {
    std::vector<std::uint16_t> out;
    for (const auto one : beside) {
      if (const auto* found = find_name(to_.metric_ids, from_.metrics[one].name)) out.push_back(*found);
    }
    return out;
  }

  const Bundle& from_;
  Bundle& to_;
  const KindDef* theirs_ = nullptr;
  KindDef* ours_ = nullptr;
};

}  // namespace

std::optional<std::uint16_t> find_metric(const Bundle& bundle, std::string_view name, std::uint16_t version) {
  const auto* own = find_name(bundle.metric_ids, name);
  if (own != nullptr && bundle.metrics[*own].version == version) return *own;
  const auto* carried = find_name(bundle.metric_ids, carried_key(name, version));
  return carried == nullptr ? std::nullopt : std::optional<std::uint16_t>(*carried);
}

bool has_contributions(const MetricDef& metric) {
  return metric.measure != MetricDef::Measure::kCombine && metric.measure != MetricDef::Measure::kComplement;
}

Result<BundlePtr> carry(const BundlePtr& to, const std::vector<Carried>& metrics) {
  std::shared_ptr<Bundle> out;
  for (const auto& one : metrics) {
    const Bundle& now = out ? *out : *to;
    if (find_metric(now, one.name, one.version)) continue;
    const auto index = find_metric(*one.from, one.name, one.version);
    const std::string what = "metric " + one.name + " version " + std::to_string(one.version);
    if (!index || !has_contributions(one.from->metrics[*index]))
      return Error{ErrorCode::kInternal, what + " is none of bundle " + one.from->id, false};
    const auto& metric = one.from->metrics[*index];
    const auto* kind = find_name(now.kind_ids, one.from->kinds[metric.kind].name);
    if (kind == nullptr) continue;
    if (!out) out = std::make_shared<Bundle>(*to);
    try {
      Carrier(*one.from, *out).add(metric, *kind);
    } catch (const Lacks& lacks) {
      return Error{ErrorCode::kInvalid, what + " can't be said of the cases of bundle " + to->id.substr(0, 16) + ": there " + lacks.what,
                   false};
    }
  }
  if (!out) return to;
  derive(*out);
  return BundlePtr(std::move(out));
}

BundlePtr carry_what_fits(const BundlePtr& to, const std::vector<Carried>& metrics) {
  if (auto all = carry(to, metrics)) return std::move(*all);
  BundlePtr out = to;
  for (const auto& metric : metrics) {
    if (auto more = carry(out, {metric})) out = std::move(*more);
  }
  return out;
}

void answer_as(Bundle& bundle, std::string_view name, std::uint16_t version) {
  const auto* own = find_name(bundle.metric_ids, name);
  const auto other = find_metric(bundle, name, version);
  if (own == nullptr || !other || *own == *other) return;
  bundle.metrics[*own] = bundle.metrics[*other];
}

}  // namespace docket::definition
