// Checks over compiled metrics: figures that could only ever be 0 or 100 %, that mix clocks or rounds, or that leave out what is late.
#include <algorithm>

#include "engine/definition/metrics.h"

namespace docket::definition {
namespace {

using Left = definition::Test::Left;

struct MetricChecker {
  Build& build;
  const MetricText& text;
  const MetricDef& metric;
  const KindDef& kind;

  void error(std::string_view key, const std::string& message) const {
    const Node* node = text.get(key);
    build.report.error(node == nullptr ? *text.key : *node, "metric " + metric.name + ": " + message);
  }

  template <typename Visit>
  void each_test(ConditionId id, Visit visit) const {
    if (id == kNoCondition) return;
    for (const auto& alternative : kind.conditions[id].any) {
      for (const definition::Test& test : alternative) visit(test);
    }
  }

  [[nodiscard]] std::vector<ClockRef> clocks_read() const {
    std::vector<ClockRef> out;
    for (const ConditionId id : {metric.only, metric.when, metric.stock}) {
      each_test(id, [&](const definition::Test& test) {
        if (test.left == Left::kClock) out.push_back({test.scope, static_cast<ClockId>(test.id)});
      });
    }
    return out;
  }

  void clocks() const {
    std::vector<ClockRef> read = clocks_read();
    for (const Anchor& anchor : metric.period) {
      const ClockRef clock{anchor.scope, static_cast<ClockId>(anchor.id)};
      if (anchor.kind == Anchor::Kind::kEventFirst || anchor.kind == Anchor::Kind::kEventLast) continue;
      const std::string& name = kind.scopes[anchor.scope].clocks[anchor.id].name;
      if (!read.empty() && std::find(read.begin(), read.end(), clock) == read.end()) {
        error("period", "its period goes by clock " + name + ", but its conditions read another clock");
      }
      if (anchor.kind == Anchor::Kind::kClockStop) {
        stoppable(clock, name);
      } else {
        honest(clock, name);
      }
      read.push_back(clock);
    }
    for (const MetricDef::By& by : metric.by) {
      if (by.field.kind != FieldRef::Kind::kClockHolder || read.empty()) continue;
      const ClockRef holder{by.field.scope, static_cast<ClockId>(by.field.id)};
      const bool held = std::any_of(read.begin(), read.end(), [&](const ClockRef& c) {
        return kind.scopes[c.scope].clocks[c.clock].holder.kind != Holder::Kind::kNone;
      });
      if (held && std::find(read.begin(), read.end(), holder) == read.end()) {
        error("by",
              "by the holder of clock " + kind.scopes[holder.scope].clocks[holder.clock].name + ", but the figure is about another clock");
      }
    }
  }

  void stoppable(const ClockRef& clock, const std::string& name) const {
    const bool stops = std::any_of(kind.events.begin(), kind.events.end(),
                                   [&](const EventDef& e) { return std::find(e.stops.begin(), e.stops.end(), clock) != e.stops.end(); });
    if (!stops) error("period", "no event stops clock " + name);
  }

  // A figure by due date has both who kept it and who did not in its base.
  void honest(const ClockRef& clock, const std::string& name) const {
    each_test(metric.only, [&](const definition::Test& test) {
      if (test.left != Left::kClock || !(ClockRef{test.scope, static_cast<ClockId>(test.id)} == clock)) return;
      for (const auto& [value, word] : {std::pair(ClockValue::kMet, "met"), std::pair(ClockValue::kLate, "late")}) {
        if ((test.mask >> static_cast<unsigned>(value) & 1U) == 0) {
          error("only", "by the due date of clock " + name + ", but only leaves out what is " + word);
        }
      }
    });
  }

  void rounds() const {
    const bool weighs = metric.measure == MetricDef::Measure::kRatioWeigh || metric.measure == MetricDef::Measure::kRatioSums;
    if (!weighs || metric.weigh.select == RoundSelect::kCurrent) return;
    std::vector<std::pair<std::string_view, ConditionId>> conditions{{"only", metric.only}};
    for (const MetricDef::Except& except : metric.except) conditions.emplace_back("except", except.when);
    for (const auto& [key, id] : conditions) {
      each_test(id, [&, word = key](const definition::Test& test) {
        if (test.left != Left::kAttribute || !kind.scopes[test.scope].attributes[test.id].per_round) return;
        if (test.select == metric.weigh.select && test.round == metric.weigh.round) return;
        error(word, std::string(word) + " reads " + kind.scopes[test.scope].attributes[test.id].name +
                        " of another round than the one that is weighed");
      });
    }
  }

  void absent() const {
    if (metric.measure != MetricDef::Measure::kRatioWeigh) return;
    bool present = false;
    each_test(metric.only, [&](const definition::Test& test) {
      present =
          present || (test.left == Left::kAttribute && test.scope == metric.weigh.scope && test.id == metric.weigh.id && test.if_present);
    });
    if (present && metric.weight_absent) error("ratio", "absent has a weight, but only lets no case without the value in");
    if (!present && !metric.weight_absent) {
      error("ratio", "what of a case without " + kind.scopes[metric.weigh.scope].attributes[metric.weigh.id].name +
                         "? Give absent a weight, or write only: {" + kind.scopes[metric.weigh.scope].attributes[metric.weigh.id].name +
                         ": present}");
    }
  }

  // ratio.when against only: neither never nor always.
  void ratio() const {
    if (metric.when == kNoCondition || metric.only == kNoCondition) return;
    const auto& whens = kind.conditions[metric.when].any;
    const auto& onlys = kind.conditions[metric.only].any;
    if (whens.size() != 1 || onlys.size() != 1) return;
    for (const definition::Test& when : whens[0]) {
      for (const definition::Test& only : onlys[0]) {
        if (when.left != only.left || when.scope != only.scope || when.id != only.id || when.select != only.select || when.mask == 0) {
          continue;
        }
        if ((when.mask & only.mask) == 0) error("ratio", "never holds within only, so it is always 0");
        if ((only.mask & ~when.mask) == 0 && whens[0].size() == 1) error("ratio", "always holds within only, so it is always 100 %");
      }
    }
  }

  void run() const {
    clocks();
    rounds();
    absent();
    ratio();
  }
};

bool has_rate(const MetricDef& metric) {
  using Measure = MetricDef::Measure;
  return metric.measure == Measure::kRatioWhen || metric.measure == Measure::kRatioWeigh || metric.measure == Measure::kRatioByEnd ||
         metric.measure == Measure::kRatioSums;
}

// What is computed from others is so from rates: of a count there is no rest, and no share to weigh.
void check_made_of_rates(Build& build, const MetricText& text, const MetricDef& metric) {
  const auto& metrics = build.bundle->metrics;
  const auto error = [&](const Node& at, const std::string& word, const MetricDef& other, const char* wanted) {
    build.report.error(at, "metric " + metric.name + ": " + word + ": " + other.name + " is no " + wanted);
  };
  if (metric.complement != kNone16 && !has_rate(metrics[metric.complement]))
    error(*text.get("complement"), "complement", metrics[metric.complement], "ratio, so it has no rest");
  const Node* combine = text.get("combine");
  for (const auto& [id, weight] : metric.combine) {
    const MetricDef& other = metrics[id];
    const bool rest = other.complement != kNone16 && has_rate(metrics[other.complement]);
    if (!has_rate(other) && !rest) error(*combine->find_key(other.name), "combine", other, "ratio, nor the rest of one");
    if (weight < 0) error(*combine->find_key(other.name), "combine", other, "rate of a weight below 0");
  }
}

}  // namespace

void check_metrics(Build& build, const std::vector<MetricText>& texts) {
  const Bundle& bundle = *build.bundle;
  std::map<std::string, std::string> titles;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const MetricDef& metric = bundle.metrics[i];
    check_made_of_rates(build, texts[i], metric);
    if (metric.kind != kNone16) MetricChecker{build, texts[i], metric, bundle.kinds[metric.kind]}.run();
    for (const std::string& title : {metric.title.zh, metric.title.en}) {
      const auto [found, added] = titles.emplace(title, metric.name);
      if (!added && !title.empty()) {
        build.report.error(*texts[i].key, "metric " + metric.name + ": its title " + title + " is that of " + found->second + " too");
      }
    }
  }
}

}  // namespace docket::definition
