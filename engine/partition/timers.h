// How far the loop has looked for what running clocks ask of it (engine/apply/attention.h). Rows of valid state say which cases want
// attention at which instant; the loop reads them in order, each once, and remembers what it must look at again. What has been told is
// known from the cases, so nothing here has to survive a restart.
// Thread rule: the loop's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>

#include "engine/model/time.h"

namespace docket::partition {

struct TimerState {
  model::Instant next = model::kNoInstant;  // nothing beyond (from, from_case) wants attention before it
  model::Instant from = model::kNoInstant;  // rows up to (from, from_case) have been looked at
  std::string from_case;
  model::Instant again = model::kForever;  // then look at all rows anew: some cases of a backfill were not quiet yet
  std::set<std::string> woken;             // cases that changed and want attention at an instant looked at before
  std::size_t judged = 0;                  // events of the turn before
  std::uint64_t token = 0;                 // the newest block that holds something of timers
};

}  // namespace docket::partition
