#include "engine/measure/contribution.h"

#include <algorithm>

#include "engine/apply/condition.h"
#include "engine/calendar/calendar.h"
#include "engine/measure/duration.h"
#include "engine/measure/fields.h"

namespace docket::measure {
namespace {

using definition::Anchor;
using definition::MetricDef;
using model::CaseState;
using Status = apply::ClockInstance::Status;

struct Placed {  // where an item's anchor puts it
  Instant at = model::kNoInstant;
  bool paused = false;
  const Anchor* by = nullptr;
};

// Anchors: the earliest of those that exist. A paused clock has no due; its item is the exclusion `paused` where it was.
Placed place(std::span<const Anchor> period, const Item& item) {
  Placed best;
  for (const auto& anchor : period) {
    const auto& scope = item.scope_of(anchor.scope);
    Placed here;
    here.by = &anchor;
    if (anchor.kind == Anchor::Kind::kEventFirst || anchor.kind == Anchor::Kind::kEventLast) {
      const auto* count = apply::count_of(scope, anchor.id);
      if (count == nullptr) continue;
      here.at = anchor.kind == Anchor::Kind::kEventFirst ? count->first : count->last;
    } else {
      const auto* clock = apply::newest(scope, static_cast<model::ClockId>(anchor.id));
      if (clock == nullptr || clock->status == Status::kCancelled || clock->due == model::kNoInstant) continue;
      if (anchor.kind == Anchor::Kind::kClockStop) {
        if (clock->status != Status::kStopped) continue;
        here.at = clock->stop;
      } else if (anchor.kind == Anchor::Kind::kClockStart) {
        here.at = clock->start;
      } else {
        here.at = anchor.kind == Anchor::Kind::kClockDue ? clock->due : clock->original_due;
        here.paused = clock->status == Status::kPaused;
      }
    }
    if (best.at == model::kNoInstant || here.at < best.at) best = here;
  }
  return best;
}

std::int64_t weight(const MetricDef& metric, const Item& item, std::optional<std::uint16_t> last) {
  const auto& ref = metric.weigh;
  const auto& value =
      apply::attribute(item.kind->scopes[ref.scope], item.scope_of(ref.scope), ref.id, ref.select, ref.round, item.state->round, last);
  if (!value.present()) return metric.weight_absent.value_or(metric.weight_else);
  for (const auto& [symbol, thousandths] : metric.weights) {
    if (value.type() == model::Value::Type::kSymbol && symbol == value.as_symbol()) return thousandths;
  }
  return metric.weight_else;
}

// Nothing: the item has no value there.
std::optional<std::int64_t> number(const definition::FieldRef& ref, const Item& item, std::optional<std::uint16_t> last) {
  const auto& value =
      apply::attribute(item.kind->scopes[ref.scope], item.scope_of(ref.scope), ref.id, ref.select, ref.round, item.state->round, last);
  return value.present() ? std::optional(value.number()) : std::nullopt;
}

struct Took {  // milliseconds
  std::int64_t plain = 0;
  std::int64_t working = 0;
};

// Nothing: it has not begun, or not ended.
std::optional<Took> took(const definition::Bundle& bundle, const MetricDef::Duration& duration, const Item& item) {
  const Instant from = place(std::span(&duration.from, 1), item).at;
  const Instant to = place(std::span(&duration.to, 1), item).at;
  if (from == model::kNoInstant || to == model::kNoInstant) return std::nullopt;
  const auto working = [&](Instant a, Instant b) { return calendar::working_ms(*bundle.calendar, bundle.zone, a, b); };
  Took out{std::max<std::int64_t>(0, to - from), working(from, to)};
  if (!duration.less) return out;
  const auto* clock = apply::newest(item.scope_of(duration.less->scope), duration.less->clock);
  if (clock == nullptr) return out;
  for (const auto& pause : clock->pauses) {
    const Instant begin = std::max(from, pause.from);
    const Instant end = std::min(to, pause.to);
    if (begin >= end) continue;
    out.plain -= end - begin;
    out.working -= working(begin, end);
  }
  return out;
}

class Contributor {
 public:
  Contributor(const definition::Bundle& bundle, std::uint16_t index, std::vector<Contribution>& out, bool nothings = false)
      : bundle_(bundle), metric_(bundle.metrics[index]), out_(out), nothings_(nothings) {}

  void add(const Item& item) {
    const Placed placed = place(metric_.period, item);
    if (placed.at == model::kNoInstant) return;
    const Day day = bundle_.zone.local_day(placed.at);
    if (placed.paused) {
      emit(item, day, placed.at, kPaused, 1);
      return;
    }
    std::optional<std::uint16_t> last;
    const bool weighs = metric_.measure == MetricDef::Measure::kRatioWeigh || sums();
    if (weighs && metric_.weigh.select == definition::RoundSelect::kLast) {
      last = apply::last_round_with(item.scope_of(metric_.weigh.scope), metric_.weigh.id);
    }
    const apply::Seen seen{item.kind, item.state, item.part, nullptr, nullptr, model::kNoInstant, last, metric_.original_due};
    if (!apply::holds(seen, metric_.only)) return;
    std::optional<Took> time;
    if (metric_.measure == MetricDef::Measure::kDuration) {
      time = took(bundle_, metric_.duration, item);
      if (!time) return;
    }
    const std::int64_t base = denominator_of(item, last);
    if (base < 0) {
      if (nothings_) emit(item, day, placed.at, kLacking, 1);
      return;
    }
    const std::int64_t numerator = time ? time->plain : numerator_of(seen, item, last);
    for (std::size_t i = 0; i < metric_.except.size(); ++i) {
      if (!apply::holds(seen, metric_.except[i].when)) continue;
      emit(item, day, placed.at, static_cast<std::uint16_t>(kExclusions + 2 * i), base);
      emit(item, day, placed.at, static_cast<std::uint16_t>(kExclusions + 2 * i + 1), numerator);
      return;
    }
    if (item.state->backfilled) emit(item, day, placed.at, kBackfilled, 1);
    if (is_ratio() || time) emit(item, day, placed.at, kDenominator, base);
    if (metric_.measure == MetricDef::Measure::kRatioByEnd) {
      by_end(item, day, placed.at);
    } else {
      emit(item, day, placed.at, kNumerator, numerator);
    }
    if (!time) return;
    emit(item, day, placed.at, kWorkingMs, time->working);
    emit(item, day, placed.at, static_cast<std::uint16_t>(kBuckets + bucket_of(time->plain)), 1);
    emit(item, day, placed.at, static_cast<std::uint16_t>(kWorkingBuckets + bucket_of(time->working)), 1);
  }

 private:
  bool is_ratio() const {
    return metric_.measure == MetricDef::Measure::kRatioWhen || metric_.measure == MetricDef::Measure::kRatioWeigh ||
           metric_.measure == MetricDef::Measure::kRatioByEnd || sums();
  }
  bool sums() const { return metric_.measure == MetricDef::Measure::kRatioSums; }

  // One a case; of sums what the case brings (never below 0), or -1: it lacks one of the two, so it counts in neither.
  std::int64_t denominator_of(const Item& item, std::optional<std::uint16_t> last) const {
    if (!sums()) return 1;
    return number(metric_.weigh, item, last) ? number(metric_.weigh_of, item, last).value_or(-1) : -1;
  }

  std::int64_t numerator_of(const apply::Seen& seen, const Item& item, std::optional<std::uint16_t> last) const {
    switch (metric_.measure) {
      case MetricDef::Measure::kRatioWhen:
        return apply::holds(seen, metric_.when) ? 1 : 0;
      case MetricDef::Measure::kRatioWeigh:
        return weight(metric_, item, last);
      case MetricDef::Measure::kSum:
      case MetricDef::Measure::kRatioSums:
        return number(metric_.weigh, item, last).value_or(0);
      case MetricDef::Measure::kCount:
        return 1;
      default:
        return 0;
    }
  }

  void by_end(const Item& item, Day day, Instant at) {
    const auto* count = apply::count_of(item.scope_of(item.kind->events[metric_.by_end].scope), metric_.by_end);
    if (count == nullptr) return;
    const auto date = model::date_from_day(day);
    const auto first_of = [](int year, int month) {
      return model::day_from_date({month > 12 ? year + 1 : year, month > 12 ? month - 12 : month, 1});
    };
    const int quarter_month = (date.month - 1) / 3 * 3 + 1;
    const std::pair<std::uint16_t, Day> ends[] = {{kNumerator, day + 1},
                                                  {kNumeratorByMonth, first_of(date.year, date.month + 1)},
                                                  {kNumeratorByQuarter, first_of(date.year, quarter_month + 3)},
                                                  {kNumeratorByYear, first_of(date.year + 1, 1)}};
    for (const auto& [series, end] : ends) {
      if (count->first < bundle_.zone.day_start(end)) emit(item, day, at, series, 1);
    }
  }

  void emit(const Item& item, Day day, Instant at, std::uint16_t series, std::int64_t value) {
    if (value == 0 && !nothings_) return;
    out_.push_back({day, at, series, 0, {}, value});
    for (std::size_t i = 0; i < metric_.by.size(); ++i) {
      for_each_group(bundle_, item, metric_.by[i].field, [&](const model::Value& group) {
        out_.push_back({day, at, series, static_cast<std::uint8_t>(i + 1), group, value});
      });
    }
  }

  const definition::Bundle& bundle_;
  const MetricDef& metric_;
  std::vector<Contribution>& out_;
  const bool nothings_;  // rows of 0, and kLacking
};

// Nothing is counted of that case: another kind, or a metric that is made of others.
bool counts_none(const MetricDef& metric, const CaseState& state) {
  return metric.kind != state.kind || metric.measure == MetricDef::Measure::kStock || metric.measure == MetricDef::Measure::kCombine ||
         metric.measure == MetricDef::Measure::kComplement;
}

void add_stock(const definition::Bundle& bundle, const MetricDef& metric, const Item& item, Instant at, std::vector<Contribution>& out) {
  const apply::Seen seen{item.kind, item.state, item.part, nullptr, nullptr, at, {}, false};
  if (!apply::holds(seen, metric.stock)) return;
  const Day day = bundle.zone.local_day(at);
  out.push_back({day, at, kNumerator, 0, {}, 1});
  for (std::size_t i = 0; i < metric.by.size(); ++i) {
    for_each_group(bundle, item, metric.by[i].field, [&](const model::Value& group) {
      out.push_back({day, at, kNumerator, static_cast<std::uint8_t>(i + 1), group, 1});
    });
  }
}

}  // namespace

std::vector<Contribution> contributions(const definition::Bundle& bundle, std::uint16_t index, const CaseState& state) {
  std::vector<Contribution> out;
  const auto& metric = bundle.metrics[index];
  if (counts_none(metric, state)) return out;
  Contributor contributor(bundle, index, out);
  for_each_item(bundle, metric.scope, state, [&](const Item& item) { contributor.add(item); });
  return out;
}

std::vector<Contribution> stock_at(const definition::Bundle& bundle, std::uint16_t index, const CaseState& state, Instant at) {
  std::vector<Contribution> out;
  const auto& metric = bundle.metrics[index];
  if (metric.kind != state.kind) return out;
  for_each_item(bundle, metric.scope, state, [&](const Item& item) { add_stock(bundle, metric, item, at, out); });
  return out;
}

std::vector<ItemShare> item_shares(const definition::Bundle& bundle, std::uint16_t index, const CaseState& state) {
  std::vector<ItemShare> out;
  const auto& metric = bundle.metrics[index];
  if (counts_none(metric, state)) return out;
  for_each_item(bundle, metric.scope, state, [&](const Item& item) {
    ItemShare share{item.part, place(metric.period, item).by, {}};
    Contributor(bundle, index, share.rows, true).add(item);
    if (!share.rows.empty()) out.push_back(std::move(share));
  });
  return out;
}

std::vector<ItemShare> stock_shares(const definition::Bundle& bundle, std::uint16_t index, const CaseState& state, Instant at) {
  std::vector<ItemShare> out;
  const auto& metric = bundle.metrics[index];
  if (metric.kind != state.kind) return out;
  for_each_item(bundle, metric.scope, state, [&](const Item& item) {
    ItemShare share{item.part, nullptr, {}};
    add_stock(bundle, metric, item, at, share.rows);
    if (!share.rows.empty()) out.push_back(std::move(share));
  });
  return out;
}

const std::vector<Anchor>& anchors_of(const definition::Bundle& bundle, model::KindId kind) {
  static const std::vector<Anchor> kNone;
  return kind == model::kNone16 ? kNone : bundle.kinds[kind].anchors;
}

std::vector<AnchorDay> anchor_days(const definition::Bundle& bundle, const CaseState& state) {
  std::vector<AnchorDay> out;
  if (state.kind == model::kNone16) return out;
  const auto& anchors = anchors_of(bundle, state.kind);
  for (std::size_t i = 0; i < anchors.size(); ++i) {
    const std::span<const Anchor> one(&anchors[i], 1);
    for_each_instance(bundle, anchors[i].scope, state, [&](const Item& item) {
      const Placed placed = place(one, item);
      if (placed.at != model::kNoInstant) out.push_back({static_cast<std::uint8_t>(i), bundle.zone.local_day(placed.at)});
    });
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace docket::measure
