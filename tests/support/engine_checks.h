// What must hold of any engine after any history: a replay of its ledger gives the same, and its figures are a recount of its cases.
#pragma once

#include "tests/support/engine_fixture.h"

namespace docket::testing {

inline void expect_replay_equal(EngineFixture& engine) {
  const auto replayed = engine.replay();
  auto& live = engine.projections;
  EXPECT_EQ(replayed->cases.size(), live.cases.size());
  for (const auto& [id, state] : live.cases) {
    ASSERT_TRUE(replayed->cases.contains(id));
    EXPECT_EQ(*replayed->cases.at(id), *state) << id;
  }
  EXPECT_EQ(replayed->wanted, live.wanted);
  const auto without_zeros = [](auto cells) {
    std::erase_if(cells, [](const auto& row) { return row.second == 0; });
    return cells;
  };
  EXPECT_EQ(without_zeros(replayed->by_occurred), without_zeros(live.by_occurred));
  EXPECT_EQ(replayed->position, live.position);
}

inline void expect_recount(EngineFixture& engine) {
  const auto& live = engine.projections;
  const auto& metrics = engine.bundle().metrics;
  std::map<std::tuple<std::uint16_t, std::uint8_t, std::string, model::Day, std::uint16_t>, std::int64_t> recount;
  for (const auto& [id, state] : live.cases) {
    const auto& opened_with = *engine.books().of(*state).bundle;  // of the same metrics
    for (std::uint16_t m = 0; m < metrics.size(); ++m) {
      for (const auto& row : measure::contributions(opened_with, m, *state))
        recount[{m, row.by, live.group_text(row.group), row.anchor, row.series}] += row.value;
    }
  }
  for (const auto& [key, value] : live.cells) {
    const auto& metric = metrics[std::get<0>(key)];
    if (metric.measure == definition::MetricDef::Measure::kStock) continue;
    const auto it = recount.find(key);
    EXPECT_EQ(value, it == recount.end() ? 0 : it->second) << metric.name << " day " << std::get<3>(key);
  }
  for (const auto& [key, value] : recount) {
    EXPECT_TRUE(value == 0 || live.cells.contains(key)) << metrics[std::get<0>(key)].name;
  }
}

}  // namespace docket::testing
