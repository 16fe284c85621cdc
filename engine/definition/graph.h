// A scope (a case or a part) as a graph of states, for the checker: what may follow what, and where a clock may be running.
// Internal to engine/definition.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "engine/definition/bundle.h"

namespace docket::definition {

// A state as a bit of a set of states.
constexpr std::uint64_t bit(std::size_t state) { return std::uint64_t{1} << state; }

inline bool has(const std::vector<ClockRef>& list, const ClockRef& clock) {
  return std::find(list.begin(), list.end(), clock) != list.end();
}

class Graph {
 public:
  Graph(const KindDef& kind, ScopeId scope);

  [[nodiscard]] std::uint64_t initial() const { return initial_; }
  [[nodiscard]] std::uint64_t reached() const { return reached_; }
  [[nodiscard]] std::uint64_t all() const { return all_; }
  [[nodiscard]] std::uint64_t can_close() const;  // states with a way to a closed one
  // The states in which the case may stand right after that event of this scope; for an event of a part: where its case may stand.
  [[nodiscard]] std::uint64_t after(const EventDef& event) const;
  // Those, and all that can be reached from them.
  [[nodiscard]] std::uint64_t later(const EventDef& event) const { return closure(after(event)); }
  // Whether `second` may happen some time after `first`.
  [[nodiscard]] bool may_follow(const EventDef& first, const EventDef& second) const;
  // The states in which that clock of this scope may be running or paused.
  [[nodiscard]] std::uint64_t running(ClockId clock) const;
  [[nodiscard]] std::uint64_t closure(std::uint64_t from) const;

 private:
  [[nodiscard]] std::uint64_t before(std::uint64_t states) const;  // from where they are entered

  const KindDef& kind_;
  ScopeId scope_;
  std::uint64_t all_ = 0;
  std::uint64_t initial_ = 0;
  std::uint64_t reached_ = 0;
  std::vector<std::uint64_t> next_;  // successors of each state
};

}  // namespace docket::definition
