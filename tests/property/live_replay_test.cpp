// Live against replay of the same ledger, on the real projections: byte-equal in every column family after each event, whatever was frozen,
// written back or lost in between; and the figures equal a recount of the cases. Another seed: DOCKET_SEED=7.
#include <gtest/gtest.h>

#include <iostream>

#include "tests/support/histories.h"
#include "tests/support/seed.h"
#include "tests/support/store_fixture.h"
#include "tests/unit/definition_fixture.h"

namespace docket::testing {
namespace {

std::uint64_t seed_of_run() { return seed_or(5); }

constexpr Instant kStart = 1'790'000'000'000;

// A random history in random order: late, corrected, voided, reopened, paused, extended, merged, and what waits too long for anything.
std::vector<std::string> deliveries(const definition::BundlePtr& bundle, std::size_t histories, std::uint64_t seed) {
  Histories source(bundle, seed, {2, 22, 20, 60});
  std::vector<std::string> out;
  for (std::size_t n = 0; n < histories; ++n) {
    const auto order = random_order(source.next(), seed * 100 + n);
    out.insert(out.end(), order.begin(), order.end());
  }
  return out;
}

TEST(LiveReplay, EveryFamilyIsEqualAfterEachEvent) {
  const auto bundle = definition::load_office("example");
  StoreFixture live(bundle, kStart);
  StoreFixture replayed(bundle, kStart, &live);
  walk::Random random(seed_of_run());
  std::size_t n = 0;
  for (const auto& json : deliveries(bundle, 2, seed_of_run())) {
    SCOPED_TRACE("seed " + std::to_string(seed_of_run()) + ", event " + std::to_string(++n));
    live.set_now(live.now() + random.between(1, 90) * 60'000);
    live.offer(json);
    replayed.follow();
    live.flush();
    replayed.flush();
    ASSERT_EQ(live.digest(), replayed.digest());
    ASSERT_TRUE(n % 40 != 0 || live.dump() == replayed.dump());
  }
  const auto text = live.dump();
  ASSERT_EQ(text, replayed.dump());
  EXPECT_NE(text.find("\nmetrics_known "), std::string::npos);
  std::cout << "seed " << seed_of_run() << ": " << n << " deliveries, " << text.size() << " bytes of rows\n";
}

TEST(LiveReplay, WriteBacksAndRestartsLeaveNoTrace) {
  const auto bundle = definition::load_office("example");
  StoreFixture live(bundle, kStart);
  walk::Random random(seed_of_run() + 1);
  std::size_t restarts = 0;
  std::size_t n = 0;
  for (const auto& json : deliveries(bundle, 4, seed_of_run() + 1)) {
    ++n;
    live.set_now(live.now() + random.between(1, 90) * 60'000);
    live.offer(json);
    if (random.percent(6)) live.flush();
    if (random.percent(4)) {
      live.restart();
      ++restarts;
    }
    if (n % 90 != 0) continue;
    SCOPED_TRACE("seed " + std::to_string(seed_of_run()) + ", event " + std::to_string(n));
    StoreFixture fresh(bundle, kStart, &live);
    live.flush();
    fresh.flush();
    ASSERT_EQ(live.dump(), fresh.dump());
  }
  EXPECT_GT(restarts, 3U);
  StoreFixture fresh(bundle, kStart, &live);
  live.flush();
  fresh.flush();
  ASSERT_EQ(live.dump(), fresh.dump());
  ASSERT_EQ(live.cases().size(), fresh.cases().size());
  for (const auto& [id, state] : fresh.cases()) ASSERT_EQ(*live.projections().find(0, id), *state) << id;
}

// Every metric, total and by each dimension, over all time, against the contributions of the cases as they are.
TEST(LiveReplay, FiguresEqualARecount) {
  const auto bundle = definition::load_office("example");
  StoreFixture live(bundle, kStart);
  walk::Random random(seed_of_run() + 2);
  for (const auto& json : deliveries(bundle, 4, seed_of_run() + 2)) {
    live.set_now(live.now() + random.between(1, 60) * 60'000);
    live.offer(json);
    if (random.percent(5)) live.flush();
  }
  std::size_t compared = 0;
  for (std::size_t m = 0; m < bundle->metrics.size(); ++m) {
    const auto& metric = bundle->metrics[m];
    using Measure = definition::MetricDef::Measure;
    if (metric.measure == Measure::kCombine || metric.measure == Measure::kComplement) continue;
    const auto index = static_cast<std::uint16_t>(m);
    for (std::uint8_t by = 0; by <= metric.by.size(); ++by) {
      std::map<std::string, std::map<std::size_t, std::int64_t>> want;
      const model::Day day = model::day_from_date({2030, 1, 1});  // after everything: what can turn overdue has done so
      for (const auto& [id, state] : live.cases()) {
        const auto rows = metric.measure == Measure::kStock ? measure::stock_at(*bundle, index, *state, bundle->zone.day_end(day))
                                                            : measure::contributions(*bundle, index, *state);
        if (state->voided) continue;
        for (const auto& row : rows) {
          if (row.by == by) want[row.group.present() ? partition::key_text(*bundle, row.group) : std::string()][row.series] += row.value;
        }
      }
      projections::PrefixQuery prefix;
      prefix.metric = metric.name;
      prefix.version = metric.version;
      prefix.by = by;
      prefix.day = day;
      projections::CellQuery cells;
      cells.metric = metric.name;
      cells.version = metric.version;
      cells.by = by;
      cells.start = 0;
      cells.end = 100'000;
      const auto got = metric.measure == Measure::kStock ? live.projections().prefix(prefix) : live.projections().cells(cells);
      ASSERT_TRUE(got.ok());
      std::map<std::string, std::map<std::size_t, std::int64_t>> have;
      for (const auto& [group, sums] : *got) {
        for (std::size_t series = 0; series < sums.size(); ++series) {
          if (sums[series] != 0) have[group][series] = sums[series];
        }
      }
      for (auto& [group, sums] : want) std::erase_if(sums, [](const auto& row) { return row.second == 0; });
      std::erase_if(want, [](const auto& row) { return row.second.empty(); });
      EXPECT_EQ(have, want) << metric.name << " by " << int{by} << ", seed " << seed_of_run();
      compared += want.size();
    }
  }
  EXPECT_GT(compared, 50U);
}

}  // namespace
}  // namespace docket::testing
