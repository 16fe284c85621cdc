// Accepted events as streams tell them: made once for all that follow. The newest of each partition are kept.
// Thread rule: any thread; locks inside. Ownership: what it gives is shared and constant.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <string>

#include "connectors/node/reading.h"

namespace docket::node {

struct ToldEvent {
  model::Instant recorded = 0;
  std::string kind;
  std::string event;    // its name
  std::string subject;  // the case
  std::string text;     // fields `event` and `data` of the stream; "": the record accepts nothing, and tells nothing
};
using ToldEventPtr = std::shared_ptr<const ToldEvent>;

class ToldEvents {
 public:
  // Of the record at that height. Throws if it can't be read.
  [[nodiscard]] ToldEventPtr at(const Reading& reading, int partition, model::Height height);

 private:
  static constexpr std::size_t kKept = 256;
  struct Slot {
    model::Height height = 0;
    ToldEventPtr event;
  };
  struct Ring {
    std::mutex mutex;
    std::array<Slot, kKept> slots;  // guarded by mutex
  };
  std::array<Ring, static_cast<std::size_t>(model::kPartitions)> rings_;
};

}  // namespace docket::node
