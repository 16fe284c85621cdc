// apply: (case, accepted event) -> case. The fourth of the five words, in the order of language.md section 4. Never refuses,
// reads no clock, computes no deadline: what needs a calendar, rule or zone comes from the record's effects through an
// EffectSource. Judging runs the same steps with a source that computes instead of one that reads.
// Thread rule: free functions; the caller owns the state.
#pragma once

#include <memory>
#include <span>

#include "engine/apply/state_access.h"
#include "engine/definition/bundle.h"
#include "engine/model/case_state.h"
#include "engine/model/effects.h"
#include "engine/model/event.h"
#include "engine/model/result.h"

namespace docket::apply {

// Where the computed values of one event come from.
class EffectSource {
 public:
  // `recorded`: of the record that holds these effects.
  explicit EffectSource(Instant recorded) : recorded_(recorded) {}
  EffectSource(const EffectSource&) = delete;
  EffectSource& operator=(const EffectSource&) = delete;
  virtual ~EffectSource() = default;
  struct Asked {
    model::ClockEffect::Kind kind = model::ClockEffect::Kind::kStart;
    const PartInstance* part = nullptr;
    model::ScopeId scope = 0;
    model::ClockId clock = 0;
    const ClockInstance* instance = nullptr;  // as it is before; for kStart: with start set
    Instant time = 0;                         // of the event
  };
  // nullptr: kStart -> unlimited; others -> nothing moves. The pointer holds until the next call.
  [[nodiscard]] virtual const model::ClockEffect* next(const CaseState& state, const Asked& asked) = 0;
  [[nodiscard]] Instant recorded() const { return recorded_; }

 private:
  Instant recorded_;
};

// Reads recorded effects: the one that fits, in order.
class RecordedEffects final : public EffectSource {
 public:
  RecordedEffects(const model::Effects& effects, Instant recorded) : EffectSource(recorded), effects_(effects) {}
  [[nodiscard]] const model::ClockEffect* next(const CaseState& state, const Asked& asked) override;

 private:
  const model::Effects& effects_;
  std::size_t at_ = 0;
};

// One event onto a case. `state` is unopened (scope.state == kNotOpened) for the opening event. Meta events (corrected, voided,
// unlinked) change nothing here: they act by recorded alone, see fold(). kInternal: an engine defect; the state is then
// unspecified and the case is to be quarantined.
[[nodiscard]] Status apply_event(const KindDef& kind, CaseState& state, const model::Event& event, const model::OrderKey& key,
                                 EffectSource& source);

// Whether an event acts by recorded alone and so is not folded by time.
[[nodiscard]] bool acts_by_recorded(const definition::EventDef& def);

// An accepted event as the fold sees it now: after corrections, with the newest effects, displaced and void ones left out.
struct Folded {
  model::EventPtr event;
  model::OrderKey key;
  model::Effects effects;
  Instant recorded = 0;   // of the record that holds them
  bool unlinked = false;  // a `linked` whose link was taken back by an `unlinked` recorded after it: it counts and links nothing
};
// What lies over the fold: set by meta events, as known.
struct Overlay {
  bool voided = false;
};

// One folded event onto a case: apply_event(), and what `unlinked` takes back.
[[nodiscard]] Status apply_folded(const KindDef& kind, CaseState& state, const Folded& row, EffectSource& source);

// A case from nothing by its folded events in order. `until`: only events with time <= it (kForever: all).
// Sets id, kind, bundle; version, revision and recorded instants are the caller's.
[[nodiscard]] Result<CaseState> fold(const definition::Bundle& bundle, std::string_view case_id, std::span<const Folded> events,
                                     const Overlay& overlay, Instant until = model::kForever);
void lay_over(CaseState& state, const Overlay& overlay);

}  // namespace docket::apply
