// Counts and latencies of requests per (method, route, status), as Prometheus text.
// Thread rule: record() from any thread; each thread has its own shard, so that nobody waits. text() sums them.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace docket::http {

class HttpMetrics {
 public:
  explicit HttpMetrics(std::size_t shards);

  // `method` and `route` must live as long as this object.
  void record(std::size_t shard, std::string_view method, std::string_view route, int status, std::uint64_t duration_us);
  void connection_opened() { connections_.fetch_add(1, std::memory_order_relaxed); }
  void connection_closed() { connections_.fetch_sub(1, std::memory_order_relaxed); }
  void connection_refused() { refused_.fetch_add(1, std::memory_order_relaxed); }

  // Text format 0.0.4: http_server_request_duration_seconds, docket_http_connections, docket_http_connections_refused_total.
  [[nodiscard]] std::string text() const;

 private:
  static constexpr std::array<std::uint64_t, 14> kBoundsUs{500,    1000,   2500,   5000,    10000,   25000,   50000,
                                                           100000, 250000, 500000, 1000000, 2500000, 5000000, 10000000};
  struct Series {
    std::array<std::uint64_t, kBoundsUs.size() + 1> buckets{};  // not cumulative; the last one is +Inf
    std::uint64_t sum_us = 0;
  };
  using Labels = std::tuple<std::string_view, std::string_view, int>;
  struct Shard {
    mutable std::mutex mutex;
    std::map<Labels, Series> series;  // guarded by mutex
  };

  std::vector<std::unique_ptr<Shard>> shards_;
  std::atomic<std::int64_t> connections_{0};
  std::atomic<std::uint64_t> refused_{0};
};

}  // namespace docket::http
