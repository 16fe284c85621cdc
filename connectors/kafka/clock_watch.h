// Measures the brokers' clocks where no block does: before a node owns anything, and while its clock is so far off that it writes none.
// What it sends is a message without a value to PREFIX.config, which compaction takes away again.
//
// Thread rule: start() and the destructor from one thread; a thread of its own measures. Ownership: shares the clock.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "connectors/kafka/broker_clock.h"
#include "connectors/kafka/client.h"

namespace docket::kafka {

// One measurement. kUnavailable: no broker answered in time. kConflict: the topic doesn't give times of its own.
[[nodiscard]] Status measure_clock(const Settings& settings, const std::string& topic, BrokerClock& clock, int patience_ms);

class ClockWatch {
 public:
  using Wall = std::function<model::Instant()>;
  using Alarm = std::function<void(const std::string& what)>;  // called when the standing changes
  ClockWatch(Settings settings, std::string topic, std::shared_ptr<BrokerClock> clock, Wall wall, Alarm alarm);
  ~ClockWatch();
  ClockWatch(const ClockWatch&) = delete;
  ClockWatch& operator=(const ClockWatch&) = delete;
  void start();

 private:
  void run();
  [[nodiscard]] bool pause();

  const Settings settings_;
  const std::string topic_;
  const std::shared_ptr<BrokerClock> clock_;
  const Wall wall_;
  const Alarm alarm_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace docket::kafka
