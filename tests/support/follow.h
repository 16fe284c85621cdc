// GET /v1/events/stream as a test reads it. Thread rule: free functions.
#pragma once

#include <boost/json.hpp>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/docket_process.h"

namespace docket::testing {

inline constexpr std::uint32_t kSilenceMs = 60'000;  // only so that a broken server ends the test

struct Told {
  std::string id;  // the place behind it
  boost::json::object event;
};

// Follows until `count` events have come; `begun` is called when it has told where it begins.
inline std::vector<Told> follow(Server& server, const std::string& params, std::size_t count, std::string* place = nullptr,
                                std::function<void()> begun = {}) {
  std::vector<Told> out;
  std::string text;
  cli::HttpClient client(*cli::parse_server(server.address()), kSilenceMs);
  cli::HttpCall call;
  call.target = "/v1/events/stream" + params;
  const auto reply = client.follow(call, [&](std::string_view piece) {
    text += piece;
    for (auto end = text.find("\n\n"); end != std::string::npos; end = text.find("\n\n")) {
      const std::string block = text.substr(0, end);
      text.erase(0, end + 2);
      const auto id = block.find("id: ");
      const auto data = block.find("\ndata: ");
      const std::string at = id == std::string::npos ? "" : block.substr(id + 4, block.find('\n', id) - id - 4);
      if (place != nullptr && !at.empty()) *place = at;
      if (begun) std::exchange(begun, nullptr)();
      if (data == std::string::npos) continue;
      out.push_back({at, boost::json::parse(block.substr(data + 7)).as_object()});
      if (out.size() == count) return false;
    }
    return out.size() < count;
  });
  EXPECT_TRUE(reply.ok()) << reply.error().message;
  return out;
}

}  // namespace docket::testing
