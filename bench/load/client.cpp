#include "bench/load/client.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <memory>

#include "bench/harness/clock.h"
#include "bench/load/connection.h"

namespace docket::bench {
namespace {

constexpr double kWaitMax = 0.05;

class Loader {
 public:
  Loader(const LoadOptions& options, std::vector<Stream> streams) : options_(options), streams_(std::move(streams)) {}
  ~Loader() {
    if (poll_ >= 0) ::close(poll_);
  }
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  Result<Load> run() {
    poll_ = ::epoll_create1(EPOLL_CLOEXEC);
    for (std::size_t i = 0; i < streams_.size(); ++i) {
      connections_.push_back(std::make_unique<Connection>());
      if (!connections_.back()->open(options_.port)) return Error{ErrorCode::kUnavailable, "can't connect to the server", true};
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.u64 = i;
      ::epoll_ctl(poll_, EPOLL_CTL_ADD, connections_.back()->handle(), &event);
    }
    begun_ = now_s();
    const double cpu = thread_cpu_s();
    if (options_.rate <= 0) {
      for (std::size_t i = 0; i < streams_.size(); ++i) next_of(i, now_s());
    }
    while (!stopped_ && !load_.broken && more()) {
      if (options_.rate > 0) send_due();
      wait();
    }
    load_.seconds = now_s() - begun_;
    load_.client_cpu_s = thread_cpu_s() - cpu;
    return std::move(load_);
  }

 private:
  [[nodiscard]] bool more() const {
    if (options_.rate > 0 && scheduled_ < options_.order.size()) return true;
    for (const auto& connection : connections_) {
      if (!connection->under_way.empty()) return true;
    }
    return false;
  }

  void next_of(std::size_t i, double due) {
    Sent sent;
    sent.due_s = due;
    if (!streams_[i](sent.request)) return;
    transmit(i, std::move(sent));
  }

  void transmit(std::size_t i, Sent sent) {
    Connection& connection = *connections_[i];
    connection.send(std::move(sent));
    flush(i);
  }

  void flush(std::size_t i) {
    Connection& connection = *connections_[i];
    if (!connection.write_some()) load_.broken = true;
    if (connection.wants_write() == connection.watching_write) return;
    connection.watching_write = connection.wants_write();
    epoll_event event{};
    event.events = connection.watching_write ? EPOLLIN | EPOLLOUT : EPOLLIN;
    event.data.u64 = i;
    ::epoll_ctl(poll_, EPOLL_CTL_MOD, connection.handle(), &event);
  }

  void send_due() {
    const double now = now_s();
    while (scheduled_ < options_.order.size() && due_of(scheduled_) <= now) {
      next_of(options_.order[scheduled_], due_of(scheduled_));
      ++scheduled_;
    }
  }

  [[nodiscard]] double due_of(std::size_t request) const { return begun_ + static_cast<double>(request) / options_.rate; }

  void wait() {
    double most = kWaitMax;
    if (options_.rate > 0 && scheduled_ < options_.order.size()) most = std::max(0.0, std::min(most, due_of(scheduled_) - now_s()));
    timespec limit{0, static_cast<long>(most * 1e9)};
    std::array<epoll_event, 128> events{};
    const int count = ::epoll_pwait2(poll_, events.data(), static_cast<int>(events.size()), &limit, nullptr);
    for (int e = 0; e < count; ++e) {
      const auto i = static_cast<std::size_t>(events[static_cast<std::size_t>(e)].data.u64);
      const auto what = events[static_cast<std::size_t>(e)].events;
      if ((what & EPOLLOUT) != 0) flush(i);
      if ((what & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0) answers(i);
    }
  }

  void answers(std::size_t i) {
    Connection& connection = *connections_[i];
    if (!connection.read_some()) load_.broken = true;
    Answer answer;
    while (connection.take(answer)) {
      const double now = now_s();
      Sent sent = std::move(connection.under_way.front());
      connection.under_way.pop_front();
      ++load_.requests;
      ++load_.statuses[answer.status];
      if (answer.retry) {
        ++load_.again;
        transmit(i, std::move(sent));
        continue;
      }
      load_.latencies.add((now - sent.due_s) * 1e6);
      load_.events += sent.request.events;
      if (options_.stop && options_.stop(load_.events)) {
        stopped_ = true;
        return;
      }
      if (options_.rate <= 0) next_of(i, now);
    }
  }

  const LoadOptions& options_;
  std::vector<Stream> streams_;
  std::vector<std::unique_ptr<Connection>> connections_;
  int poll_ = -1;
  double begun_ = 0;
  std::size_t scheduled_ = 0;
  bool stopped_ = false;
  Load load_;
};

}  // namespace

Result<Load> run_load(const LoadOptions& options, std::vector<Stream> streams) { return Loader(options, std::move(streams)).run(); }

std::string post_head(std::string_view content_type, std::size_t bytes) {
  return "POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: " + std::string(content_type) +
         "\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n";
}

std::string get_request(std::string_view target) { return "GET " + std::string(target) + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"; }

}  // namespace docket::bench
