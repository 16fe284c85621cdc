// One connection of the load client: bytes out, answers in. Thread rule: one thread. Ownership: owns its socket.
#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "bench/load/client.h"

namespace docket::bench {

struct Sent {
  Request request;
  double due_s = 0;  // scheduled, or when it left
};

struct Answer {
  int status = 0;
  std::size_t bytes = 0;
  bool retry = false;  // an overloaded or unknown outcome, as a whole or for one of a batch
};

class Connection {
 public:
  Connection() = default;
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  [[nodiscard]] bool open(std::uint16_t port);
  [[nodiscard]] int handle() const { return handle_; }
  void send(Sent request);
  // False: the server closed, or talks nonsense.
  [[nodiscard]] bool write_some();
  [[nodiscard]] bool read_some();
  // The answer to under_way.front(), if it is whole; it is then dropped from the buffer.
  [[nodiscard]] bool take(Answer& answer);
  [[nodiscard]] bool wants_write() const { return out_at_ < out_.size(); }

  std::deque<Sent> under_way;
  bool stream_done = false;
  bool watching_write = false;

 private:
  int handle_ = -1;
  std::string out_;
  std::size_t out_at_ = 0;
  std::string in_;
  std::size_t in_at_ = 0;
};

// One answer on a connection with nothing else under way. False: there is none.
[[nodiscard]] bool get(Connection& connection, const std::string& target, Answer& answer);

}  // namespace docket::bench
