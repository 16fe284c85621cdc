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

// metric, dimension, group, anchor day, instant from which it counts -> series
using Cell = std::tuple<std::uint16_t, std::uint8_t, std::string, Day, Instant>;
using Cells = std::map<Cell, std::map<std::uint8_t, std::int64_t>>;

void add(const Reading& reading, Cells& cells, std::uint16_t metric, const measure::Contribution& row, std::int64_t sign) {
  const std::string group = row.by == 0 ? std::string() : reading.value_text(row.group);
  cells[{metric, row.by, group, row.anchor, row.anchor_at}][row.series] += sign * row.value;
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

std::string series_name(const MetricDef& metric, std::uint8_t series) {
  if (metric.measure == MetricDef::Measure::kStock) return "stock";
  constexpr const char* kNames[] = {"numerator",          "denominator",          "backfilled",       "paused",
                                    "numerator_by_month", "numerator_by_quarter", "numerator_by_year"};
  if (series < std::size(kNames)) return kNames[series];
  const std::size_t except = (series - measure::kExclusions) / 2U;
  const std::string name = except < metric.except.size() ? metric.except[except].name : std::to_string(except);
  return (series % 2 == 0 ? "excluded." : "excluded_numerator.") + name;
}

}  // namespace

std::string case_output(const Reading& reading, const model::CaseState& state, const ledger::Position& position) {
  json::object out = begin(state, position);
  for (auto& member : case_json(reading, state, state.last_recorded)) {
    if (member.key() != "id") out[member.key()] = std::move(member.value());
  }
  return json_answer(out).body;
}

std::string metrics_output(const Reading& reading, const model::CaseState& state, const ledger::Position& position) {
  Cells cells;
  for (const std::uint16_t metric : reading.bundle.kinds[state.kind].metrics) {
    if (reading.bundle.metrics[metric].measure == MetricDef::Measure::kStock) {
      add_stock(reading, cells, metric, state);
      continue;
    }
    for (const auto& row : measure::contributions(reading.bundle, metric, state)) add(reading, cells, metric, row, 1);
  }
  json::array rows;
  for (const auto& [cell, series] : cells) {
    const auto& [metric, by, group, day, at] = cell;
    const auto& def = reading.bundle.metrics[metric];
    json::object row{{"metric", def.name}};
    if (by > 0) {
      row["by"] = def.by[by - 1U].name;
      row["group"] = group;
    }
    row["day"] = model::format_date(day);
    row["at"] = instant_json(at);
    bool any = false;
    for (const auto& [number, value] : series) {
      if (value == 0) continue;
      row[series_name(def, number)] = value;
      any = true;
    }
    if (any) rows.push_back(std::move(row));
  }
  json::object out = begin(state, position);
  out["kind"] = reading.bundle.kinds[state.kind].name;
  out["version"] = state.version;
  out["time_zone"] = reading.bundle.zone.name();
  out["contributions"] = std::move(rows);
  return json_answer(out).body;
}

}  // namespace docket::node
