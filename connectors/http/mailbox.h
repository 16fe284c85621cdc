// Answers on their way back to an I/O thread. It outlives the server in the hands of whoever still has an answer to
// give; what comes after close() is dropped.
// Thread rule: put() from any thread, take() from the I/O thread, open() and close() from the server's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "connectors/service/service.h"

namespace docket::http {

struct Delivery {
  std::uint64_t session = 0;
  std::uint64_t slot = 0;
  service::Answer answer;  // of a stream: its next part, as the body
  bool more = false;       // and there is more of it already
};

class Mailbox {
 public:
  explicit Mailbox(std::function<void()> wake) : wake_(std::move(wake)) {}

  // Wakes the I/O thread once for all that comes until it takes.
  void put(Delivery delivery) {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    deliveries_.push_back(std::move(delivery));
    if (deliveries_.size() == 1) wake_();
  }
  [[nodiscard]] std::vector<Delivery> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(deliveries_, {});
  }
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    deliveries_.clear();
  }

 private:
  std::mutex mutex_;
  std::function<void()> wake_;
  std::vector<Delivery> deliveries_;  // guarded by mutex_
  bool closed_ = false;               // guarded by mutex_
};

}  // namespace docket::http
