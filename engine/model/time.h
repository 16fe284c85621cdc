// Instants, days and time zones. All of Docket's time is int64 milliseconds since 1970-01-01T00:00Z;
// a Day is a count of local days since 1970-01-01. No wall clock is read here.
// Thread rule: plain values; a Zone is immutable after construction.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace docket::model {

using Instant = std::int64_t;  // ms since the epoch, UTC
using Day = std::int32_t;      // local days since 1970-01-01

inline constexpr Instant kNoInstant = std::numeric_limits<Instant>::min();
inline constexpr Instant kForever = std::numeric_limits<Instant>::max();
inline constexpr std::int64_t kMsPerDay = 86'400'000;

struct Date {
  int year = 1970;
  int month = 1;  // 1-12
  int day = 1;    // 1-31
};

[[nodiscard]] Day day_from_date(Date date);
[[nodiscard]] Date date_from_day(Day day);
[[nodiscard]] int weekday(Day day);  // 0 = Monday ... 6 = Sunday
[[nodiscard]] int days_in_month(int year, int month);

// "2017-03-08"; nothing else (no time, no spaces). nullopt when it is no such calendar day.
[[nodiscard]] std::optional<Day> parse_date(std::string_view text);
[[nodiscard]] std::string format_date(Day day);

// RFC 3339 with an offset ("2017-03-01T10:00:00+08:00", "...Z"). Digits finer than a millisecond are cut.
// nullopt for naive times, impossible days, leap second 60, offsets outside +-23:59.
[[nodiscard]] std::optional<Instant> parse_instant(std::string_view text);
// "2026-11-23T02:23:25.058Z", always UTC with milliseconds.
[[nodiscard]] std::string format_instant(Instant instant);
void append_instant(std::string& out, Instant instant);

// Offsets of a civil time zone as a table of UTC transitions (taken from tzdata when a bundle is made, so that
// a ledger does not depend on the machine's own zone files). Before the first transition the first offset holds.
class Zone {
 public:
  struct Transition {
    Instant at = kNoInstant;     // from this instant on
    std::int32_t offset_ms = 0;  // local = UTC + offset
  };
  Zone() = default;  // UTC
  Zone(std::string name, std::string version, std::vector<Transition> transitions);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& version() const { return version_; }
  [[nodiscard]] std::int32_t offset_ms(Instant instant) const;
  [[nodiscard]] Day local_day(Instant instant) const;
  [[nodiscard]] std::int64_t local_ms_of_day(Instant instant) const;
  // The instant of a local wall time. A time that a spring-forward skips maps to the same distance after the gap;
  // a time that occurs twice maps to its first occurrence.
  [[nodiscard]] Instant to_instant(Day day, std::int64_t ms_of_day) const;
  [[nodiscard]] Instant day_start(Day day) const { return to_instant(day, 0); }
  // The last millisecond of that local day.
  [[nodiscard]] Instant day_end(Day day) const { return to_instant(day + 1, 0) - 1; }

 private:
  std::string name_ = "UTC";
  std::string version_;
  std::vector<Transition> transitions_;
};

}  // namespace docket::model
