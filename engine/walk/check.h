// The part of `docket kind check` that no table shows: walks through the real engine that must reach every state, come from each to a
// closed one, with the office's limits and with every limit unset, and make every event of the kind happen under some limits.
// Deterministic: the seed is fixed, so a definition passes or fails on every machine alike. Thread rule: free function.
#pragma once

#include <vector>

#include "engine/definition/bundle.h"
#include "engine/definition/compile.h"

namespace docket::walk {

struct Budget {
  std::uint64_t seed = 1;
  std::size_t walks = 300;  // a kind and sort of limits; fewer when all is found
  std::size_t steps = 30;
};

// Errors with file, line and column of the state or event; empty if all is well.
[[nodiscard]] std::vector<definition::Diagnostic> check_by_walks(const definition::Bundle& bundle, const Budget& budget = {});

}  // namespace docket::walk
