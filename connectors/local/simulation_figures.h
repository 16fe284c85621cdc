// The figures of a simulation's two sides, by the code that answers for metrics. Thread rule: one thread.
#pragma once

#include <boost/json.hpp>

#include <optional>
#include <string>
#include <vector>

#include "connectors/local/home.h"
#include "engine/partition/rulebooks.h"
#include "engine/simulate/tally.h"

namespace docket::local {

struct FigureSide {
  const simulate::Side& side;
  partition::Rulebooks& books;
  const definition::Bundle& bundle;  // whose metrics are shown
};

// The metrics whose figure of that period differs: [{name, title, now: FIGURE, as_if: FIGURE}]; a metric that one side lacks has null
// there.
[[nodiscard]] boost::json::array differing_figures(const Home& home, const FigureSide& now, const FigureSide& as_if,
                                                   const std::string& period, model::Instant until);

}  // namespace docket::local
