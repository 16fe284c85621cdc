// What a walk may cover: every (state, event) that the tables of a kind allow, its parts and the common events included. Taken from
// `from`, `opens` and `during` alone, never from what some walk happened to do. Thread rule: free functions.
#pragma once

#include <compare>
#include <string>
#include <vector>

#include "engine/definition/bundle.h"

namespace docket::walk {

struct Pair {
  model::ScopeId scope = 0;                  // whose state: the case's, or that of a part's instance
  model::StateId state = model::kNotOpened;  // kNotOpened: the event opens it
  model::EventId event = 0;                  // an event of a part also makes a pair with each state of the case in `during`
  friend auto operator<=>(const Pair&, const Pair&) = default;
};

[[nodiscard]] std::vector<Pair> legal_pairs(const definition::KindDef& kind);  // sorted
// "signed: suspended", "assist asked: assist_given", "(none): created"
[[nodiscard]] std::string pair_text(const definition::KindDef& kind, const Pair& pair);

}  // namespace docket::walk
