// validate: (case, events, recorded) -> what they would do. The second of the five words. Judges one event, or several of one
// case as one set (parked events together, corrections of one batch), at their place in the fold; computes effects; may refuse.
// Changes nothing: the caller keeps or drops the result.
// Thread rule: free functions over immutable input.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "engine/apply/history.h"
#include "engine/definition/bundle.h"
#include "engine/measure/contribution.h"
#include "engine/model/case_state.h"
#include "engine/model/rejection.h"

namespace docket::validate {

struct Incoming {
  model::EventPtr event;
  model::Height height = 0;  // that its record would have
  bool timer = false;
  model::EventPtr replacement;  // of a `corrected` that replaces
};

struct LaterEffects {
  model::Height of = 0;
  model::Effects effects;
};

struct Verdict {
  model::Refusal refusal;                // of the first event that can't stand; then nothing else is set
  std::size_t refused = 0;               // index into the incoming
  model::CasePtr after;                  // the case with all of them, counted and dated
  std::vector<model::CasePtr> steps;     // after each incoming, when all came at the end of the fold; else empty
  std::vector<model::Effects> effects;   // of each incoming
  std::vector<LaterEffects> later;       // accepted events whose computed values changed
  std::vector<model::Height> displaced;  // timer events that had to give way
  bool refolded = false;
  std::vector<measure::Step> old_timeline;  // when refolded: before and with them
  std::vector<measure::Step> new_timeline;
  model::CasePtr before;  // for the caller: what was judged on
  // Of a case that moves (migrate.h):
  const definition::Bundle* former = nullptr;
  std::vector<model::Breach> dropped;  // breaches, by the former bundle, of clocks that the new one lacks
};

[[nodiscard]] Verdict refused(model::Refusal refusal, std::size_t index = 0);

// `before`: null when the case does not exist. `history`: called when the place of an event is not the end of the fold.
[[nodiscard]] Verdict judge(const definition::Bundle& bundle, const model::CasePtr& before, const std::vector<Incoming>& incoming,
                            model::Instant recorded, const std::function<apply::CaseHistory()>& history);

// Version, revision and recorded instants of a case after one more acceptance.
void count_acceptance(const definition::Bundle& bundle, model::CaseState& state, const model::Event& event, model::Instant recorded);

// A case that does not exist yet, as `bundle` opens it.
[[nodiscard]] model::CaseState unopened(const definition::Bundle& bundle, const std::string& id);
// Whether the event's source is marked `backfill`: then so is the case.
void mark_source(const definition::Bundle& bundle, model::CaseState& state, const model::Event& event);

// What a case keeps when it is folded anew: it counts records, not events.
void carry_over(model::CaseState& state, const model::CaseState& before);

// The timeline of a history as known: a state after each of its folded events.
[[nodiscard]] std::vector<measure::Step> timeline(const definition::Bundle& bundle, std::string_view case_id,
                                                  const std::vector<apply::Folded>& events, const apply::Overlay& overlay);

}  // namespace docket::validate
