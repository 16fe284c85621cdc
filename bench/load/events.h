// Lines of a workload as streams of requests: what belongs to one case goes to one stream, in order.
// Thread rule: the streams are used by one thread. Ownership: they share the lines.
#pragma once

#include <cstdint>
#include <vector>

#include "bench/harness/lines.h"
#include "bench/load/client.h"

namespace docket::bench {

struct Span {  // lines [begin, end)
  std::size_t begin = 0;
  std::size_t end = 0;
};

struct EventStreams {
  std::vector<Stream> streams;
  std::vector<std::uint32_t> order;  // the stream of each line
};
// `batch` 1: single events.
[[nodiscard]] EventStreams event_streams(const LinesPtr& lines, const Span& span, std::size_t streams, std::size_t batch);

}  // namespace docket::bench
