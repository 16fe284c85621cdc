// Figures against a naive model: a sum over all deltas that were ever applied.
#include <gtest/gtest.h>

#include <algorithm>

#include "projection_samples.h"
#include "projections/metrics/delta_table.h"
#include "projections/metrics/periods.h"

namespace docket::projections {
namespace {

using samples::Chain;
using samples::TempFolder;

struct Wanted {
  std::uint16_t metric = 0;
  std::uint8_t by = 0;
  std::optional<model::Day> start;
  model::Day end = 0;
  std::optional<std::string> group;
  std::optional<model::Day> at_day;
  std::optional<model::Day> known_day;
};

metrics::Totals naive(const Chain& chain, const definition::Bundle& bundle, const Wanted& wanted) {
  metrics::Totals totals;
  for (const auto& [recorded, delta] : chain.deltas()) {
    if (delta.metric != wanted.metric || delta.by != wanted.by) continue;
    if ((wanted.start && delta.anchor < *wanted.start) || delta.anchor >= wanted.end) continue;
    if (wanted.at_day && delta.occurred > *wanted.at_day) continue;
    if (wanted.known_day && recorded > *wanted.known_day) continue;
    const std::string group = delta.group.present() ? bundle.symbols.text(delta.group.as_symbol()) : "";
    if (wanted.group && group != *wanted.group) continue;
    metrics::add_to(totals[group], delta.series, delta.value);
  }
  return totals;
}

// Figures without groups and series that are zero: a cell that was touched may show as zeros or not at all.
metrics::Totals figures(metrics::Totals totals) {
  for (auto it = totals.begin(); it != totals.end();) {
    while (!it->second.empty() && it->second.back() == 0) it->second.pop_back();
    it = it->second.empty() ? totals.erase(it) : std::next(it);
  }
  return totals;
}

void compare(const Projections& projections, Chain& chain, const definition::Bundle& bundle) {
  const auto today = static_cast<model::Day>(chain.recorded() / model::kMsPerDay);
  for (int i = 0; i < 60; ++i) {
    Wanted wanted;
    wanted.metric = static_cast<std::uint16_t>(chain.pick(2));
    wanted.by = static_cast<std::uint8_t>(chain.pick(2));
    wanted.end = today - 400 + chain.pick(480);
    if (chain.pick(2) == 0) wanted.start = wanted.end - chain.pick(500);
    if (chain.pick(4) == 0) wanted.start = metrics::year_start(today), wanted.end = today + 60;
    if (chain.pick(4) == 0) wanted.group = chain.pick(2) == 0 ? "u2" : "";
    const model::Day past = today - chain.pick(200);
    switch (chain.pick(4)) {
      case 0:
        wanted.at_day = past;
        break;
      case 1:
        wanted.at_day = metrics::month_start(past) - 1;
        break;
      case 2:
        wanted.known_day = past;
        break;
      default:
        break;
    }
    const std::string name = bundle.metrics[wanted.metric].name;
    Result<metrics::Totals> got = Error{};
    if (wanted.start) {
      got = projections.cells({name, 1, wanted.by, *wanted.start, wanted.end, wanted.group, wanted.at_day, wanted.known_day});
    } else {
      got = projections.prefix({name, 1, wanted.by, wanted.end - 1, wanted.group, wanted.at_day, wanted.known_day});
    }
    ASSERT_TRUE(got.ok());
    EXPECT_EQ(figures(*got), figures(naive(chain, bundle, wanted)))
        << name << " by " << int{wanted.by} << " from " << wanted.start.value_or(-1) << " to " << wanted.end << " at "
        << wanted.at_day.value_or(-1) << " known " << wanted.known_day.value_or(-1);
  }
}

TEST(ProjectionMetrics, FiguresAreTheSumOfTheirDeltas) {
  for (const std::uint64_t seed : {11U, 12U}) {
    TempFolder folder;
    const auto bundle = samples::office();
    const auto projections = samples::open_or_fail(samples::options_for(folder / "p", bundle));
    Chain chain(seed, bundle);
    for (int i = 0; i < 400; ++i) {
      projections->apply(chain.next(chain.pick(4)));
      if (i % 37 == 20) {
        ASSERT_TRUE(projections->flush().ok());
      }
      if (i % 50 == 49) compare(*projections, chain, *bundle);
    }
    ASSERT_GT(chain.deltas().size(), 1000U);
    ASSERT_TRUE(projections->flush().ok());
    compare(*projections, chain, *bundle);
  }
}

TEST(ProjectionMetrics, BothAxesAtOnceAreRefused) {
  TempFolder folder;
  const auto projections = samples::open_or_fail(samples::options_for(folder / "p", samples::office()));
  const auto got = projections->cells({"rate", 1, 0, 0, 1, {}, 0, 0});
  ASSERT_FALSE(got.ok());
  EXPECT_EQ(got.error().code, ErrorCode::kInvalid);
  EXPECT_TRUE(projections->cells({"unheard-of", 1, 0, 0, 1, {}, {}, {}})->empty());
}

TEST(ProjectionMetrics, ChangesAfterThePeriodsEndAreRestatements) {
  TempFolder folder;
  const auto bundle = samples::office();
  const auto projections = samples::open_or_fail(samples::options_for(folder / "p", bundle));
  const model::Day march = samples::kEpochDay;
  const auto change = [&](model::Height height, model::Day recorded, model::Day anchor, std::int64_t value, bool backfill) {
    Chain chain(1, bundle);
    chain.set_recorded(samples::at_day(recorded));
    auto block = chain.put(1, "c", 0, "u1");
    auto& applied = block.records[0];
    applied.height = height;
    auto record = std::make_shared<ledger::Record>(*applied.record);
    record->backfill = backfill;
    applied.record = record;
    measure::Delta delta;
    delta.anchor = anchor;
    delta.occurred = recorded;
    delta.value = value;
    applied.deltas = {delta};
    delta.by = 1;
    delta.group = model::Value::symbol(bundle->symbols.find("u1"));
    applied.deltas.push_back(delta);
    block.position.height = height + 1;
    projections->apply(std::move(block));
  };
  change(0, march + 30, march + 5, 1, false);  // 31 March: the month is not over
  change(1, march + 31, march + 5, 2, false);  // 1 April: it is
  change(2, march + 32, march + 33, 3, false);
  change(3, march + 40, march + 5, 4, true);
  for (const bool flushed : {false, true}) {
    if (flushed) {
      ASSERT_TRUE(projections->flush().ok());
    }
    const auto rows = projections->restatements("rate", 1, march + 3);
    ASSERT_TRUE(rows.ok());
    ASSERT_EQ(rows->size(), 1U);
    EXPECT_EQ((*rows)[0].partition, 1);
    EXPECT_EQ((*rows)[0].row.height, 1U);
    EXPECT_EQ((*rows)[0].row.case_id, "c");
    const std::vector<metrics::RestatedCell> cells = {{0, 0, march + 5, "", 2}, {1, 0, march + 5, "u1", 2}};
    EXPECT_EQ((*rows)[0].row.cells, cells);
    EXPECT_TRUE(projections->restatements("rate", 1, march + 33)->empty());
  }
}

TEST(ProjectionMetrics, DeltaTableKeepsEveryCellApart) {
  metrics::DeltaTable table;
  for (int round = 0; round < 2; ++round) {
    for (std::uint32_t group = 0; group < 10; ++group) {
      for (model::Day day = -20; day < 20; ++day) table.add({group, day, day + 1, day + 2, 1, static_cast<std::uint8_t>(group % 3), true});
    }
  }
  int cells = 0;
  table.each([&](const metrics::DeltaEntry& entry) {
    ++cells;
    EXPECT_EQ(entry.value, 2);
    EXPECT_EQ(entry.recorded, entry.anchor + 1);
  });
  EXPECT_EQ(cells, 400);
}

}  // namespace
}  // namespace docket::projections
