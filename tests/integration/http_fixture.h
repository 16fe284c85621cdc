// A Service that records and answers as told, and a client that says exactly the bytes it is given.
#pragma once

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "connectors/http/server.h"
#include "connectors/service/problem.h"

namespace docket::http::testing_http {

class FakeService : public service::Service {
 public:
  void publish(service::PublishRequest request, std::function<void(service::Answer)> done) override {
    service::Answer answer;
    {
      const std::lock_guard lock(mutex);
      published.push_back(request);
      changed.notify_all();
      if (hold) {
        held.push_back(std::move(done));
        return;
      }
      answer = on_publish ? on_publish(request) : service::Answer{};
    }
    done(std::move(answer));
  }

  service::Answer query(const service::Query& query) override {
    std::unique_lock lock(mutex);
    ++queries;
    changed.notify_all();
    if (query.route == "/v1/cases") changed.wait(lock, [this] { return !hold; });
    return on_query ? on_query(query) : service::Answer{};
  }

  void wait_published(std::size_t count) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return published.size() >= count; });
  }
  void wait_queries(std::size_t count) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return queries >= count; });
  }
  // Answers what is held, the last one first.
  void release() {
    std::vector<std::function<void(service::Answer)>> waiting;
    {
      const std::lock_guard lock(mutex);
      hold = false;
      waiting.swap(held);
      changed.notify_all();
    }
    for (std::size_t i = waiting.size(); i > 0; --i) {
      service::Answer answer;
      answer.body = "released " + std::to_string(i - 1);
      waiting[i - 1](std::move(answer));
    }
  }

  std::mutex mutex;
  std::condition_variable changed;
  bool hold = false;  // everything below guarded by mutex once the server runs
  std::vector<service::PublishRequest> published;
  std::size_t queries = 0;
  std::vector<std::function<void(service::Answer)>> held;
  std::function<service::Answer(const service::PublishRequest&)> on_publish;
  std::function<service::Answer(const service::Query&)> on_query;
};

struct Reply {
  int status = 0;
  std::map<std::string, std::string> fields;  // names as they came
  std::string body;
  [[nodiscard]] std::string field(const std::string& name) const {
    const auto found = fields.find(name);
    return found == fields.end() ? "(none)" : found->second;
  }
};

class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    timeval patience{60, 0};  // only so that a broken server ends the test
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~RawClient() { ::close(socket_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  [[nodiscard]] bool connected() const { return connected_; }
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void shut() { ::shutdown(socket_, SHUT_WR); }

  // The next answer; status 0 if the connection ends before.
  Reply read(bool head_only = false) {
    Reply reply;
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
      if (!fill()) return reply;
    }
    std::string head = buffer_.substr(0, end + 2);
    buffer_.erase(0, end + 4);
    reply.status = std::stoi(head.substr(9, 3));
    std::size_t at = head.find("\r\n") + 2;
    while (at < head.size()) {
      const auto line_end = head.find("\r\n", at);
      const auto colon = head.find(": ", at);
      reply.fields[head.substr(at, colon - at)] = head.substr(colon + 2, line_end - colon - 2);
      at = line_end + 2;
    }
    if (head_only || reply.fields.count("Content-Length") == 0) return reply;
    const auto length = static_cast<std::size_t>(std::stoul(reply.fields["Content-Length"]));
    while (buffer_.size() < length) {
      if (!fill()) return Reply{};
    }
    reply.body = buffer_.substr(0, length);
    buffer_.erase(0, length);
    return reply;
  }
  // The next chunk of a body without end; "" is its last.
  std::string chunk() {
    std::size_t line = 0;
    while ((line = buffer_.find("\r\n")) == std::string::npos) {
      if (!fill()) return "(ended)";
    }
    const auto size = std::stoul(buffer_.substr(0, line), nullptr, 16);
    while (buffer_.size() < line + 4 + size) {
      if (!fill()) return "(ended)";
    }
    std::string out = buffer_.substr(line + 2, size);
    buffer_.erase(0, line + 4 + size);
    return out;
  }
  // Waits until the server has said something to one of the two.
  static RawClient& first_told(RawClient& one, RawClient& other) {
    pollfd both[] = {{one.socket_, POLLIN, 0}, {other.socket_, POLLIN, 0}};
    ::poll(both, 2, 60'000);  // only so that a broken server ends the test
    return both[0].revents != 0 ? one : other;
  }
  // True when the server ends the connection without another byte.
  bool ended() { return buffer_.empty() && !fill(); }

  Reply get(const std::string& target, const std::string& fields = "") {
    send("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n");
    return read();
  }
  Reply post(const std::string& body, const std::string& type = "application/cloudevents+json", const std::string& target = "/v1/events",
             const std::string& fields = "") {
    send(post_bytes(body, type, target, fields));
    return read();
  }
  static std::string post_bytes(const std::string& body, const std::string& type = "application/cloudevents+json",
                                const std::string& target = "/v1/events", const std::string& fields = "") {
    return "POST " + target + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + type +
           "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + fields + "\r\n" + body;
  }

 private:
  bool fill() {
    char bytes[16384];
    const auto got = ::recv(socket_, bytes, sizeof bytes, 0);
    if (got <= 0) return false;
    buffer_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }

  int socket_;
  bool connected_ = false;
  std::string buffer_;
};

class HttpTest : public ::testing::Test {
 protected:
  void start() {
    options.port = 0;
    server = std::make_unique<HttpServer>(options, fake);
    const auto started = server->start();
    ASSERT_TRUE(started.ok()) << started.error().message;
    port = *started;
  }
  void TearDown() override {
    fake.release();
    if (server) server->stop();
  }

  FakeService fake;
  Options options;
  std::unique_ptr<HttpServer> server;
  std::uint16_t port = 0;
};

}  // namespace docket::http::testing_http
