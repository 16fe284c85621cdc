// What of a case would be otherwise: its state, its deadlines and what they came to, events that would not have been taken. Two states are
// compared by names, as each is of a bundle of its own. Thread rule: free functions over immutable input.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/definition/bundle.h"
#include "engine/model/case_state.h"
#include "engine/model/rejection.h"

namespace docket::simulate {

struct ClockView {
  std::string value;                       // running, met, overdue, ...
  model::Instant due = model::kNoInstant;  // kNoInstant: unlimited, or it never ran out
  model::Instant stop = model::kNoInstant;
  model::Instant original_due = model::kNoInstant;  // before what moved it; figures count by it
  friend bool operator==(const ClockView&, const ClockView&) = default;
};

struct ClockDifference {
  std::string name;              // "reply", "assist[U].respond"; the n-th setting "reply#2"
  std::string clock;             // "reply", "assist.respond": without which one
  std::optional<ClockView> now;  // none: it does not run at all
  std::optional<ClockView> as_if;
};

struct StateDifference {
  std::string name;  // "": of the case itself; "assist[U]" of a part
  std::string now;   // "": there is none
  std::string as_if;
};

struct NotTaken {  // an accepted event that would not have been
  std::string event;
  std::string id;
  model::Instant time = 0;
  std::string code;  // the rejection's name; "unreadable": its fields don't fit the definitions
  std::string detail;
};

struct CaseDifference {
  std::string id;
  std::string kind;
  bool open = false;  // as it is now
  std::vector<StateDifference> states;
  std::vector<ClockDifference> clocks;
  std::vector<NotTaken> not_taken;
  [[nodiscard]] bool any() const { return !states.empty() || !clocks.empty() || !not_taken.empty(); }
};

// `now` and `as_if` by their own bundles, at one instant; `as_if` null or unopened: the case would not be there.
[[nodiscard]] CaseDifference difference(const definition::Bundle& bundle, const model::CaseState& now, const definition::Bundle& changed,
                                        const model::CaseState* as_if, model::Instant at);

[[nodiscard]] bool is_open(const definition::Bundle& bundle, const model::CaseState& state);
// Some running clock, no window, has run out.
[[nodiscard]] bool is_overdue(const definition::Bundle& bundle, const model::CaseState& state, model::Instant at);

}  // namespace docket::simulate
