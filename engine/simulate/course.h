// A case's course by one rulebook, event by event: each is judged again, its deadlines are computed again, and what passed deadlines cause
// happens where it would. Nothing is written. Thread rule: one thread; the rulebook is that thread's.
#pragma once

#include <string>
#include <vector>

#include "engine/apply/apply.h"
#include "engine/apply/attention.h"
#include "engine/measure/contribution.h"
#include "engine/model/rejection.h"
#include "engine/partition/rulebooks.h"

namespace docket::simulate {

class Course {
 public:
  // From a state that the book's bundle can read; validate::unopened() for a case from its first event on. The book outlives this.
  Course(partition::Rulebook& book, model::CaseState state) : book_(book), state_(std::move(state)) {}

  // One human event, behind all taken before: first what passed up to its time, then itself. A refusal leaves the case without it.
  [[nodiscard]] model::Refusal take(const apply::Folded& row);
  // What deadlines that pass up to that instant (inclusive) cause.
  void pass(model::Instant until);
  // What meta events lay over the fold; last.
  void lay_over(const apply::Overlay& overlay);

  [[nodiscard]] const model::CaseState& state() const { return state_; }
  [[nodiscard]] model::CaseState take_state() { return std::move(state_); }
  // What all that added to the figures, by the book's metrics.
  [[nodiscard]] const std::vector<measure::Delta>& deltas() const { return deltas_; }

 private:
  [[nodiscard]] bool fire(const apply::Want& want);
  [[nodiscard]] Status onto(const apply::Folded& row);

  partition::Rulebook& book_;
  model::CaseState state_;
  std::vector<measure::Delta> deltas_;
};

}  // namespace docket::simulate
