// A lean HTTP/1.1 client for loads: one thread, epoll, kept-alive connections, nothing parsed but status and length. Each connection
// sends a stream of requests of its own in order, so that what belongs to one case never overtakes itself.
// Closed loop: one request under way on each connection. Paced: each request leaves at its scheduled time, whatever is under way,
// and its latency counts from that time.
// Thread rule: run() blocks its caller. Ownership: a stream's requests are made one by one, as they leave.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "bench/harness/stats.h"
#include "engine/model/result.h"

namespace docket::bench {

struct Request {
  std::string bytes;
  std::uint32_t events = 1;
};
// Fills in the next request of a stream; false: that was all.
using Stream = std::function<bool(Request&)>;

struct LoadOptions {
  std::uint16_t port = 0;
  double rate = 0;                                 // requests a second over all streams, in turn by `order`; 0: closed loop
  std::vector<std::uint32_t> order;                // paced: the stream of each request
  std::function<bool(std::uint64_t events)> stop;  // asked after each answer with the events answered so far
};

struct Load {
  double seconds = 0;
  double client_cpu_s = 0;
  std::uint64_t requests = 0;
  std::uint64_t events = 0;  // answered, and not to be sent again
  std::uint64_t again = 0;   // requests sent again: overloaded, or outcome unknown
  std::map<int, std::uint64_t> statuses;
  Latencies latencies;
  bool broken = false;  // the server went away
};

[[nodiscard]] Result<Load> run_load(const LoadOptions& options, std::vector<Stream> streams);

[[nodiscard]] std::string post_head(std::string_view content_type, std::size_t bytes);
[[nodiscard]] std::string get_request(std::string_view target);

}  // namespace docket::bench
