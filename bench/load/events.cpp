#include "bench/load/events.h"

#include <functional>
#include <memory>

namespace docket::bench {

EventStreams event_streams(const LinesPtr& lines, const Span& span, std::size_t streams, std::size_t batch) {
  std::vector<std::shared_ptr<std::vector<std::size_t>>> parts;
  for (std::size_t i = 0; i < streams; ++i) parts.push_back(std::make_shared<std::vector<std::size_t>>());
  EventStreams out;
  for (std::size_t line = span.begin; line < span.end; ++line) {
    const auto part = std::hash<std::string_view>{}(member_of((*lines)[line], "subject")) % streams;
    parts[part]->push_back(line);
    out.order.push_back(static_cast<std::uint32_t>(part));
  }
  for (const auto& part : parts) {
    out.streams.push_back([lines, part, batch, at = std::size_t{0}](Request& request) mutable {
      if (at == part->size()) return false;
      request.events = 0;
      std::string body;
      for (; at < part->size() && request.events < batch; ++at, ++request.events) {
        if (request.events > 0) body += '\n';
        body += (*lines)[(*part)[at]];
      }
      request.bytes = post_head(batch == 1 ? "application/cloudevents+json" : "application/x-ndjson", body.size()) + body;
      return true;
    });
  }
  return out;
}

}  // namespace docket::bench
