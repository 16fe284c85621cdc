// What the engine needs of the topics that upstream publishers write to: records from an offset on. Kafka stands behind it; the embedded
// home has none. One instance serves one worker's partitions.
//
// Thread rule: all calls come from the worker's own thread and none waits; `wake` is called from any.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/model/result.h"

namespace docket::ledger {

struct IntakeRecord {
  std::int64_t offset = 0;
  std::string event;  // a structured CloudEvent, put together if it came in binary mode; else the bytes as they came
};

struct IntakeRead {
  std::vector<IntakeRecord> records;  // in offset order; gaps are possible
  std::int64_t next = 0;              // where to go on
  bool end = false;                   // there is no more now (an end proves nothing)
};

class IntakePort {
 public:
  virtual ~IntakePort() = default;
  [[nodiscard]] virtual const std::vector<std::string>& topics() const = 0;
  // What has come in from `from` on, perhaps nothing yet. kUnavailable: ask again. kNotFound: the partition has no such offset; begin()
  // tells whether that is gone or was never there.
  [[nodiscard]] virtual Result<IntakeRead> read(const std::string& topic, int partition, std::int64_t from, std::size_t bytes_max) = 0;
  // The first offset that is still there; nothing yet: ask again.
  [[nodiscard]] virtual std::optional<std::int64_t> begin(const std::string& topic, int partition) = 0;
  // Records behind what was handed out, as far as known; for figures only.
  [[nodiscard]] virtual std::int64_t lag(const std::string& topic, int partition) const = 0;
  virtual void on_news(std::function<void()> wake) = 0;
};

}  // namespace docket::ledger
