// An import in this process: what `docket event import` does between start and stop, timed from the first event to the last outcome.
// Thread rule: the main thread.
#pragma once

#include <string>

#include "bench/floors/floors.h"
#include "bench/load/events.h"
#include "engine/model/result.h"

namespace docket::bench {

enum class InsideClock : unsigned char {
  kWall,
  kEvents,  // goes from day to day with the events, so that the records lie over the year in which they happened
};
// "seconds" and "rate" of the lines of `span`; "flush_seconds": what stopping takes, all written back.
[[nodiscard]] Result<Said> import_inside(const std::string& data, const LinesPtr& lines, const Span& span, InsideClock clock);

}  // namespace docket::bench
