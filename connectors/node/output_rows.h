// What Docket tells of a case in its output topics: its state, and what it adds to the figures, both as the newest valid record left them.
// A private value stands there as {"sealed": true}. Forms: schemas/outputs/case.json, schemas/outputs/metrics.json.
// Thread rule: as Reading.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "connectors/node/reading.h"

namespace docket::node {

[[nodiscard]] std::string case_output(const Reading& reading, const model::CaseState& state, const ledger::Position& position);
[[nodiscard]] std::string metrics_output(const Reading& reading, const model::CaseState& state, const ledger::Position& position);

// How far the output topics are, for /readyz and /metrics. They never make a node unready.
struct OutputsStanding {
  struct Lag {
    std::string topic;
    int partition = 0;
    std::uint64_t records = 0;  // of the ledger, that the topic doesn't tell of yet
  };
  std::vector<Lag> lags;
  std::string problem;  // "" none
};
using ShowOutputs = std::function<OutputsStanding()>;

}  // namespace docket::node
