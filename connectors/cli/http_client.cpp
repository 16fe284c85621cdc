#include "connectors/cli/http_client.h"

#include <algorithm>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <chrono>
#include <optional>

namespace docket::cli {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace beast_http = boost::beast::http;
using boost::system::error_code;

std::string to_string(beast::string_view text) { return {text.data(), text.size()}; }

Error unavailable(const ServerAddress& server, const std::string& what) {
  return Error{ErrorCode::kUnavailable,
               "no Docket answers at " + server.text() + " (" + what + "); start one with: docket serve --data DIR", true};
}

}  // namespace

Result<ServerAddress> parse_server(const std::string& text) {
  const auto wrong = [&](const std::string& why) {
    return Error{ErrorCode::kInvalid, "--server \"" + text + "\": " + why + "; write it as http://127.0.0.1:7417"};
  };
  std::string rest = text;
  if (rest.rfind("https://", 0) == 0) return wrong("TLS is not spoken here");
  if (rest.rfind("http://", 0) == 0) rest.erase(0, 7);
  if (!rest.empty() && rest.back() == '/') rest.pop_back();
  ServerAddress server;
  if (!rest.empty() && rest.front() == '[') {
    const auto close = rest.find(']');
    if (close == std::string::npos) return wrong("the address lacks its ']'");
    server.host = rest.substr(1, close - 1);
    rest.erase(0, close + 1);
    if (!rest.empty() && rest.front() == ':') rest.erase(0, 1);
    server.port = rest;
  } else {
    const auto colon = rest.find(':');
    server.host = rest.substr(0, colon);
    if (colon != std::string::npos) server.port = rest.substr(colon + 1);
  }
  if (server.port.empty()) server.port = "7417";
  const bool digits = std::all_of(server.port.begin(), server.port.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || server.port.size() > 5 || std::stoi(server.port) < 1 || std::stoi(server.port) > 65535)
    return wrong("the port is no number from 1 to 65535");
  if (server.host.empty()) return wrong("the host is missing");
  if (server.host.find_first_of("/?#@ ") != std::string::npos) return wrong("it holds more than a host and a port");
  return server;
}

struct HttpClient::Impl {
  ServerAddress server;
  std::chrono::milliseconds timeout;
  std::string token;
  asio::io_context io{1};
  std::optional<beast::tcp_stream> stream;
  beast::flat_buffer buffer;
  bool sent = false;

  [[nodiscard]] beast_http::request<beast_http::string_body> request_of(const HttpCall& call) const;

  // Runs what was started until it ends; the stream's own deadline ends it at the latest.
  void run() {
    io.restart();
    io.run();
  }

  error_code connect() {
    asio::ip::tcp::resolver resolver(io);
    error_code error;
    const auto found = resolver.resolve(server.host, server.port, error);
    if (error) return error;
    stream.emplace(io);
    buffer.clear();
    stream->expires_after(timeout);
    stream->async_connect(found, [&error](error_code result, const auto&) { error = result; });
    run();
    if (error) stream.reset();
    return error;
  }

  error_code exchange(const beast_http::request<beast_http::string_body>& request,
                      beast_http::response_parser<beast_http::string_body>& parser) {
    error_code error;
    stream->expires_after(timeout);
    beast_http::async_write(*stream, request, [&error](error_code result, std::size_t) { error = result; });
    run();
    // A server that refuses early answers before it has read everything: what it said is still worth reading.
    const error_code written = error;
    error = {};
    stream->expires_after(timeout);
    beast_http::async_read(*stream, buffer, parser, [&error](error_code result, std::size_t) { error = result; });
    run();
    if (error && written) error = written;
    if (error || !parser.get().keep_alive()) stream.reset();
    return error;
  }
};

HttpClient::HttpClient(ServerAddress server, std::uint32_t timeout_ms, std::string token) : impl_(std::make_unique<Impl>()) {
  impl_->server = std::move(server);
  impl_->timeout = std::chrono::milliseconds(timeout_ms);
  impl_->token = std::move(token);
}

HttpClient::~HttpClient() = default;

bool HttpClient::sent() const { return impl_->sent; }

beast_http::request<beast_http::string_body> HttpClient::Impl::request_of(const HttpCall& call) const {
  beast_http::request<beast_http::string_body> request;
  request.version(11);
  request.method_string(call.method);
  request.target(call.target);
  request.set(beast_http::field::host, server.text());
  request.set(beast_http::field::user_agent, "docket/" DOCKET_VERSION);
  if (!token.empty()) request.set(beast_http::field::authorization, "Bearer " + token);
  if (!call.language.empty()) request.set(beast_http::field::accept_language, call.language);
  if (!call.content_type.empty()) request.set(beast_http::field::content_type, call.content_type);
  if (!call.partitions.empty()) request.set("Docket-Partitions", call.partitions);
  if (!call.if_match.empty()) request.set(beast_http::field::if_match, call.if_match);
  request.body() = call.body;
  request.prepare_payload();
  return request;
}

Result<HttpReply> HttpClient::follow(const HttpCall& call, const std::function<bool(std::string_view)>& take) {
  impl_->stream.reset();
  error_code error = impl_->connect();
  if (error) return unavailable(impl_->server, error.message());
  const auto request = impl_->request_of(call);
  impl_->stream->expires_after(impl_->timeout);
  beast_http::async_write(*impl_->stream, request, [&error](error_code result, std::size_t) { error = result; });
  impl_->run();
  beast_http::response_parser<beast_http::string_body> parser;
  parser.body_limit(boost::none);
  bool wanted = true;
  while (!error && wanted && !parser.is_done()) {
    impl_->stream->expires_after(impl_->timeout);
    beast_http::async_read_some(*impl_->stream, impl_->buffer, parser, [&error](error_code result, std::size_t) { error = result; });
    impl_->run();
    if (!parser.is_header_done() || parser.get().result_int() != 200) continue;
    auto& body = parser.get().body();
    if (!body.empty()) wanted = take(body);
    body.clear();
  }
  impl_->stream.reset();
  if (error && wanted) return unavailable(impl_->server, error.message());
  const auto& message = parser.get();
  HttpReply reply;
  reply.status = static_cast<int>(message.result_int());
  reply.content_type = to_string(message[beast_http::field::content_type]);
  reply.body = message.body();
  return reply;
}

Result<HttpReply> HttpClient::call(const HttpCall& call) {
  const auto request = impl_->request_of(call);
  error_code error;
  const bool kept = impl_->stream.has_value();
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (!impl_->stream) {
      error = impl_->connect();
      impl_->sent = !error;
      if (error) return unavailable(impl_->server, error.message());
    }
    beast_http::response_parser<beast_http::string_body> parser;
    parser.body_limit(boost::none);
    error = impl_->exchange(request, parser);
    if (!error) {
      const auto& message = parser.get();
      return HttpReply{static_cast<int>(message.result_int()),
                       to_string(message[beast_http::field::content_type]),
                       std::move(parser.get().body()),
                       to_string(message["Docket-Position"]),
                       to_string(message[beast_http::field::etag]),
                       std::atoi(to_string(message[beast_http::field::retry_after]).c_str())};
    }
    if (!kept || call.method != "GET" || error == beast::error::timeout) break;
  }
  if (call.method == "GET") return unavailable(impl_->server, error.message());
  return Error{ErrorCode::kUnavailable,
               impl_->server.text() + " did not answer (" + error.message() +
                   "): whether the events were taken is not known; publish them again under the same ids, nothing is taken twice",
               true};
}

}  // namespace docket::cli
