#include "connectors/http/request_id.h"

#include <algorithm>

namespace docket::http {
namespace {

constexpr std::size_t kLongest = 64;

bool is_plain(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_' || c == ':';
}

}  // namespace

std::uint64_t RequestIds::seed() {
  std::random_device device;
  return std::uint64_t{device()} << 32U | device();
}

std::string RequestIds::of(std::string_view given) {
  if (!given.empty() && given.size() <= kLongest && std::all_of(given.begin(), given.end(), is_plain)) return std::string(given);
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  out.reserve(32);
  for (int word = 0; word < 2; ++word) {
    auto bits = random_();
    for (int digit = 0; digit < 16; ++digit, bits >>= 4U) out.push_back(kHex[bits & 15U]);
  }
  return out;
}

void add_trace_id(service::Answer& answer, std::string_view id) {
  if (answer.content_type != "application/problem+json" || answer.body.empty() || answer.body.back() != '}') return;
  answer.body.pop_back();
  answer.body.append(answer.body.size() > 1 ? "," : "").append("\"trace_id\":\"").append(id).append("\"}");
}

}  // namespace docket::http
