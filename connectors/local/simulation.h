// The real history under other definitions, beside what it is: which cases, deadlines and figures would differ. Reads the ledger from its
// first block on and writes nothing, so it may run in the process that serves the folder. Thread rule: one call; it uses two threads
// inside, which give way to others' work. Ownership: shares nothing with its caller.
#pragma once

#include <boost/json.hpp>

#include <functional>
#include <optional>
#include <string>

#include "connectors/local/home.h"

namespace docket::local {

struct SimulationAsk {
  definition::BundlePtr changed;
  std::string period;                // of the figures; "": each year in which some differ
  std::optional<model::Instant> at;  // deadlines pass up to then; none: now
  std::size_t cases = 20;            // named of those that differ
  std::function<bool()> stopped;     // asked now and then: true ends it with kUnavailable; null: never
};

// The answer as `docket kind simulate --format json` prints it. kInvalid: the period is none, `at` lies before what is recorded, or the
// definitions are of another office.
[[nodiscard]] Result<boost::json::object> simulate(const Home& home, const SimulationAsk& ask,
                                                   const std::function<void(std::uint64_t events)>& progress);

}  // namespace docket::local
