#include "connectors/node/output_rows.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "connectors/node/answers.h"
#include "engine/ledger/block_codec.h"

namespace docket::node {
namespace {

using definition::MetricDef;

json::object begin(const model::CaseState& state, const ledger::Position& position) {
  return {{"v", 1}, {"position", ledger::position_text(position)}, {"height", position.height}, {"case", state.id}};
}

using Series = std::map<std::uint16_t, std::int64_t>;
// By metric, anchor day and the instant from which it counts: by dimension (0: the total) and group.
using Place = std::tuple<std::uint16_t, Day, Instant>;
using Cells = std::map<Place, std::map<std::pair<std::uint8_t, std::string>, Series>>;

void add(const Reading& reading, Cells& cells, std::uint16_t metric, const measure::Contribution& row, std::int64_t sign) {
  if (row.series >= measure::kBuckets) return;  // who reads rows of cases has the durations themselves
  const std::string group = row.by == 0 ? std::string() : reading.value_text(row.group);
  cells[{metric, row.anchor, row.anchor_at}][{row.by, group}][row.series] += sign * row.value;
}

// The instants at which a stock may change while nothing happens: just behind the due of each running clock.
std::set<Instant> crossings(const model::CaseState& state) {
  std::set<Instant> out;
  const auto scan = [&](const model::ScopeState& scope) {
    for (const auto& clock : scope.clocks) {
      if (clock.status == model::ClockInstance::Status::kRunning && clock.due != model::kNoInstant && clock.due + 1 > state.last.time)
        out.insert(clock.due + 1);
    }
  };
  scan(state.scope);
  for (const auto& part : state.parts) scan(part.scope);
  return out;
}

void add_stock(const Reading& reading, Cells& cells, std::uint16_t metric, const model::CaseState& state) {
  auto before = measure::stock_at(reading.bundle, metric, state, state.last.time);
  for (const auto& row : before) add(reading, cells, metric, row, 1);
  for (const Instant at : crossings(state)) {
    auto now = measure::stock_at(reading.bundle, metric, state, at);
    for (const auto& row : now) add(reading, cells, metric, row, 1);
    for (auto row : before) {
      row.anchor = reading.bundle.zone.local_day(at);
      row.anchor_at = at;
      add(reading, cells, metric, row, -1);
    }
    before = std::move(now);
  }
}

std::string series_name(const MetricDef& metric, std::uint16_t series) {
  if (metric.measure == MetricDef::Measure::kStock) return "stock";
  constexpr const char* kNames[] = {"numerator",          "denominator",          "backfilled",        "paused",
                                    "numerator_by_month", "numerator_by_quarter", "numerator_by_year", "working_ms"};
  if (series < std::size(kNames)) return kNames[series];
  const std::size_t except = (series - measure::kExclusions) / 2U;
  const std::string name = except < metric.except.size() ? metric.except[except].name : std::to_string(except);
  return (series % 2 == 0 ? "excluded." : "excluded_numerator.") + name;
}

// False: it adds nothing.
bool put_series(json::object& row, const MetricDef& metric, const Series& series) {
  bool any = false;
  for (const auto& [number, value] : series) {
    if (value == 0) continue;
    row[series_name(metric, number)] = value;
    any = true;
  }
  return any;
}

// Most groups get what the total gets: they are named there. The others have rows of their own.
void append_place(const Reading& reading, const Place& place, const std::map<std::pair<std::uint8_t, std::string>, Series>& cell,
                  json::array& rows) {
  const auto& [index, day, at] = place;
  const auto& metric = reading.bundle.metrics[index];
  const auto begin_row = [&, date = model::format_date(day), from = instant_json(at)] {
    return json::object{{"metric", metric.name}, {"day", date}, {"at", from}};
  };
  const auto total = cell.find({0, {}});
  json::object whole = begin_row();
  const bool any = total != cell.end() && put_series(whole, metric, total->second);
  json::object groups;
  json::array others;
  for (const auto& [name, series] : cell) {
    const auto& [by, group] = name;
    if (by == 0) continue;
    const auto& dimension = metric.by[by - 1U].name;
    if (any && series == total->second) {
      if (!groups.contains(dimension)) groups[dimension] = json::array{};
      groups[dimension].as_array().emplace_back(group);
      continue;
    }
    json::object row = begin_row();
    row["by"] = dimension;
    row["group"] = group;
    if (put_series(row, metric, series)) others.push_back(std::move(row));
  }
  if (any) {
    if (!groups.empty()) whole["groups"] = std::move(groups);
    rows.push_back(std::move(whole));
  }
  for (auto& row : others) rows.push_back(std::move(row));
}

}  // namespace

std::string case_output(const Reading& reading, const model::CaseState& state, const ledger::Position& position) {
  json::object out = begin(state, position);
  for (auto& member : case_json(reading, state, state.last_recorded)) {
    if (member.key() != "id") out[member.key()] = std::move(member.value());
  }
  return json_answer(out).body;
}

std::string metrics_output(const Reading& asked, const model::CaseState& state, const ledger::Position& position) {
  const auto reading = asked.of(state);
  Cells cells;
  for (const std::uint16_t metric : reading.bundle.kinds[state.kind].metrics) {
    if (reading.bundle.metrics[metric].measure == MetricDef::Measure::kStock) {
      add_stock(reading, cells, metric, state);
      continue;
    }
    for (const auto& row : measure::contributions(reading.bundle, metric, state)) add(reading, cells, metric, row, 1);
  }
  json::array rows;
  for (const auto& [place, cell] : cells) append_place(reading, place, cell, rows);
  json::object out = begin(state, position);
  out["kind"] = reading.bundle.kinds[state.kind].name;
  out["version"] = state.version;
  out["time_zone"] = reading.bundle.zone.name();
  out["contributions"] = std::move(rows);
  return json_answer(out).body;
}

}  // namespace docket::node
