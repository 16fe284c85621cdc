// Metrics as a sum over cases (design.md section 4): a pure function from a case's timeline to contributions, and the
// differences that one record makes. Figures are integers (counts, thousandths, milliseconds).
// Thread rule: free functions over immutable input.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/definition/bundle.h"
#include "engine/model/case_state.h"

namespace docket::measure {

using model::Day;
using model::Instant;

// What one contribution adds to: a metric, a grouping (0 = total, i + 1 = MetricDef::by[i]) with its value, the local
// day of the anchor (the period; for a stock: the day its flow happens), and one of the metric's series.
enum Series : std::uint16_t {  // on disk: append only
  kNumerator = 0,              // also the figure of count, sum and stock
  kDenominator = 1,
  kBackfilled = 2,          // cases of the denominator (or count) with an event from a backfill source
  kPaused = 3,              // excluded because its clock is paused
  kNumeratorByMonth = 4,    // ratio by_end: had happened by the end of the anchor's month,
  kNumeratorByQuarter = 5,  // quarter,
  kNumeratorByYear = 6,     // year (kNumerator: by the end of its day)
  kWorkingMs = 7,           // duration: working time (kNumerator: all time, kDenominator: how many)
  // 8 + 2 i: cases excluded by except[i], of a ratio of sums their denominator; 9 + 2 i: what they would add to the numerator
  kExclusions = 8,
  kBuckets = 64,                      // duration: 64 + b have one in bucket b of all time (duration.h),
  kWorkingBuckets = kBuckets + 2048,  // this + b in bucket b of working time
  kLacking = 0xffff,                  // never on disk (ItemShare): of a ratio of sums, 1 where one of the two is lacking
};
static_assert(kExclusions + 2 * definition::MetricDef::kExceptMax <= kBuckets);

struct Delta {
  std::uint16_t metric = 0;  // index into Bundle::metrics
  std::uint8_t by = 0;
  std::uint16_t series = 0;
  Day anchor = 0;
  Day occurred = 0;    // local day of the event (fold order) that makes the difference; unused by `known`
  model::Value group;  // kNone with by == 0; kNone with by > 0: the case has no value there
  std::int64_t value = 0;
};

// One step of a case's fold: the state after the event at `time`.
struct Step {
  Instant time = 0;
  model::CasePtr state;
};

// The differences when `after` follows `before` (null: it opened) at the end of the fold. Occurred = the event's day.
void append_next(std::vector<Delta>& out, const definition::Bundle& bundle, const model::CaseState* before, const model::CaseState& after,
                 Instant time);
// The differences between two whole timelines (late events, corrections, displaced timers). Voided: `now` has a voided last state.
void append_refolded(std::vector<Delta>& out, const definition::Bundle& bundle, std::span<const Step> before, std::span<const Step> now);

// A case's contributions to one metric at an instant, by the exact fold (for `at` or `known_at` inside a day, and explain):
// `state` is the fold up to `at`; anchors after `at` are left out (not yet due).
struct Contribution {
  Day anchor = 0;
  Instant anchor_at = 0;
  std::uint16_t series = 0;
  std::uint8_t by = 0;
  model::Value group;
  std::int64_t value = 0;
};
[[nodiscard]] std::vector<Contribution> contributions(const definition::Bundle& bundle, std::uint16_t metric,
                                                      const model::CaseState& state);
// The value of a stock metric for that case at an instant (0 or 1 a case or part), with its groupings.
[[nodiscard]] std::vector<Contribution> stock_at(const definition::Bundle& bundle, std::uint16_t metric, const model::CaseState& state,
                                                 Instant at);

// What one item (the case, or an instance of the part that the metric is over) adds, nothings too: a row may say 0. The rows of all items
// add up to those of `contributions` or `stock_at`. Points into `state` and `bundle`.
struct ItemShare {
  const model::PartInstance* part = nullptr;   // null: the case
  const definition::Anchor* anchor = nullptr;  // that places it; null: a stock
  std::vector<Contribution> rows;
};
[[nodiscard]] std::vector<ItemShare> item_shares(const definition::Bundle& bundle, std::uint16_t metric, const model::CaseState& state);
[[nodiscard]] std::vector<ItemShare> stock_shares(const definition::Bundle& bundle, std::uint16_t metric, const model::CaseState& state,
                                                  Instant at);

// The days that may ever anchor a case in some metric of its kind: (anchor index, day). Index into anchors_of(kind).
struct AnchorDay {
  std::uint8_t anchor = 0;
  Day day = 0;
  friend auto operator<=>(const AnchorDay&, const AnchorDay&) = default;
};
[[nodiscard]] const std::vector<definition::Anchor>& anchors_of(const definition::Bundle& bundle, model::KindId kind);
[[nodiscard]] std::vector<AnchorDay> anchor_days(const definition::Bundle& bundle, const model::CaseState& state);

}  // namespace docket::measure
