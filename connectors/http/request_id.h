// The name of one request: told in X-Request-Id, as trace_id of a problem and of the access log, so that what a client saw can be found
// there. Thread rule: a RequestIds belongs to one thread; the others are free functions.
#pragma once

#include <random>
#include <string>
#include <string_view>

#include "connectors/service/service.h"

namespace docket::http {

class RequestIds {
 public:
  RequestIds() : random_(seed()) {}
  // The client's own if it is well-formed ([A-Za-z0-9._:-]{1,64}), else 32 random hex digits.
  [[nodiscard]] std::string of(std::string_view given);

 private:
  static std::uint64_t seed();
  std::mt19937_64 random_;
};

// Adds trace_id to a problem+json body; other answers stay as they are.
void add_trace_id(service::Answer& answer, std::string_view id);

}  // namespace docket::http
