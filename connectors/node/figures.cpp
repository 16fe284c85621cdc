#include "connectors/node/figures.h"

#include <algorithm>

#include "engine/definition/carry.h"

namespace docket::node {
namespace {

using definition::Anchor;
using definition::MetricDef;

bool stock(const MetricDef& metric) { return metric.measure == MetricDef::Measure::kStock; }

bool due_anchored(const MetricDef& metric) {
  return std::any_of(metric.period.begin(), metric.period.end(), [](const Anchor& anchor) {
    return anchor.kind == Anchor::Kind::kClockDue || anchor.kind == Anchor::Kind::kClockOriginalDue;
  });
}

void add(GroupSums& sums, const std::string& group, std::size_t series, std::int64_t value) {
  auto& row = sums[group];
  if (row.size() <= series) row.resize(series + 1, 0);
  row[series] += value;
}

// Cases that may have an anchor of this metric on one of the days.
std::set<std::string> candidates(const Reading& reading, const MetricDef& metric, Day from, Day to) {
  std::set<std::string> out;
  const auto anchors = measure::anchors_of(reading.bundle, metric.kind);
  for (const auto& anchor : metric.period) {
    const auto it = std::find(anchors.begin(), anchors.end(), anchor);
    if (it == anchors.end()) continue;
    for (auto& id : reading.store.anchored(reading.bundle, metric.kind, static_cast<std::uint8_t>(it - anchors.begin()), from, to))
      out.insert(std::move(id));
  }
  return out;
}

// Every case that may have a share, as of that instant: f(id, state, the bundle that it was opened with, the metric there).
template <typename F>
void for_each_case(const Reading& reading, std::uint16_t index, const Period& period, const AsOf& as_of, F&& f) {
  const auto& metric = reading.bundle.metrics[index];
  const auto visit = [&](const std::string& id) {
    auto state = reading.case_as_of(id, as_of);
    if (state == nullptr) return;
    const auto& opened_with = reading.of(*state).bundle;
    if (const auto own = same_metric(reading, index, opened_with)) f(id, std::move(state), opened_with, *own);
  };
  if (!stock(metric)) {
    const Day last = std::min(period.to, reading.bundle.zone.local_day(as_of.at) + 1);
    for (const auto& id : candidates(reading, metric, period.from, last)) visit(id);
    return;
  }
  std::string after;
  while (true) {
    const auto page = reading.store.list(reading.bundle, metric.kind, {}, after, 1000);
    if (page.empty()) return;
    for (const auto& id : page) visit(id);
    after = page.back();
  }
}

void keep_period(std::vector<measure::Contribution>& rows, const Period& period, const AsOf& as_of) {
  std::erase_if(rows, [&](const auto& row) { return row.anchor < period.from || row.anchor >= period.to || row.anchor_at > as_of.at; });
}

void fold_period(const Reading& reading, std::uint16_t index, std::uint8_t by, const Period& period, const AsOf& as_of, GroupSums& out) {
  for (const auto& share : shares(reading, index, period, as_of)) {
    for (const auto& row : share.rows) {
      if (row.by == by) add(out, by == 0 ? std::string() : reading.of(*share.state).value_text(row.group), row.series, row.value);
    }
  }
}

std::vector<measure::Contribution> stock_rows(const Reading& reading, std::uint16_t index, const model::CaseState& state, Instant at) {
  const auto& opened_with = reading.of(state).bundle;
  const auto own = same_metric(reading, index, opened_with);
  return own ? measure::stock_at(opened_with, *own, state, at) : std::vector<measure::Contribution>{};
}

void add_stock(const Reading& reading, std::uint16_t index, std::uint8_t by, const model::CaseState& state, Instant at, std::int64_t sign,
               GroupSums& out) {
  for (const auto& row : stock_rows(reading, index, state, at)) {
    if (row.by == by) add(out, by == 0 ? std::string() : reading.of(state).value_text(row.group), row.series, sign * row.value);
  }
}

Figures stock_figures(const Reading& reading, std::uint16_t index, std::uint8_t by, const AsOf& as_of) {
  Figures out;
  const auto& metric = reading.bundle.metrics[index];
  if (as_of.at_day && (!as_of.past_known() || as_of.known_day)) {
    out.groups = reading.store.stock(reading.bundle, index, by, *as_of.at_day, as_of.past_known() ? as_of.known_day : std::nullopt);
    return out;
  }
  if (!as_of.past_at() && (!as_of.past_known() || as_of.known_day)) {
    // Today's rows hold what turns overdue later today, too: take those back.
    const Day today = reading.bundle.zone.local_day(as_of.now);
    out.groups = reading.store.stock(reading.bundle, index, by, today, as_of.past_known() ? as_of.known_day : std::nullopt);
    const Instant end = reading.bundle.zone.day_end(today);
    for (const auto& id : reading.store.due_between(as_of.now - 1, end)) {
      const auto state = reading.case_as_of(id, as_of);
      if (state == nullptr) continue;
      add_stock(reading, index, by, *state, end, -1, out.groups);
      add_stock(reading, index, by, *state, as_of.now, 1, out.groups);
      out.exact = true;
    }
    return out;
  }
  // An instant inside a day, or both axes at once: every case of the kind is folded.
  out.exact = true;
  std::string after;
  while (true) {
    const auto page = reading.store.list(reading.bundle, metric.kind, {}, after, 1000);
    if (page.empty()) return out;
    for (const auto& id : page) {
      if (const auto state = reading.case_as_of(id, as_of)) add_stock(reading, index, by, *state, as_of.at, 1, out.groups);
    }
    after = page.back();
  }
}

}  // namespace

std::optional<std::uint16_t> same_metric(const Reading& reading, std::uint16_t index, const definition::Bundle& other) {
  if (&other == &reading.bundle) return index;
  const auto& metric = reading.bundle.metrics[index];
  const auto* own = definition::find_name(other.metric_ids, metric.name);
  if (own != nullptr && other.metrics[*own].version == metric.version) return *own;
  return reading.store.whole(reading.bundle, index) ? definition::find_metric(other, metric.name, metric.version) : std::nullopt;
}

std::uint8_t numerator_series(const MetricDef& metric, PeriodKind kind) {
  if (metric.measure != MetricDef::Measure::kRatioByEnd) return measure::kNumerator;
  switch (kind) {
    case PeriodKind::kMonth:
      return measure::kNumeratorByMonth;
    case PeriodKind::kQuarter:
      return measure::kNumeratorByQuarter;
    case PeriodKind::kYear:
      return measure::kNumeratorByYear;
    default:
      return measure::kNumerator;
  }
}

std::int64_t at_series(const SeriesSums& sums, std::size_t series) { return series < sums.size() ? sums[series] : 0; }

std::vector<CaseShare> shares(const Reading& reading, std::uint16_t index, const Period& period, const AsOf& as_of) {
  const bool of_stock = stock(reading.bundle.metrics[index]);
  std::vector<CaseShare> out;
  for_each_case(reading, index, period, as_of,
                [&](const std::string& id, model::CasePtr state, const definition::Bundle& opened_with, std::uint16_t own) {
                  auto rows =
                      of_stock ? measure::stock_at(opened_with, own, *state, as_of.at) : measure::contributions(opened_with, own, *state);
                  if (!of_stock) keep_period(rows, period, as_of);
                  if (!rows.empty()) out.push_back({id, std::move(state), std::move(rows)});
                });
  return out;
}

std::vector<CaseItems> item_shares(const Reading& reading, std::uint16_t index, const Period& period, const AsOf& as_of) {
  const bool of_stock = stock(reading.bundle.metrics[index]);
  std::vector<CaseItems> out;
  for_each_case(reading, index, period, as_of,
                [&](const std::string& id, model::CasePtr state, const definition::Bundle& opened_with, std::uint16_t own) {
                  auto items =
                      of_stock ? measure::stock_shares(opened_with, own, *state, as_of.at) : measure::item_shares(opened_with, own, *state);
                  if (!of_stock) {
                    for (auto& item : items) keep_period(item.rows, period, as_of);
                    std::erase_if(items, [](const auto& item) { return item.rows.empty(); });
                  }
                  if (!items.empty()) out.push_back({id, std::move(state), std::move(items)});
                });
  return out;
}

Figures figures(const Reading& reading, std::uint16_t index, std::uint8_t by, const Period& period, const AsOf& as_of) {
  const auto& metric = reading.bundle.metrics[index];
  if (stock(metric)) return stock_figures(reading, index, by, as_of);
  Figures out;
  const bool known_rows = !as_of.past_known() || as_of.known_day.has_value();
  if (as_of.at_day && !as_of.past_known()) {
    CellQuery query{index, by, period.from, std::min(period.to, *as_of.at_day + 1), as_of.at_day, std::nullopt};
    if (query.from < query.to) out.groups = reading.store.sums(reading.bundle, query);
    return out;
  }
  if (as_of.past_at() || !known_rows) {
    out.exact = true;
    fold_period(reading, index, by, period, as_of, out.groups);
    return out;
  }
  // Now: whole days before today from the rows; of today only what has fallen due.
  const Day today = reading.bundle.zone.local_day(as_of.now);
  const bool today_apart = due_anchored(metric) && period.from <= today && today < period.to;
  CellQuery query{index,        by,
                  period.from,  std::min(period.to, today_apart ? today : today + 1),
                  std::nullopt, as_of.past_known() ? as_of.known_day : std::nullopt};
  if (query.from < query.to) out.groups = reading.store.sums(reading.bundle, query);
  if (today_apart) {
    Period rest{PeriodKind::kDay, {}, today, today + 1};
    fold_period(reading, index, by, rest, as_of, out.groups);
    out.exact = true;
  }
  return out;
}

}  // namespace docket::node
