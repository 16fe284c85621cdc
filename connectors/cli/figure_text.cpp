#include "connectors/cli/figure_text.h"

#include <cmath>

#include "connectors/cli/percent.h"
#include "connectors/cli/words.h"

namespace docket::cli {
namespace {

bool in_thousandths(const json::object& metric, const json::object& figure) {
  const Display plain;
  return plain.text(figure, "numerator_unit") == "thousandths" || plain.text(metric, "numerator_unit") == "thousandths";
}

// Both sums of decimals: the unit is theirs, not the rate's.
bool sums_in_thousandths(const json::object& figure) { return figure.contains("denominator_unit"); }

// "12.35": hours of milliseconds, half up; "—" for null.
std::string hours_text(const json::object& of, const char* name) {
  if (!has(of, name)) return "—";
  constexpr std::int64_t kHundredthMs = 36'000;
  const auto* value = of.if_contains(name);
  const std::int64_t ms = value->is_object() ? integer_of(value->get_object(), "ms") : integer_of(of, name);
  const std::int64_t hundredths = (ms + kHundredthMs / 2) / kHundredthMs;
  const std::string rest = std::to_string(100 + hundredths % 100).substr(1);
  return std::to_string(hundredths / 100) + "." + rest;
}

}  // namespace

Cell rate_cell(const json::value* rate) {
  if (rate == nullptr || rate->is_null()) return "—";
  const double value = rate->is_double() ? rate->get_double() : rate->is_int64() ? static_cast<double>(rate->get_int64()) : 0.0;
  return percent(std::llround(value * 1e6), 1'000'000);
}

std::string duration_text(const Display& show, const json::object& figure, const char* unit) {
  const auto* found = figure.if_contains(unit);
  if (found == nullptr || !found->is_object()) return "";
  const auto& time = found->get_object();
  std::string out;
  const auto add = [&](std::string_view zh, std::string_view en, const char* name) {
    out += out.empty() ? "" : either(show.language, "，", ", ");
    out += either(show.language, zh, en);
    out += hours_text(time, name);
  };
  for (const auto& stat : array_of(figure, "show")) {
    if (!stat.is_string()) continue;
    if (stat.get_string() == "median") add("中位 ", "median ", "median");
    if (stat.get_string() == "p90") add("P90 ", "P90 ", "p90");
    if (stat.get_string() == "mean") add("平均 ", "mean ", "mean_ms");
  }
  const bool working = std::string_view(unit) == "working_hours";
  out += working ? either(show.language, " 工作小时", " working hours") : either(show.language, " 小时", " hours");
  return out;
}

std::string took_text(const Display& show, const json::object& row) {
  if (!has(row, "working_ms")) return "";
  std::string out = hours_text(row, "working_ms");
  out += either(show.language, " 工作小时 / ", " working hours / ");
  out += hours_text(row, "value");
  out += either(show.language, " 小时", " hours");
  return out;
}

std::string histogram_text(const Display& show, const json::object& figure) {
  const auto* found = figure.if_contains(has(figure, "working_hours") ? "working_hours" : "hours");
  if (found == nullptr || !found->is_object()) return "";
  std::string out;
  constexpr std::int64_t kHourMs = 3'600'000;
  for (const auto& entry : array_of(found->get_object(), "histogram")) {
    if (!entry.is_object()) continue;
    const auto& row = entry.get_object();
    out += (out.empty() ? "" : either(show.language, "，", ", "));
    out += std::to_string(integer_of(row, "from_ms") / kHourMs);
    out += has(row, "to_ms") ? "–" + std::to_string(integer_of(row, "to_ms") / kHourMs) : "+";
    out += " h: " + std::to_string(integer_of(row, "count"));
  }
  return out;
}

Cell figure_cell(const Display& show, const json::object& metric, const json::object& figure) {
  if (has(figure, "show")) return duration_text(show, figure, has(figure, "working_hours") ? "working_hours" : "hours");
  if (!has(figure, "denominator")) {
    if (figure.contains("rate")) return rate_cell(figure.if_contains("rate"));
    const Display plain;
    return figure.contains("value_unit") ? thousandths(integer_of(figure, "value")) : plain.text(figure, "value");
  }
  const std::int64_t denominator = integer_of(figure, "denominator");
  return percent(integer_of(figure, "numerator"),
                 in_thousandths(metric, figure) && !sums_in_thousandths(figure) ? denominator * 1000 : denominator);
}

Cell fraction_cell(const json::object& metric, const json::object& figure) {
  if (has(figure, "show")) return "n=" + std::to_string(integer_of(figure, "count"));
  if (!has(figure, "denominator")) return "";
  const std::int64_t numerator = integer_of(figure, "numerator");
  const std::int64_t denominator = integer_of(figure, "denominator");
  return (in_thousandths(metric, figure) ? thousandths(numerator) : std::to_string(numerator)) + "/" +
         (sums_in_thousandths(figure) ? thousandths(denominator) : std::to_string(denominator));
}

std::string exclusions_text(const Display& show, const json::object& figure) {
  const auto* exclusions = figure.if_contains("exclusions");
  if (exclusions == nullptr || !exclusions->is_object()) return "";
  std::string out;
  for (const auto& member : exclusions->get_object()) {
    out += (out.empty() ? "" : ", ") + value_word("excluded", std::string_view(member.key().data(), member.key().size()), show.language) +
           " " + show.text(member.value());
  }
  if (!out.empty() && has(figure, "rate_without_exclusions")) {
    out += either(show.language, "；计入则为 ", "; with them ");
    out += rate_cell(figure.if_contains("rate_without_exclusions")).text;
  }
  return out;
}

std::string notes_text(const Display& show, const json::object& figure) {
  std::string out;
  for (const char* key : {"backfilled", "paused", "quarantined"}) {
    const std::int64_t count = integer_of(figure, key);
    if (count > 0) out += (out.empty() ? "" : ", ") + value_word("of_these", key, show.language) + " " + std::to_string(count);
  }
  return out;
}

std::string target_text(const Display& show, const json::object& figure) {
  const auto* found = figure.if_contains("target");
  if (found == nullptr || !found->is_object()) return "";
  const auto& target = found->get_object();
  std::string out;
  const auto add = [&](std::string_view zh, std::string_view en, std::string_view value) {
    out += either(show.language, zh, en);
    out += value;
  };
  const auto number = [&](const char* name) { return thousandths(integer_of(target, name)); };
  if (has(target, "year")) {
    out = number("value");
    if (const std::string to = show.text(target, "to"); !to.empty()) {
      add("，至 ", ", due by ", to);
      add(" 应达 ", " ", number("due"));
      add("，已达 ", ", reached ", number("achieved"));
      add("，差 ", ", gap ", number("gap"));
      add("，按此进度全年 ", ", at this pace ", number("forecast"));
    }
  } else {
    const bool least = has(target, "at_least");
    add(least ? "不低于 " : "不高于 ", least ? "at least " : "at most ", percent(integer_of(target, least ? "at_least" : "at_most"), 1000));
    const auto* met = target.if_contains("met");
    if (met != nullptr && met->is_bool())
      add(met->get_bool() ? "，已达到" : "，未达到", met->get_bool() ? ", reached" : ", not reached", "");
  }
  if (const auto* rule = target.if_contains("rule"); rule != nullptr && rule->is_object())
    out += " (" + show.text(rule->get_object(), "rule") + ", " + show.text(rule->get_object(), "source") + ")";
  return out;
}

std::string versions_text(const Display& show, const json::object& metric) {
  std::string out;
  for (const auto& entry : array_of(metric, "versions")) {
    if (!entry.is_object()) continue;
    const auto& one = entry.get_object();
    const std::string percent = show.text(one, "percent");
    out += (out.empty() ? "" : ", ") + show.text(one, "version") + " " + value_word("versions", show.text(one, "state"), show.language) +
           (percent.empty() ? "" : " " + percent + " %");
  }
  return out;
}

}  // namespace docket::cli
