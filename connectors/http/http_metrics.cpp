#include "connectors/http/http_metrics.h"

#include <algorithm>
#include <cstdio>

namespace docket::http {
namespace {

// Microseconds as seconds, in decimal and without a rounding of its own: 2500 -> "0.0025".
std::string seconds(std::uint64_t us) {
  char text[32];
  std::snprintf(text, sizeof text, "%llu.%06llu", static_cast<unsigned long long>(us / 1000000),
                static_cast<unsigned long long>(us % 1000000));
  std::string out = text;
  while (out.back() == '0') out.pop_back();
  if (out.back() == '.') out.pop_back();
  return out;
}

}  // namespace

HttpMetrics::HttpMetrics(std::size_t shards) {
  for (std::size_t i = 0; i < std::max<std::size_t>(shards, 1); ++i) shards_.push_back(std::make_unique<Shard>());
}

void HttpMetrics::record(std::size_t shard, std::string_view method, std::string_view route, int status, std::uint64_t duration_us) {
  Shard& own = *shards_[shard % shards_.size()];
  const auto bucket = std::lower_bound(kBoundsUs.begin(), kBoundsUs.end(), duration_us) - kBoundsUs.begin();
  const std::lock_guard lock(own.mutex);
  Series& series = own.series[Labels{method, route, status}];
  ++series.buckets[static_cast<std::size_t>(bucket)];
  series.sum_us += duration_us;
}

std::string HttpMetrics::text() const {
  std::map<Labels, Series> total;
  for (const auto& shard : shards_) {
    const std::lock_guard lock(shard->mutex);
    for (const auto& [labels, series] : shard->series) {
      Series& sum = total[labels];
      for (std::size_t i = 0; i < series.buckets.size(); ++i) sum.buckets[i] += series.buckets[i];
      sum.sum_us += series.sum_us;
    }
  }
  static constexpr std::string_view kName = "http_server_request_duration_seconds";
  std::string out =
      "# HELP " + std::string(kName) + " Time from the end of a request to its answer.\n# TYPE " + std::string(kName) + " histogram\n";
  for (const auto& [key, series] : total) {
    const auto& [method, route, status] = key;
    const std::string labels = "http_request_method=\"" + std::string(method) + "\",http_route=\"" + std::string(route) +
                               "\",http_response_status_code=\"" + std::to_string(status) + "\"";
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < series.buckets.size(); ++i) {
      count += series.buckets[i];
      const std::string bound = i < kBoundsUs.size() ? seconds(kBoundsUs[i]) : "+Inf";
      out += std::string(kName) + "_bucket{" + labels + ",le=\"" + bound + "\"} " + std::to_string(count) + "\n";
    }
    out += std::string(kName) + "_sum{" + labels + "} " + seconds(series.sum_us) + "\n";
    out += std::string(kName) + "_count{" + labels + "} " + std::to_string(count) + "\n";
  }
  out += "# HELP docket_http_connections Connections that are open.\n# TYPE docket_http_connections gauge\n";
  out += "docket_http_connections " + std::to_string(connections_.load(std::memory_order_relaxed)) + "\n";
  out +=
      "# HELP docket_http_connections_refused_total Connections beyond the limit.\n# TYPE docket_http_connections_refused_total counter\n";
  out += "docket_http_connections_refused_total " + std::to_string(refused_.load(std::memory_order_relaxed)) + "\n";
  return out;
}

}  // namespace docket::http
