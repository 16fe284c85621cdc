#include "connectors/kafka/broker_clock.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>

namespace docket::kafka {
namespace {

std::string seconds(std::int64_t ms) {
  const auto tenths = std::to_string(ms / 100);
  return (tenths.size() == 1 ? "0" : tenths.substr(0, tenths.size() - 1)) + "." + tenths.back() + " s";
}

}  // namespace

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void BrokerClock::take(std::int32_t broker, model::Instant appended, std::int64_t sent_steady, std::int64_t told_steady) {
  // A time in whole milliseconds was cut.
  const Interval measured{appended - told_steady, appended + 1 - sent_steady};
  const std::lock_guard lock(mutex_);
  const auto [it, first] = brokers_.try_emplace(broker, measured);
  if (first) return;
  Interval& known = it->second;
  // What both say is finer than either. If they say different things, a clock was set or has drifted, and the newer one stands.
  const Interval both{std::max(known.least, measured.least), std::min(known.most, measured.most)};
  known = both.least <= both.most ? both : measured;
}

BrokerClock::Standing BrokerClock::standing(model::Instant wall, std::int64_t steady) const {
  const std::lock_guard lock(mutex_);
  Standing out;
  out.measured = !brokers_.empty();
  std::int64_t nearest = 0;
  std::int64_t farthest = 0;
  std::int32_t of = 0;
  bool first = true;
  for (const auto& [broker, interval] : brokers_) {
    const std::int64_t least = steady + interval.least - wall;  // how far the broker's is ahead
    const std::int64_t most = steady + interval.most - wall;
    const std::int64_t ahead = least > 0 ? least : std::min<std::int64_t>(most, 0);
    if (first || std::abs(ahead) < std::abs(nearest)) nearest = ahead;
    if (first || std::abs(ahead) > std::abs(farthest)) {
      farthest = ahead;
      of = broker;
    }
    first = false;
  }
  out.may_own = std::abs(nearest) <= kClockMayOwnMs;
  out.warns = std::abs(farthest) > kClockWarnMs;
  if (out.warns)
    out.detail = "this node's clock is " + seconds(std::abs(farthest)) + (farthest > 0 ? " behind" : " ahead of") + " that of broker " +
                 std::to_string(of) +
                 (out.may_own ? "; above " + seconds(kClockMayOwnMs) + " it may own no partition"
                              : ": it may own no partition, and none is written here, until one of the two is set right");
  return out;
}

}  // namespace docket::kafka
