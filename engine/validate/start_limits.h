// Which row of its rule each clock of a case was set by: the one that fitted the case where the event that set the clock had got to, not
// the one that fits the case now. Found by folding anew, as known; it computes no deadline.
// Thread rule: a free function over immutable input.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "engine/apply/apply.h"
#include "engine/definition/bundle.h"

namespace docket::validate {

struct StartLimit {
  model::ScopeId part = 0;  // 0: of the case itself
  model::Value part_key;
  std::uint16_t part_nth = 0;
  model::ClockId clock = 0;
  std::uint16_t nth = 1;
  model::Instant start = 0;
  const definition::LimitRow* row = nullptr;  // of the bundle; nullptr: unlimited, or a given deadline
};

// In the order they were set. `events`: as CaseHistory::folded(), read by `bundle`; `until`: only events with time <= it.
[[nodiscard]] Result<std::vector<StartLimit>> start_limits(const definition::Bundle& bundle, std::span<const apply::Folded> events,
                                                           model::Instant until = model::kForever);
// nullptr: no such setting.
[[nodiscard]] const StartLimit* start_limit_of(const std::vector<StartLimit>& limits, const model::PartInstance* part,
                                               const model::ClockInstance& clock);

}  // namespace docket::validate
