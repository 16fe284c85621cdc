// The bench workload against the real engine: the generator's own truth is what the ledger's projections say.
#include <gtest/gtest.h>

#include "bench/case5/case5.h"
#include "tests/support/engine_fixture.h"
#include "tests/unit/definition_fixture.h"

namespace docket::bench {
namespace {

using testing::EngineFixture;
using testing::MemoryProjections;

definition::BundlePtr bench_office() {
  auto texts = definition::shipped_texts();
  const std::filesystem::path root = std::filesystem::path(DOCKET_SOURCE_DIR) / "bench/schemas";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    texts[std::filesystem::relative(entry.path(), root).generic_string()] =
        std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  auto compiled = definition::compile(texts, "bench");
  for (const auto& each : compiled.diagnostics) ADD_FAILURE() << each.format();
  return compiled.bundle;
}

// The engine's answer in the truth's own form.
Case5Truth answered(const MemoryProjections& projections, const definition::Bundle& bundle) {
  Case5Truth out;
  for (const auto& [id, state] : projections.cases) {
    const auto& kind = bundle.kinds[state->kind];
    ++out.states[{kind.name, kind.scopes[0].states[state->scope.state].name}];
  }
  for (const auto& [key, value] : projections.cells) {
    const auto& [metric, by, unit, day, series] = key;
    if (by != 1 || value == 0) continue;
    const std::string& name = bundle.metrics[metric].name;
    const std::string figure = name.substr(name.find('_') + 1);
    auto& cell = out.cells[{unit, model::format_date(day).substr(0, 7)}];
    const auto add = [&, value = value](std::uint64_t& to) { to += static_cast<std::uint64_t>(value); };
    const bool numerator = series == measure::kNumerator;
    if (!numerator && series != measure::kDenominator) continue;
    if (figure == "opened" && numerator) add(cell.opened);
    if (figure == "closed" && numerator) add(cell.closed);
    if (figure == "on_time") add(numerator ? cell.on_time : cell.due);
    if (figure == "completed" && numerator) add(cell.completed);
    if (figure == "satisfaction") add(numerator ? cell.satisfaction : cell.rated);
  }
  return out;
}

TEST(Case5, EngineGivesTheGeneratorsTruth) {
  const auto bundle = bench_office();
  ASSERT_NE(bundle, nullptr);
  EngineFixture engine(bundle);
  Case5Options options;
  options.cases = 1000;
  Case5 workload(options);
  using Kind = partition::EventOutcome::Kind;
  std::string event;
  Case5Fate fate{};
  while (workload.next(event, &fate)) {
    const auto outcome = engine.offer(event);
    const std::string said = event + " " + outcome.refusal.detail;
    switch (fate) {
      case Case5Fate::kAccepted:
        EXPECT_TRUE(outcome.kind == Kind::kAccepted || outcome.kind == Kind::kParked) << said;
        break;
      case Case5Fate::kDuplicate:
        EXPECT_TRUE(outcome.kind == Kind::kDuplicate || outcome.kind == Kind::kParked) << said;
        break;
      case Case5Fate::kRejected:
        EXPECT_EQ(outcome.kind, Kind::kRejected) << said;
        break;
    }
  }
  EXPECT_TRUE(engine.projections.parked_rows.empty());
  const auto answer = answered(engine.projections, *bundle);
  EXPECT_EQ(answer.text(), workload.truth().text());
  EXPECT_EQ(answer, workload.truth());
  EXPECT_EQ(answer.hash(), workload.truth().hash());
}

TEST(Case5, SharesAreAsSaid) {
  Case5Options options;
  options.cases = 20'000;
  Case5 workload(options);
  std::string event;
  std::size_t smallest = 1'000'000;
  std::size_t largest = 0;
  Case5Fate fate{};
  while (workload.next(event, &fate)) {
    if (fate == Case5Fate::kRejected) continue;
    smallest = std::min(smallest, event.size());
    largest = std::max(largest, event.size());
  }
  const auto& counts = workload.counts();
  EXPECT_EQ(counts.accepted, 100'000U);
  EXPECT_EQ(counts.rejected, 10U);
  EXPECT_EQ(counts.events, counts.accepted + counts.duplicates + counts.rejected);
  EXPECT_NEAR(static_cast<double>(counts.duplicates), 2000, 200);
  EXPECT_NEAR(static_cast<double>(counts.out_of_order), 1000, 150);
  EXPECT_NEAR(static_cast<double>(counts.late), 100, 40);
  EXPECT_GT(smallest, 256U + 150U);
  EXPECT_LT(largest, 256U + 400U);
  // Zipf: the first of fifty has about a fifth of all, the second half of that.
  std::map<std::string, std::uint64_t> by_unit;
  std::uint64_t cases = 0;
  for (const auto& [key, cell] : workload.truth().cells) by_unit[key.first] += cell.opened;
  for (const auto& [key, count] : workload.truth().states) cases += count;
  EXPECT_EQ(cases, 20'000U);
  EXPECT_EQ(by_unit.size(), 50U);
  EXPECT_NEAR(static_cast<double>(by_unit["u01"]), 20'000 / 4.499, 250);
  EXPECT_NEAR(static_cast<double>(by_unit["u02"]), 20'000 / 8.998, 200);
}

TEST(Case5, SameSeedSameTruth) {
  const auto truth_of = [](std::uint64_t seed) {
    Case5Options options;
    options.seed = seed;
    options.cases = 500;
    Case5 workload(options);
    std::string event;
    std::string all;
    while (workload.next(event)) all += event + "\n";
    return std::pair(all, workload.truth().hash());
  };
  EXPECT_EQ(truth_of(4), truth_of(4));
  EXPECT_NE(truth_of(4).second, truth_of(5).second);
}

TEST(Case5, TextRoundsHalfUp) {
  Case5Truth truth;
  truth.states[{"bench-a", "open"}] = 2;
  truth.cells[{"u01", "2025-07"}] = {3, 2, 3, 1, 2, 2, 1301};
  truth.cells[{"u02", "2025-07"}] = {};
  EXPECT_EQ(truth.text(), "bench-a open 2\nu01 2025-07 3 2 3 1 2 666667 2 1301 651\nu02 2025-07 0 0 0 0 0 - 0 0 -\n");
}

}  // namespace
}  // namespace docket::bench
