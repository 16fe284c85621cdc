// Computes what apply may not: deadlines, warning instants, moved dues, by the bundle's rules, calendar and zone. What it answers is
// kept, in the order asked, and goes into the record as effects.
// Thread rule: one instance per judged event; the bundle is immutable.
#pragma once

#include "engine/apply/apply.h"
#include "engine/definition/bundle.h"

namespace docket::validate {

class ComputedEffects final : public apply::EffectSource {
 public:
  ComputedEffects(const definition::Bundle& bundle, const definition::KindDef& kind, const model::Event& event, model::Instant recorded)
      : EffectSource(recorded), bundle_(bundle), kind_(kind), event_(event) {}
  [[nodiscard]] const model::ClockEffect* next(const model::CaseState& state, const Asked& asked) override;
  [[nodiscard]] model::Effects take() { return std::move(effects_); }

 private:
  bool start(const model::CaseState& state, const Asked& asked, model::ClockEffect& effect) const;
  bool extend(const Asked& asked, model::ClockEffect& effect) const;
  bool resume(const Asked& asked, model::ClockEffect& effect) const;
  bool adjust(const Asked& asked, model::ClockEffect& effect) const;
  void set_notices(const definition::ClockDef& clock, model::ClockEffect& effect) const;

  const definition::Bundle& bundle_;
  const definition::KindDef& kind_;
  const model::Event& event_;
  model::Effects effects_;
};

// The row of a rule that applies, nullptr: none (unlimited).
[[nodiscard]] const definition::LimitRow* limit_row(const definition::Bundle& bundle, const definition::KindDef& kind,
                                                    const model::CaseState& state, const model::PartInstance* part,
                                                    const std::vector<definition::LimitRow>& rows, model::Instant start);
// A date means its last millisecond; an instant itself; kNoInstant for anything else.
[[nodiscard]] model::Instant due_from(const definition::Bundle& bundle, const model::Value& value);

}  // namespace docket::validate
