// One line a request, for the access log: the route's pattern, never the path, which holds ids.
// Thread rule: plain values.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace docket::http {

struct AccessEntry {
  std::string_view method;  // "GET", or "_OTHER" for one that HTTP does not define
  std::string_view route;   // pattern, "" if no route matched
  int status = 0;
  std::uint64_t duration_us = 0;     // from the end of the request to the answer
  std::uint64_t request_bytes = 0;   // of the body
  std::uint64_t response_bytes = 0;  // of the whole answer
  std::int64_t time_ms = 0;          // since 1970, UTC
  std::string_view trace_id;         // X-Request-Id
};

// Called on the I/O threads, on several at a time: must be quick and do its own locking.
using AccessLog = std::function<void(const AccessEntry&)>;

// One JSON object without a line end: {"time","level","msg":"request","component":"http",...}.
[[nodiscard]] std::string access_line(const AccessEntry& entry);

}  // namespace docket::http
