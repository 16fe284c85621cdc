// A CloudEvent in binary mode, whose attributes come beside its data (headers of HTTP, of a Kafka record), as one structured event.
// Thread rule: free function; one parser a thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace docket::ingest {

// Name and decoded value; the media type of the data is the attribute datacontenttype. A name twice is told of by parse(), as in structured
// mode.
using BinaryAttribute = std::pair<std::string_view, std::string_view>;

// `data`: JSON, or empty: there is none. What is no JSON comes back as it is, and parse() says so.
[[nodiscard]] std::string structured(std::span<const BinaryAttribute> attributes, std::string_view data);

}  // namespace docket::ingest
