// A small blocking HTTP client for the commands: one connection that is kept, plain HTTP.
// Thread rule: one thread. Ownership: by value.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "engine/model/result.h"

namespace docket::cli {

struct ServerAddress {
  std::string host;
  std::string port;
  [[nodiscard]] std::string text() const { return (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + port; }
};

// "http://127.0.0.1:7417", "127.0.0.1:7417" or "localhost"; kInvalid with what would be right.
[[nodiscard]] Result<ServerAddress> parse_server(const std::string& text);

struct HttpReply {
  int status = 0;
  std::string content_type;
  std::string body;
  std::string position;  // Docket-Position
  std::string etag;
  int retry_after_s = 0;
};

struct HttpCall {
  std::string method = "GET";
  std::string target;
  std::string content_type;
  std::string body;
  std::string language;
  std::string if_match;
  std::string partitions = {};  // Docket-Partitions: this node hands on a request
};

class HttpClient {
 public:
  // `token`: who asks, where the server wants to know; "" none.
  HttpClient(ServerAddress server, std::uint32_t timeout_ms, std::string token = {});
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Any status is a reply. kUnavailable: nobody answers, or not within the timeout. A GET over a kept connection that
  // broke is tried once more on a new one; a POST never is, as its outcome may be unknown.
  [[nodiscard]] Result<HttpReply> call(const HttpCall& call);
  // A body that goes on and on: each piece of it goes to `take` as it comes, until that says false or the server ends it. Another status
  // than 200 is a whole reply. kUnavailable: nobody answers, or nothing came within the timeout.
  [[nodiscard]] Result<HttpReply> follow(const HttpCall& call, const std::function<bool(std::string_view piece)>& take);
  // Whether the last call may have reached the server.
  [[nodiscard]] bool sent() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace docket::cli
