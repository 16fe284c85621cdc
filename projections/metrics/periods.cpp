#include "projections/metrics/periods.h"

namespace docket::projections::metrics {

Day month_start(Day day) { return day - (model::date_from_day(day).day - 1); }

Day year_start(Day day) { return model::day_from_date({model::date_from_day(day).year, 1, 1}); }

Day next_month(Day month) {
  const auto date = model::date_from_day(month);
  return month + model::days_in_month(date.year, date.month);
}

Day level_start(Level level, Day day) {
  switch (level) {
    case Level::kDay:
      return day;
    case Level::kMonth:
      return month_start(day);
    case Level::kYear:
      return year_start(day);
  }
  return day;
}

std::vector<Tile> tile(Day start, Day end, Level largest) {
  std::vector<Tile> tiles;
  while (start < end) {
    const auto date = model::date_from_day(start);
    Level level = Level::kDay;
    Day next = start + 1;
    const Day month_end = start + model::days_in_month(date.year, date.month);
    if (date.day == 1 && largest >= Level::kMonth && month_end <= end) {
      level = Level::kMonth;
      next = month_end;
      const Day year_end = model::day_from_date({date.year + 1, 1, 1});
      if (date.month == 1 && largest == Level::kYear && year_end <= end) {
        level = Level::kYear;
        next = year_end;
      }
    }
    if (!tiles.empty() && tiles.back().level == level && tiles.back().to == start) {
      tiles.back().to = next;
    } else {
      tiles.push_back({level, start, next});
    }
    start = next;
  }
  return tiles;
}

}  // namespace docket::projections::metrics
