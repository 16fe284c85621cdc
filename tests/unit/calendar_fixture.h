// Calendars and zones of schemas/ for tests, read straight from the YAML (the production loader has tests of its own), and short
// words for local times: "2017-03-08" is a day, "2017-03-08 10:00" or "... 23:59:59.999" a local time of a zone.
#pragma once

#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <cstdio>
#include <map>
#include <string>
#include <utility>

#include "engine/calendar/calendar.h"

namespace docket::calendar::test {

inline std::int32_t ms_of_day(const std::string& text) {  // "09:00", "23:59:59.999"
  int hour = 0;
  int minute = 0;
  int second = 0;
  int ms = 0;
  if (std::sscanf(text.c_str(), "%d:%d:%d.%d", &hour, &minute, &second, &ms) < 2) ADD_FAILURE() << "no time of day: " << text;
  return ((hour * 60 + minute) * 60 + second) * 1000 + ms;
}

inline std::vector<Span> spans_of(const std::vector<std::string>& texts) {  // "09:00-12:00"
  std::vector<Span> out;
  for (const std::string& text : texts) out.push_back({ms_of_day(text.substr(0, 5)), ms_of_day(text.substr(6))});
  return out;
}

inline Day day(const std::string& text) {
  const auto parsed = model::parse_date(text);
  if (!parsed) ADD_FAILURE() << "no date: " << text;
  return parsed.value_or(0);
}

// Parts as the file says them; a test may change them before it builds a Calendar.
inline Calendar::Parts read_parts(const std::string& name) {
  const YAML::Node root = YAML::LoadFile(std::string(DOCKET_SOURCE_DIR) + "/schemas/calendars/" + name + ".yaml");
  Calendar::Parts parts;
  parts.name = root["calendar"].as<std::string>();
  parts.version = root["version"].as<std::string>();
  parts.spans = spans_of(root["spans"].as<std::vector<std::string>>());
  const auto layer = root["layer"].as<std::string>();
  for (const auto& year : root["years"]) {
    parts.years.push_back(year.first.as<int>());
    for (const char* sort : {"off", "work"}) {
      for (const auto& entry : year.second[sort]) {
        const Day of = day(entry.first.as<std::string>());
        if (parts.days.contains(of)) ADD_FAILURE() << name << ": two rules for " << entry.first.as<std::string>();
        DayRule& rule = parts.days[of];
        rule.working = std::string(sort) == "work";
        rule.name = entry.second.as<std::string>();
        rule.layer = layer;
        rule.source = year.second["source"].as<std::string>();
      }
    }
  }
  return parts;
}

inline const Calendar& national() {
  static const Calendar calendar(read_parts("national"));
  return calendar;
}

inline model::Zone read_zone(const std::string& file) {
  const YAML::Node root = YAML::LoadFile(std::string(DOCKET_SOURCE_DIR) + "/schemas/zones/" + file + ".yaml");
  std::vector<model::Zone::Transition> transitions;
  for (const auto& row : root["transitions"]) {
    const auto at = model::parse_instant(row[0].as<std::string>());
    const auto offset = row[1].as<std::string>();
    if (!at) ADD_FAILURE() << "no instant: " << row[0].as<std::string>();
    transitions.push_back({at.value_or(0), ms_of_day(offset.substr(1)) * (offset[0] == '-' ? -1 : 1)});
  }
  return model::Zone(root["zone"].as<std::string>(), root["version"].as<std::string>(), std::move(transitions));
}

inline const model::Zone& shanghai() {
  static const model::Zone zone = read_zone("Asia-Shanghai");
  return zone;
}

inline const model::Zone& new_york() {
  static const model::Zone zone = read_zone("America-New_York");
  return zone;
}

inline Instant local(const std::string& text, const model::Zone& zone = shanghai()) {
  return zone.to_instant(day(text.substr(0, 10)), ms_of_day(text.substr(11)));
}

inline std::string show(Instant instant, const model::Zone& zone = shanghai()) {
  if (instant == model::kForever) return "for ever";
  const std::int64_t ms = zone.local_ms_of_day(instant);
  const std::string time = model::format_instant(ms).substr(11, 12);  // of 1970-01-01, UTC: the time of day itself
  return model::format_date(zone.local_day(instant)) + " " + time;
}

inline std::string show(const Deadline& deadline, const model::Zone& zone = shanghai()) {
  return show(deadline.due, zone) + (deadline.provisional ? " provisional" : "");
}

inline Duration limit(const std::string& text) {
  const auto parsed = parse_duration(text);
  if (!parsed) ADD_FAILURE() << "no duration: " << text;
  return parsed.value_or(Duration{});
}

// add_limit in the national calendar and Shanghai's time, shown.
inline std::string due(const std::string& start, const std::string& duration, std::optional<std::int32_t> at_ms = std::nullopt) {
  return show(add_limit(national(), shanghai(), local(start), limit(duration), at_ms));
}

}  // namespace docket::calendar::test
