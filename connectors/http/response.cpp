#include "connectors/http/response.h"

#include "connectors/http/negotiation.h"

namespace docket::http {
namespace {

void field(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  out += name;
  out += ": ";
  for (const char c : value) {
    if (c != '\r' && c != '\n') out.push_back(c);  // a value must never begin a field of its own
  }
  out += "\r\n";
}

}  // namespace

std::string_view DateText::now() {
  const std::time_t second = std::time(nullptr);
  if (second != second_) {
    static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::tm parts{};
    gmtime_r(&second, &parts);
    const auto two = [](int number) { return std::string(number < 10 ? "0" : "") + std::to_string(number); };
    text_ = std::string(kDays[parts.tm_wday]) + ", " + two(parts.tm_mday) + " " + kMonths[parts.tm_mon] + " " +
            std::to_string(parts.tm_year + 1900) + " " + two(parts.tm_hour) + ":" + two(parts.tm_min) + ":" + two(parts.tm_sec) + " GMT";
    second_ = second;
  }
  return text_;
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 202:
      return "Accepted";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    default:
      return "Unknown";
  }
}

void render(std::string& out, const service::Answer& answer, const RenderOptions& options) {
  const bool bodiless = answer.status == 304;
  out.reserve(out.size() + 320 + (options.head_only ? 0 : answer.body.size()));
  out += "HTTP/1.1 ";
  out += std::to_string(answer.status);
  out += ' ';
  out += reason_phrase(answer.status);
  out += "\r\n";
  field(out, "Date", options.date);
  if (!bodiless) {
    field(out, "Content-Type", answer.content_type);
    if (answer.stream == nullptr) {
      field(out, "Content-Length", std::to_string(answer.body.size()));
    } else {
      field(out, "Transfer-Encoding", "chunked");
      field(out, "X-Accel-Buffering", "no");
    }
    field(out, "Content-Language", options.language);
    field(out, "X-Content-Type-Options", "nosniff");
  }
  field(out, "Cache-Control", "no-store");
  field(out, "X-Request-Id", options.request_id);
  field(out, "ETag", answer.etag);
  field(out, "Docket-Position", answer.position);
  if (!options.next_link.empty()) field(out, "Link", "<" + std::string(options.next_link) + ">; rel=\"next\"");
  if (answer.retry_after_s > 0) field(out, "Retry-After", std::to_string(answer.retry_after_s));
  field(out, "Allow", options.allow);
  if (answer.status == 401) field(out, "WWW-Authenticate", "Bearer realm=\"docket\"");
  if (answer.status == 415) field(out, "Accept-Post", kAcceptedTypes);
  if (options.close) field(out, "Connection", "close");
  out += "\r\n";
  if (!options.head_only && !bodiless) out += answer.body;
}

}  // namespace docket::http
