// An Answer as HTTP/1.1 bytes.
// Thread rule: render() is a free function; a DateText belongs to one thread.
#pragma once

#include <cstddef>
#include <ctime>
#include <string>
#include <string_view>

#include "connectors/service/service.h"

namespace docket::http {

// The Date field's value, made once a second.
class DateText {
 public:
  [[nodiscard]] std::string_view now();

 private:
  std::time_t second_ = -1;
  std::string text_;
};

struct RenderOptions {
  std::string_view date;
  std::string_view language;    // Content-Language
  std::string_view allow;       // Allow, of a 405
  std::string_view request_id;  // X-Request-Id
  std::string_view next_link;   // target of Link rel="next", "" if none
  bool head_only = false;       // HEAD: the length of the body, without it
  bool close = false;           // Connection: close
};

[[nodiscard]] std::string_view reason_phrase(int status);

// Appends the bytes to `out`. A 304 has neither body nor length.
void render(std::string& out, const service::Answer& answer, const RenderOptions& options);

}  // namespace docket::http
