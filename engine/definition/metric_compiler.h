// Compiles one metric: metric_fields.cpp what it is about (kind, period, dimensions), metrics.cpp what it measures.
// Internal to engine/definition.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "engine/definition/build.h"
#include "engine/definition/metrics.h"

namespace docket::definition {

struct MetricCompiler {
  Build& build;
  const MetricText& text;
  MetricDef& metric;
  const std::string where;
  KindBuild* kind_build = nullptr;

  void error(const Node& at, const std::string& message, std::string near = {}) const {
    build.report.error(at, where + ": " + message, std::move(near));
  }
  [[nodiscard]] const KindDef& kind() const { return build.kind(*kind_build); }
  [[nodiscard]] const ScopeDef& scope() const { return kind().scopes[metric.scope]; }
  [[nodiscard]] Names metric_names() const;
  [[nodiscard]] const std::uint16_t* other(const Node& word) const;
  [[nodiscard]] bool over(const Node& node);
  // "handle.due" -> clock and what of it. The metric's own scope first, then the case's.
  [[nodiscard]] const ClockId* clock(const Node& at, std::string_view name, ScopeId& in) const;
  [[nodiscard]] const EventId* event(const Node& at, std::string_view name) const;
  void anchor(const Node& word) const;
  bool event_anchor(const Node& word, const std::string& what, Anchor& out) const;
  [[nodiscard]] std::optional<FieldRef> attribute(const Node& at, std::string_view all, const std::string& what) const;
  void dimension(const Node& name, const Node& field) const;
  [[nodiscard]] ConditionId condition(const Node& node, const std::string& what, bool stock = false) const;
  void weigh(const Node& ratio, const Node& field);
  [[nodiscard]] bool has_weight(Symbol symbol) const;
  void weight_of(const Node& key, const AttributeDef& def, std::int64_t weight);
  void ratio(const Node& node);
  void sum(const Node& node);
  void sums(const Node& numerator, const Node* of, const Node& ratio);
  // An attribute that is a number, one a case.
  [[nodiscard]] std::optional<FieldRef> number(const Node& node, const std::string& what) const;
  void duration(const Node& node);
  // What begins or ends a duration: clock.x.start, clock.x.stop, event.x@first, event.x@last.
  void moment(const Node& word, const std::string& what, Anchor& out) const;
  void target(const Node& node) const;
  void combine(const Node& node) const;
  void measure(const Node& period_or_null, bool has_period);
  void run();
  void rest() const;
};

}  // namespace docket::definition
