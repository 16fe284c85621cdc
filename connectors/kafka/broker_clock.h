// How far this node's clock is from the brokers' (ledger.md section 7). A message that was sent and acknowledged between two readings of
// the steady clock got its time from its broker in between, so that the difference lies in an interval, and the way there and back is
// no difference. The brokers' clocks are kept against the steady clock: a jump of this node's shows at once, and its being set right too.
//
// Thread rule: any thread. All times in milliseconds; `steady` ones since an origin of their own.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "engine/model/time.h"

namespace docket::kafka {

inline constexpr std::int64_t kClockWarnMs = 1'000;
inline constexpr std::int64_t kClockMayOwnMs = 5'000;

[[nodiscard]] std::int64_t steady_ms();

class BrokerClock {
 public:
  void take(std::int32_t broker, model::Instant appended, std::int64_t sent_steady, std::int64_t told_steady);

  struct Standing {
    bool measured = false;
    bool warns = false;   // more than 1 s from a broker's
    bool may_own = true;  // not more than 5 s from every broker's: one broker that is wrong alone stops no node
    std::string detail;   // which way and how far at least, if it warns
  };
  [[nodiscard]] Standing standing(model::Instant wall, std::int64_t steady) const;

 private:
  struct Interval {  // the broker's clock less the steady one
    std::int64_t least = 0;
    std::int64_t most = 0;
  };
  mutable std::mutex mutex_;
  std::map<std::int32_t, Interval> brokers_;
};

}  // namespace docket::kafka
