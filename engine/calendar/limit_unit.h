// The units of limits. Apart from calendar.h so that a case's state can name one without knowing calendars.
#pragma once

#include <cstdint>

namespace docket::calendar {

enum class LimitUnit : std::uint8_t {  // on disk: append only
  kNone = 0,
  kWorkingDays = 1,   // wd
  kWorkingHours = 2,  // wh
  kDays = 3,          // d
  kHours = 4,         // h
  kMinutes = 5,       // min
  kMonths = 6,        // mo
};

}  // namespace docket::calendar
