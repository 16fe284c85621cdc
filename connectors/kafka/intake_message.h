// A message of an intake topic as a structured CloudEvent: in binary mode its headers and value are put together, in structured mode its
// value is the event (CloudEvents 1.0.2, Kafka protocol binding). What is neither stays as it came, and ingest says what is wrong with it.
// Thread rule: free functions; one parser a thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace docket::kafka {

struct Header {
  std::string_view name;
  std::string_view value;
};

// Binary mode is told by a header ce_specversion. Five bytes of a schema registry's frame before the value are passed over.
[[nodiscard]] std::string structured_event(std::span<const Header> headers, std::string_view value);

}  // namespace docket::kafka
