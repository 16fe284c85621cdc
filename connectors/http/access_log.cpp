#include "connectors/http/access_log.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <ctime>

namespace docket::http {
namespace {

std::string utc_text(std::int64_t time_ms) {
  const std::time_t second = static_cast<std::time_t>(time_ms / 1000);
  std::tm parts{};
  gmtime_r(&second, &parts);
  char day[32];
  const std::size_t length = std::strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &parts);
  char millis[8];
  std::snprintf(millis, sizeof millis, ".%03dZ", static_cast<int>(time_ms % 1000));
  return std::string(day, length) + millis;
}

boost::json::string text(std::string_view value) { return boost::json::string(value.data(), value.size()); }

}  // namespace

std::string access_line(const AccessEntry& entry) {
  boost::json::object line;
  line["time"] = utc_text(entry.time_ms);
  line["level"] = "info";
  line["msg"] = "request";
  line["component"] = "http";
  line["method"] = text(entry.method);
  line["route"] = text(entry.route);
  line["status"] = entry.status;
  line["duration_ms"] = static_cast<double>(entry.duration_us) / 1000.0;
  line["request_bytes"] = entry.request_bytes;
  line["response_bytes"] = entry.response_bytes;
  if (!entry.trace_id.empty()) line["trace_id"] = text(entry.trace_id);
  return boost::json::serialize(line);
}

}  // namespace docket::http
