// An import in this process: what `docket event import` does between start and stop, timed from the first event to the last outcome.
// Thread rule: the main thread.
#pragma once

#include <string>

#include "bench/floors/floors.h"
#include "bench/load/events.h"
#include "engine/model/result.h"

namespace docket::bench {

// "seconds" and "rate" of the lines of `span`; "flush_seconds": what stopping takes, all written back.
// `step_days` 0: by the wall clock. Else the clock goes with the events, by so many days, so that the records lie over the year
// in which they happened.
[[nodiscard]] Result<Said> import_inside(const std::string& data, const LinesPtr& lines, const Span& span, int step_days);

}  // namespace docket::bench
