// What judging computed from calendar, rule or zone and apply therefore must not: it stands in the record
// (ledger.md section 8 "Effects"). Thread rule: plain values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/calendar/limit_unit.h"
#include "engine/model/ids.h"
#include "engine/model/time.h"
#include "engine/model/value.h"

namespace docket::model {

struct NoticeAt {  // a warning (before due) or breach (after due) and its instant
  Instant at = 0;
  std::string level;   // "yellow"
  RoleId to = kNone8;  // kNone8: the clock's holder
  friend bool operator==(const NoticeAt&, const NoticeAt&) = default;
};

// One clock set or moved by an event.
struct ClockEffect {
  enum class Kind : std::uint8_t { kStart = 1, kExtend = 2, kResume = 3, kAdjust = 4, kRevoke = 5 } kind = Kind::kStart;
  ScopeId scope = 0;
  ClockId clock = 0;
  Value part_key;              // which instance, if scope > 0
  std::uint16_t part_nth = 0;  // n-th adding of that key
  Instant due = kNoInstant;    // kNoInstant: unlimited
  calendar::LimitUnit unit = calendar::LimitUnit::kNone;
  bool provisional = false;       // a calendar year without data lies in it
  std::vector<NoticeAt> notices;  // in order of their instants
  friend bool operator==(const ClockEffect&, const ClockEffect&) = default;
};

using Effects = std::vector<ClockEffect>;  // in the order apply meets them

}  // namespace docket::model
