// The differences that one record makes: contributions after minus contributions before, step by step along the timeline.
#include <algorithm>
#include <tuple>

#include "engine/apply/state_access.h"
#include "engine/measure/contribution.h"
#include "engine/measure/fields.h"
#include "engine/measure/touched.h"

namespace docket::measure {
namespace {

using definition::MetricDef;
using model::CaseState;

bool is_stock(const MetricDef& metric) { return metric.measure == MetricDef::Measure::kStock; }

// Adds `value` to the row with the same key, so that what a step takes back and puts again cancels.
class Collector {
 public:
  explicit Collector(std::vector<Delta>& out) : out_(out), first_(out.size()) {}

  void add(std::uint16_t metric, const Contribution& row, Day anchor, Day occurred, std::int64_t sign) {
    const std::int64_t value = sign * row.value;
    for (std::size_t i = out_.size(); i > first_; --i) {
      auto& have = out_[i - 1];
      if (have.metric != metric) break;  // a metric's rows are added in one go
      if (have.by == row.by && have.series == row.series && have.anchor == anchor && have.occurred == occurred && have.group == row.group) {
        have.value += value;
        return;
      }
    }
    out_.push_back({metric, row.by, row.series, anchor, occurred, row.group, value});
  }
  // A row that nothing of this step can cancel.
  void push(std::uint16_t metric, const Contribution& row, Day anchor, Day occurred, std::int64_t sign) {
    out_.push_back({metric, row.by, row.series, anchor, occurred, row.group, sign * row.value});
  }
  void finish() {
    out_.erase(
        std::remove_if(out_.begin() + static_cast<std::ptrdiff_t>(first_), out_.end(), [](const Delta& row) { return row.value == 0; }),
        out_.end());
  }

 private:
  std::vector<Delta>& out_;
  std::size_t first_;
};

// Instants after `after` at which a stock may change by itself: due + 1 ms of each running clock.
std::vector<Instant> crossings(const definition::Bundle& bundle, const MetricDef& metric, const CaseState& state, Instant after) {
  std::vector<Instant> out;
  for_each_item(bundle, metric.scope, state, [&](const Item& item) {
    const auto scan = [&](const model::ScopeState& scope) {
      for (const auto& clock : scope.clocks) {
        if (clock.status == apply::ClockInstance::Status::kRunning && clock.due != model::kNoInstant && clock.due + 1 > after)
          out.push_back(clock.due + 1);
      }
    };
    scan(item.state->scope);
    if (item.part != nullptr) scan(item.part->scope);
  });
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

void add_jump(const definition::Bundle& bundle, std::uint16_t index, const CaseState* from, Instant from_at, const CaseState* to,
              Instant to_at, Instant at, std::int64_t sign, Collector& collector) {
  const Day day = bundle.zone.local_day(at);
  if (to != nullptr) {
    for (const auto& row : stock_at(bundle, index, *to, to_at)) collector.add(index, row, day, day, sign);
  }
  if (from != nullptr) {
    for (const auto& row : stock_at(bundle, index, *from, from_at)) collector.add(index, row, day, day, -sign);
  }
}

// The flows that a state promises after `time`: what turns overdue later.
void add_future(const definition::Bundle& bundle, std::uint16_t index, const CaseState& state, Instant time, std::int64_t sign,
                Collector& collector) {
  Instant last = time;
  for (const Instant at : crossings(bundle, bundle.metrics[index], state, time)) {
    add_jump(bundle, index, &state, last, &state, at, at, sign, collector);
    last = at;
  }
}

void step_stock(const definition::Bundle& bundle, std::uint16_t index, const CaseState* before, const CaseState& after, Instant time,
                std::int64_t sign, Collector& collector) {
  if (before != nullptr) add_future(bundle, index, *before, time, -sign, collector);
  add_jump(bundle, index, before, time, &after, time, time, sign, collector);
  add_future(bundle, index, after, time, sign, collector);
}

bool same_cell(const Contribution& a, const Contribution& b) {
  return a.anchor == b.anchor && a.series == b.series && a.by == b.by && a.group == b.group;
}

// Most events leave most contributions as they are, row by row: those cost no search.
void step_rows(const definition::Bundle& bundle, std::uint16_t index, const CaseState* before, const CaseState& after, Day occurred,
               std::int64_t sign, Collector& collector) {
  const auto now = contributions(bundle, index, after);
  const auto old = before != nullptr ? contributions(bundle, index, *before) : std::vector<Contribution>{};
  std::size_t i = 0;
  for (; i < now.size() && i < old.size() && same_cell(now[i], old[i]); ++i) {
    if (now[i].value == old[i].value) continue;
    Contribution row = now[i];
    row.value -= old[i].value;
    collector.add(index, row, row.anchor, occurred, sign);
  }
  const bool alone = i == old.size() && sign > 0;
  for (std::size_t k = i; k < now.size(); ++k) {
    if (alone) {
      collector.push(index, now[k], now[k].anchor, occurred, sign);
    } else {
      collector.add(index, now[k], now[k].anchor, occurred, sign);
    }
  }
  for (std::size_t k = i; k < old.size(); ++k) collector.add(index, old[k], old[k].anchor, occurred, -sign);
}

void add_step(const definition::Bundle& bundle, std::uint16_t index, const CaseState* before, const CaseState& after, Instant time,
              std::int64_t sign, Collector& collector) {
  if (is_stock(bundle.metrics[index])) {
    step_stock(bundle, index, before, after, time, sign, collector);
  } else {
    step_rows(bundle, index, before, after, bundle.zone.local_day(time), sign, collector);
  }
}

void add_timeline(const definition::Bundle& bundle, std::uint16_t index, std::span<const Step> steps, std::int64_t sign,
                  Collector& collector) {
  const CaseState* before = nullptr;
  for (const auto& step : steps) {
    add_step(bundle, index, before, *step.state, step.time, sign, collector);
    before = step.state.get();
  }
}

model::KindId kind_of(std::span<const Step> a, std::span<const Step> b) {
  if (!b.empty()) return b.back().state->kind;
  return a.empty() ? model::kNone16 : a.back().state->kind;
}

}  // namespace

void append_next(std::vector<Delta>& out, const definition::Bundle& bundle, const CaseState* before, const CaseState& after, Instant time) {
  if (after.kind == model::kNone16) return;
  const definition::Touched changed = touched(before, after);
  for (const std::uint16_t metric : bundle.kinds[after.kind].metrics) {
    if (!bundle.metrics[metric].reads.meets(changed)) continue;
    Collector collector(out);
    add_step(bundle, metric, before, after, time, 1, collector);
    collector.finish();
  }
}

void append_refolded(std::vector<Delta>& out, const definition::Bundle& bundle, std::span<const Step> before, std::span<const Step> now) {
  const auto kind = kind_of(before, now);
  if (kind == model::kNone16) return;
  for (const std::uint16_t metric : bundle.kinds[kind].metrics) {
    Collector collector(out);
#ifndef DOCKET_FAULT_CONTRIBUTION_NOT_RETRACTED
    add_timeline(bundle, metric, before, -1, collector);
#endif
    add_timeline(bundle, metric, now, 1, collector);
    collector.finish();
  }
}

}  // namespace docket::measure
