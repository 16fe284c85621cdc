// Which way to go: distances between the states of a scope, and which events help another one to become legal. From the tables alone.
// Thread rule: immutable after construction.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/definition/bundle.h"

namespace docket::walk {

class Guide {
 public:
  explicit Guide(const definition::KindDef& kind);

  // Steps from each state of the scope to the nearest of `goals`; kFar: no way.
  static constexpr unsigned kFar = 1000;
  [[nodiscard]] std::vector<unsigned> distances(model::ScopeId scope, std::uint64_t goals) const;
  // States that the event may lead to from `state`.
  [[nodiscard]] std::uint64_t leads_to(const definition::EventDef& def, model::StateId state) const;
  // Events that count, set, answer, pass a gate or start a clock for `event`.
  [[nodiscard]] const std::vector<model::EventId>& helpers(model::EventId event) const { return helpers_[event]; }

 private:
  void add_helpers(model::EventId event);

  const definition::KindDef& kind_;
  std::vector<std::vector<std::uint64_t>> next_;  // by scope and state: successors
  std::vector<std::vector<model::EventId>> helpers_;
};

}  // namespace docket::walk
