// Whether a request may have been steered here by a page of the web: a page can have its own name resolve to the loopback address (DNS
// rebinding) and then read what this server answers, and can post to it from anywhere. So the name asked for must be this machine's own,
// and a browser's Origin must be this server. A client that sends no Host (HTTP/1.0) is no browser, and passes. Thread rule: free
// functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "connectors/http/request_reader.h"

namespace docket::http {

// "localhost", 127.0.0.0/8 or [::1], with or without a port.
[[nodiscard]] bool is_loopback_authority(std::string_view authority);

struct Foreign {
  std::string_view field;  // Host or Origin
  std::string detail;
};
// What of the head is foreign; nullopt: nothing. `any_host`: who asks must prove who they are, which no page can, so the name doesn't
// matter.
[[nodiscard]] std::optional<Foreign> foreign(const RequestHead& head, bool any_host = false);

}  // namespace docket::http
