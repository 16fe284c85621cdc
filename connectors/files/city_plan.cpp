#include "connectors/files/city_plan.h"

#include <algorithm>

namespace docket::files {

void DataWriter::name(std::string_view name) {
  json_ += first_ ? "\"" : ",\"";
  first_ = false;
  json_ += name;
  json_ += "\":";
}

DataWriter& DataWriter::text(std::string_view key, std::string_view value) {
  name(key);
  json_ += '"';
  json_ += value;
  json_ += '"';
  return *this;
}

DataWriter& DataWriter::list(std::string_view key, std::string_view value) {
  name(key);
  json_ += "[\"";
  json_ += value;
  json_ += "\"]";
  return *this;
}

DataWriter& DataWriter::number(std::string_view key, std::int64_t value) {
  name(key);
  json_ += std::to_string(value);
  return *this;
}

DataWriter& DataWriter::flag(std::string_view key, bool value) {
  name(key);
  json_ += value ? "true" : "false";
  return *this;
}

DataWriter& DataWriter::object(std::string_view key, std::string_view json) {
  name(key);
  json_ += json;
  return *this;
}

void CasePlan::begin(std::string_view kind, std::string_view subject) {
  kind_ = kind;
  subject_ = subject;
  number_ = 0;
  events.clear();
}

DataWriter CasePlan::add(std::string_view name, Instant time, const Actor& actor) {
  PlannedEvent& event = events.emplace_back();
  event.time = time;
  event.name = name;
  event.truth = truth_instead;
  std::string& json = event.json;
  json.reserve(512);
  json += R"({"specversion":"1.0","id":")";
  if (id_instead.empty()) {
    json += subject_;
    json += '/';
    json += std::to_string(++number_);
  } else {
    json += id_instead;
  }
  json += R"(","source":"docket:city","type":")";
  if (type_instead.empty()) {
    json += prefix_;
    json += '.';
    json += kind_;
    json += '.';
    json += name;
    json += ".v1";
  } else {
    json += type_instead;
  }
  json += R"(","subject":")";
  json += subject_instead.empty() ? subject_ : subject_instead;
  json += R"(","time":")";
  model::append_instant(json, time);
  json += R"(","authid":")";
  json += actor.author;
  json += '-';
  json += std::to_string(actor.number);
  json += R"(","actorrole":")";
  json += actor.role;
  if (!actor.unit.empty()) {
    json += R"(","actorunit":")";
    json += actor.unit;
  }
  json += '"';
  json += more_attributes;
  json += R"(,"data":{)";
  return DataWriter(json);
}

Instant WorkTime::pick(Instant after, int working_days, Random& random) const {
  model::Day day = zone_.local_day(after);
  const std::int64_t now = zone_.local_ms_of_day(after);
  if (working_days == 0) {
    constexpr std::int64_t kNoticeMs = 5 * kMinuteMs;
    for (const auto& span : calendar_.spans(day)) {
      const std::int64_t from = std::max<std::int64_t>(span.from_ms, now + kNoticeMs);
      const std::int64_t to = std::min<std::int64_t>(span.to_ms, from + 3 * kHourMs);
      if (from < to) return zone_.to_instant(day, from + random.ms_between(0, (to - from) / 1000 - 1));
    }
    working_days = 1;
  }
  day = calendar_.nth_working_day(day, working_days).value_or(day + working_days);
  const auto& spans = calendar_.spans(day);
  std::int64_t total = 0;
  for (const auto& span : spans) total += span.to_ms - span.from_ms;
  if (total <= 0) return zone_.to_instant(day, 10 * kHourMs);
  std::int64_t at = random.ms_between(0, total / 1000 - 1);
  for (const auto& span : spans) {
    if (at < span.to_ms - span.from_ms) return zone_.to_instant(day, span.from_ms + at);
    at -= span.to_ms - span.from_ms;
  }
  return zone_.to_instant(day, spans.back().to_ms - 1000);
}

namespace {

std::optional<calendar::Duration> plain_limit(const std::vector<definition::LimitRow>& rows) {
  for (const auto& row : rows) {
    if (row.when == model::kNoCondition && !row.start_before_ms) return row.limit;
  }
  return std::nullopt;
}

}  // namespace

CityContext::CityContext(const CityOptions& city, const definition::Bundle& office) : options(city), bundle(office), work(office) {
  constexpr model::Day kYear = 365;
  constexpr model::Day kTail = 60;
  end = city.from + kYear;
  horizon = office.zone.day_start(end + kTail);
  const auto* kind = definition::find_name(office.kind_ids, "hotline-ticket");
  if (kind == nullptr) return;
  for (const auto& clock : office.kinds[*kind].scopes[0].clocks) {
    if (clock.name != "handle") continue;
    handle_limit = plain_limit(clock.rows);
    if (clock.extend) handle_cap = plain_limit(clock.extend->cap_rows);
  }
}

}  // namespace docket::files
