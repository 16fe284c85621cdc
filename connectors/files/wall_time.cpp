#include "connectors/files/wall_time.h"

#include <algorithm>

namespace docket::files {
namespace {

constexpr char kLiteral = '\x01';

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// At least one digit, at most `most`.
bool take_number(std::string_view text, std::size_t& at, std::size_t most, int& out) {
  std::size_t taken = 0;
  out = 0;
  while (taken < most && at < text.size() && is_digit(text[at])) {
    out = out * 10 + (text[at] - '0');
    ++at;
    ++taken;
  }
  return taken > 0;
}

bool take_half(std::string_view text, std::size_t& at, bool& afternoon) {
  if (at + 2 > text.size() || (text[at + 1] != 'M' && text[at + 1] != 'm')) return false;
  const char half = text[at];
  at += 2;
  afternoon = half == 'P' || half == 'p';
  return afternoon || half == 'A' || half == 'a';
}

// Milliseconds of up to nine digits; finer ones are cut.
bool take_fraction(std::string_view text, std::size_t& at, int& ms) {
  int scale = 100;
  ms = 0;
  std::size_t taken = 0;
  for (; at < text.size() && is_digit(text[at]) && taken < 9; ++at, ++taken) {
    ms += (text[at] - '0') * scale;
    scale /= 10;
  }
  return taken > 0;
}

}  // namespace

Result<TimeFormat> TimeFormat::parse(std::string_view format) {
  TimeFormat out;
  out.text_ = format;
  if (format == "rfc3339") {
    out.rfc3339_ = true;
    return out;
  }
  const auto wrong = [](std::string message) { return Error{ErrorCode::kInvalid, std::move(message), false}; };
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      out.steps_ += kLiteral;
      out.steps_ += format[i];
      continue;
    }
    if (++i == format.size()) return wrong("a lone % at the end of the time format");
    if (std::string_view("YmdHIMSpf").find(format[i]) == std::string_view::npos) {
      return wrong("%" + std::string(1, format[i]) + " is no field of a time format; there are %Y %m %d %H %I %M %S %p %f");
    }
    if (format.substr(0, i - 1).find(format.substr(i - 1, 2)) != std::string_view::npos) {
      return wrong("%" + std::string(1, format[i]) + " stands twice in the time format");
    }
    out.steps_ += format[i];
  }
  const auto has = [&](std::string_view field) { return format.find(field) != std::string_view::npos; };
  for (const std::string_view field : {"%Y", "%m", "%d"}) {
    if (!has(field)) return wrong("the time format lacks " + std::string(field));
  }
  if (has("%I") != has("%p")) return wrong("%I and %p belong together in a time format");
  if (has("%I") && has("%H")) return wrong("a time format has %H, or %I and %p, not both");
  return out;
}

std::optional<model::Instant> TimeFormat::read(std::string_view text, const model::Zone& zone) const {
  if (rfc3339_) return model::parse_instant(text);
  model::Date date;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int ms = 0;
  bool twelve = false;
  bool afternoon = false;
  std::size_t at = 0;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    bool taken = false;
    switch (steps_[i]) {
      case kLiteral: {
        const char literal = steps_[++i];
        taken = at < text.size() && text[at] == literal;
        if (taken) ++at;
        while (taken && literal == ' ' && at < text.size() && text[at] == ' ') ++at;
        break;
      }
      case 'Y':
        taken = take_number(text, at, 4, date.year);
        break;
      case 'm':
        taken = take_number(text, at, 2, date.month);
        break;
      case 'd':
        taken = take_number(text, at, 2, date.day);
        break;
      case 'H':
        taken = take_number(text, at, 2, hour) && hour < 24;
        break;
      case 'I':
        taken = take_number(text, at, 2, hour) && hour >= 1 && hour <= 12;
        twelve = true;
        break;
      case 'M':
        taken = take_number(text, at, 2, minute) && minute < 60;
        break;
      case 'S':
        taken = take_number(text, at, 2, second) && second < 60;
        break;
      case 'p':
        taken = take_half(text, at, afternoon);
        break;
      case 'f':
        taken = take_fraction(text, at, ms);
        break;
      default:
        break;
    }
    if (!taken) return std::nullopt;
  }
  if (at != text.size() || date.year < 1000 || date.month < 1 || date.month > 12 || date.day < 1 ||
      date.day > model::days_in_month(date.year, date.month)) {
    return std::nullopt;
  }
  if (twelve) hour = hour % 12 + (afternoon ? 12 : 0);
  const std::int64_t ms_of_day = ((hour * 60LL + minute) * 60 + second) * 1000 + ms;
  return zone.to_instant(model::day_from_date(date), ms_of_day);
}

}  // namespace docket::files
