// Whether bytes are JSON: RFC 8259 in full, UTF-8 included. The only place that touches simdjson.
// Thread rule: one JsonCheck per thread (it reuses its parser and its padded buffer).
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace docket::ingest {

class JsonCheck {
 public:
  JsonCheck();
  ~JsonCheck();
  JsonCheck(const JsonCheck&) = delete;
  JsonCheck& operator=(const JsonCheck&) = delete;

  // Empty if it is JSON; else what is wrong, as half a sentence. Numbers of any size pass.
  [[nodiscard]] std::string check(std::string_view text);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace docket::ingest
