#include "bench/load/connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <string_view>
#include <thread>

namespace docket::bench {
namespace {

constexpr std::size_t kReadBytes = std::size_t{64} << 10U;

std::size_t content_length(std::string_view head) {
  for (const std::string_view name : {"\r\nContent-Length: ", "\r\ncontent-length: "}) {
    const auto at = head.find(name);
    if (at == std::string_view::npos) continue;
    std::size_t length = 0;
    const std::string_view digits = head.substr(at + name.size());
    std::from_chars(digits.data(), digits.data() + digits.size(), length);
    return length;
  }
  return 0;
}

}  // namespace

Connection::~Connection() {
  if (handle_ >= 0) ::close(handle_);
}

bool Connection::open(std::uint16_t port) {
  handle_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (handle_ < 0 || ::connect(handle_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) return false;
  const int on = 1;
  ::setsockopt(handle_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return true;
}

void Connection::send(Sent request) {
  if (out_at_ == out_.size()) {
    out_.clear();
    out_at_ = 0;
  }
  out_ += request.request.bytes;
  under_way.push_back(std::move(request));
}

bool Connection::write_some() {
  while (wants_write()) {
    const auto sent = ::send(handle_, out_.data() + out_at_, out_.size() - out_at_, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
    out_at_ += static_cast<std::size_t>(sent);
  }
  return true;
}

bool Connection::read_some() {
  if (in_at_ == in_.size()) {
    in_.clear();
    in_at_ = 0;
  }
  const std::size_t had = in_.size();
  in_.resize(had + kReadBytes);
  const auto got = ::recv(handle_, in_.data() + had, kReadBytes, MSG_DONTWAIT);
  in_.resize(had + static_cast<std::size_t>(got > 0 ? got : 0));
  return got > 0 || (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK));
}

bool Connection::take(Answer& answer) {
  const std::string_view all = std::string_view(in_).substr(in_at_);
  const auto head_end = all.find("\r\n\r\n");
  if (head_end == std::string_view::npos || under_way.empty()) return false;
  const auto head = all.substr(0, head_end + 2);
  const std::size_t length = content_length(head);
  if (all.size() < head_end + 4 + length) return false;
  const auto body = all.substr(head_end + 4, length);
  answer.status = 0;
  std::from_chars(head.data() + 9, head.data() + 12, answer.status);
  answer.bytes = length;
  answer.retry = answer.status == 503 || answer.status == 429 ||
                 (answer.status == 200 && (body.find("\"outcome\":\"overloaded\"") != std::string_view::npos ||
                                           body.find("\"outcome\":\"outcome-unknown\"") != std::string_view::npos));
  in_at_ += head_end + 4 + length;
  return true;
}

bool get(Connection& connection, const std::string& target, Answer& answer) {
  connection.send({{get_request(target), 0}, 0});
  while (connection.write_some() && connection.read_some()) {
    if (connection.take(answer)) return true;
    std::this_thread::yield();
  }
  return false;
}

}  // namespace docket::bench
