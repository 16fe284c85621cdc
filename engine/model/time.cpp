#include "engine/model/time.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace docket::model {
namespace {

// Howard Hinnant's civil-from-days arithmetic (public domain algorithm), proleptic Gregorian.
constexpr std::int64_t days_from_civil(std::int64_t y, unsigned m, unsigned d) {
  y -= m <= 2 ? 1 : 0;
  const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
  const auto yoe = static_cast<unsigned>(y - era * 400);
  const unsigned doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
  const unsigned doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  return era * 146097 + static_cast<std::int64_t>(doe) - 719468;
}

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - ((a % b != 0 && (a % b < 0) != (b < 0)) ? 1 : 0); }

bool digits(std::string_view text, std::size_t at, std::size_t count, int& out) {
  if (at + count > text.size()) return false;
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    value = value * 10 + (text[i] - '0');
  }
  out = value;
  return true;
}

void append_padded(std::string& out, std::int64_t value, int width) {
  std::array<char, 20> buffer{};
  int at = 20;
  while (value > 0 || width > 0) {
    buffer[static_cast<std::size_t>(--at)] = static_cast<char>('0' + value % 10);
    value /= 10;
    --width;
  }
  out.append(buffer.data() + at, static_cast<std::size_t>(20 - at));
}

bool valid_date(int year, int month, int day) {
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= days_in_month(year, month);
}

}  // namespace

Day day_from_date(Date date) {
  return static_cast<Day>(days_from_civil(date.year, static_cast<unsigned>(date.month), static_cast<unsigned>(date.day)));
}

Date date_from_day(Day day) {
  const std::int64_t z = static_cast<std::int64_t>(day) + 719468;
  const std::int64_t era = (z >= 0 ? z : z - 146096) / 146097;
  const auto doe = static_cast<unsigned>(z - era * 146097);
  const unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const std::int64_t y = static_cast<std::int64_t>(yoe) + era * 400;
  const unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const unsigned mp = (5 * doy + 2) / 153;
  const unsigned d = doy - (153 * mp + 2) / 5 + 1;
  const unsigned m = mp < 10 ? mp + 3 : mp - 9;
  return Date{static_cast<int>(y + (m <= 2 ? 1 : 0)), static_cast<int>(m), static_cast<int>(d)};
}

int weekday(Day day) { return static_cast<int>(((static_cast<std::int64_t>(day) + 3) % 7 + 7) % 7); }

int days_in_month(int year, int month) {
  constexpr std::array<int, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

std::optional<Day> parse_date(std::string_view text) {
  int year = 0;
  int month = 0;
  int day = 0;
  if (text.size() != 10 || text[4] != '-' || text[7] != '-' || !digits(text, 0, 4, year) || !digits(text, 5, 2, month) ||
      !digits(text, 8, 2, day) || !valid_date(year, month, day)) {
    return std::nullopt;
  }
  return day_from_date({year, month, day});
}

std::string format_date(Day day) {
  const Date date = date_from_day(day);
  std::string out;
  append_padded(out, date.year, 4);
  out.push_back('-');
  append_padded(out, date.month, 2);
  out.push_back('-');
  append_padded(out, date.day, 2);
  return out;
}

std::optional<Instant> parse_instant(std::string_view text) {
  if (text.size() < 20 || (text[10] != 'T' && text[10] != 't') || text[13] != ':' || text[16] != ':') return std::nullopt;
  const auto day = parse_date(text.substr(0, 10));
  int hour = 0;
  int minute = 0;
  int second = 0;
  if (!day || !digits(text, 11, 2, hour) || !digits(text, 14, 2, minute) || !digits(text, 17, 2, second) || hour > 23 || minute > 59 ||
      second > 59) {
    return std::nullopt;
  }
  std::size_t at = 19;
  std::int64_t ms = 0;
  if (text[at] == '.') {
    ++at;
    std::size_t count = 0;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, ++count) {
      if (count < 3) ms = ms * 10 + (text[at] - '0');
    }
    if (count == 0) return std::nullopt;
    for (; count < 3; ++count) ms *= 10;
  }
  if (at >= text.size()) return std::nullopt;
  std::int64_t offset = 0;
  if (text[at] == 'Z' || text[at] == 'z') {
    if (at + 1 != text.size()) return std::nullopt;
  } else {
    int offset_hour = 0;
    int offset_minute = 0;
    if ((text[at] != '+' && text[at] != '-') || text.size() != at + 6 || text[at + 3] != ':' || !digits(text, at + 1, 2, offset_hour) ||
        !digits(text, at + 4, 2, offset_minute) || offset_hour > 23 || offset_minute > 59) {
      return std::nullopt;
    }
    offset = (static_cast<std::int64_t>(offset_hour) * 60 + offset_minute) * 60'000 * (text[at] == '-' ? -1 : 1);
  }
  return static_cast<Instant>(*day) * kMsPerDay + ((static_cast<std::int64_t>(hour) * 60 + minute) * 60 + second) * 1000 + ms - offset;
}

void append_instant(std::string& out, Instant instant) {
  const std::int64_t day = floor_div(instant, kMsPerDay);
  std::int64_t ms = instant - day * kMsPerDay;
  const Date date = date_from_day(static_cast<Day>(day));
  append_padded(out, date.year, 4);
  out.push_back('-');
  append_padded(out, date.month, 2);
  out.push_back('-');
  append_padded(out, date.day, 2);
  out.push_back('T');
  append_padded(out, ms / 3'600'000, 2);
  out.push_back(':');
  append_padded(out, ms / 60'000 % 60, 2);
  out.push_back(':');
  append_padded(out, ms / 1000 % 60, 2);
  out.push_back('.');
  append_padded(out, ms % 1000, 3);
  out.push_back('Z');
}

std::string format_instant(Instant instant) {
  std::string out;
  out.reserve(24);
  append_instant(out, instant);
  return out;
}

Zone::Zone(std::string name, std::string version, std::vector<Transition> transitions)
    : name_(std::move(name)), version_(std::move(version)), transitions_(std::move(transitions)) {
  std::sort(transitions_.begin(), transitions_.end(), [](const Transition& a, const Transition& b) { return a.at < b.at; });
}

std::int32_t Zone::offset_ms(Instant instant) const {
  if (transitions_.empty()) return 0;
  const auto after = std::upper_bound(transitions_.begin(), transitions_.end(), instant,
                                      [](Instant value, const Transition& transition) { return value < transition.at; });
  return after == transitions_.begin() ? transitions_.front().offset_ms : std::prev(after)->offset_ms;
}

Day Zone::local_day(Instant instant) const { return static_cast<Day>(floor_div(instant + offset_ms(instant), kMsPerDay)); }

std::int64_t Zone::local_ms_of_day(Instant instant) const {
  const std::int64_t local = instant + offset_ms(instant);
  return local - floor_div(local, kMsPerDay) * kMsPerDay;
}

Instant Zone::to_instant(Day day, std::int64_t ms_of_day) const {
  const std::int64_t local = static_cast<std::int64_t>(day) * kMsPerDay + ms_of_day;
  // The offset before any transition near that wall time; if it reads back it is the first occurrence.
  const std::int32_t before = offset_ms(local - kMsPerDay);
  if (offset_ms(local - before) == before) return local - before;
  const std::int32_t after = offset_ms(local + kMsPerDay);
  if (offset_ms(local - after) == after) return local - after;
  return local - before;  // inside a gap: the same distance after it
}

}  // namespace docket::model
