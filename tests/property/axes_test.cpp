// Figures as of any instant on either axis, and on both, as the answers give them (connectors/node/figures.h over the real projections),
// equal an exact fold of the ledger cut at that instant. Another seed: DOCKET_SEED=7.
#include <gtest/gtest.h>

#include <iostream>

#include "connectors/local/projections_store.h"
#include "connectors/node/figures.h"
#include "tests/support/histories.h"
#include "tests/support/seed.h"
#include "tests/support/store_fixture.h"
#include "tests/unit/definition_fixture.h"

namespace docket::testing {
namespace {

std::uint64_t seed_of_run() { return seed_or(5); }

// The ledger up to an instant, read from nothing by replay into plain maps.
std::unique_ptr<MemoryProjections> cut(StoreFixture& live, const definition::BundlePtr& bundle, Instant known_at) {
  auto out = std::make_unique<MemoryProjections>(bundle);
  partition::LoopOptions options;
  options.ledger_id = "test-ledger";
  partition::PartitionLoop reader(options, live.books(), live.keys(), *out, *out, *out);
  ledger::ReadBatch batch;
  for (std::size_t i = 0; i < live.log().size(); ++i) {
    const auto block = ledger::decode_block(live.log()[i]);
    if (block.ok() && block->recorded > known_at) break;
    batch.blocks.push_back({static_cast<ledger::Offset>(i), live.log()[i]});
    batch.next = static_cast<ledger::Offset>(i + 1);
  }
  batch.end = true;
  reader.read_done(batch);
  EXPECT_EQ(reader.stop_reason(), "");
  return out;
}

using Sums = std::map<std::string, std::map<std::size_t, std::int64_t>>;

// Every case of the cut as of that instant: read and folded once for all metrics.
std::vector<model::CaseState> folded_cases(const definition::BundlePtr& bundle, StoreFixture& live, const MemoryProjections& known,
                                           Instant at) {
  std::vector<model::CaseState> out;
  const partition::HistoryLoader loader(*bundle, live.ingest(), known, known);
  for (const auto& [id, state] : known.cases) {
    const auto history = loader.load(0, id);
    EXPECT_TRUE(history.ok());
    const auto events = history->folded();
    auto folded = apply::fold(*bundle, id, events, history->overlay(), at);
    EXPECT_TRUE(folded.ok());
    if (folded->scope.state != model::kNotOpened) out.push_back(std::move(*folded));
  }
  return out;
}

// What these cases add, one by one.
Sums exact(const definition::BundlePtr& bundle, const std::vector<model::CaseState>& cases, std::uint16_t metric, std::uint8_t by,
           const node::Period& period, Instant at) {
  Sums out;
  const bool stock = bundle->metrics[metric].measure == definition::MetricDef::Measure::kStock;
  for (const auto& folded : cases) {
    for (const auto& row : stock ? measure::stock_at(*bundle, metric, folded, at) : measure::contributions(*bundle, metric, folded)) {
      if (row.by != by || row.value == 0) continue;
      if (!stock && (row.anchor < period.from || row.anchor >= period.to || row.anchor_at > at)) continue;
      auto& sum = out[row.group.present() ? partition::key_text(*bundle, row.group) : std::string()][row.series];
      sum += row.value;
    }
  }
  for (auto& [group, sums] : out) std::erase_if(sums, [](const auto& row) { return row.second == 0; });
  std::erase_if(out, [](const auto& row) { return row.second.empty(); });
  return out;
}

Sums nonzero(const node::GroupSums& groups) {
  Sums out;
  for (const auto& [group, sums] : groups) {
    for (std::size_t i = 0; i < sums.size(); ++i) {
      if (sums[i] != 0) out[group][i] = sums[i];
    }
  }
  return out;
}

TEST(Axes, FiguresEqualAnExactFoldOfTheCutLedger) {
  const auto bundle = definition::load_office("example");
  Histories source(bundle, seed_of_run(), {4, 26, 15, 60});
  std::vector<Delivery> events;
  for (int n = 0; n < 3; ++n) {
    const auto some = as_recorded(source.next());
    events.insert(events.end(), some.begin(), some.end());
  }
  std::stable_sort(events.begin(), events.end(), [](const auto& a, const auto& b) { return a.recorded < b.recorded; });
  StoreFixture live(bundle, events.front().recorded);
  const Instant first = events.front().recorded;
  walk::Random random(seed_of_run());
  for (const auto& event : events) {  // some are told days after they happened
    live.set_now(std::max(live.now(), event.recorded) + (random.percent(10) ? random.between(0, 2 * 24 * 60) * 60'000 : 1));
    live.offer(event.json);
    if (random.percent(4)) live.flush();
  }
  const Instant now = live.now() + random.between(1, 60) * 60'000;
  const Instant end = now;
  local::ProjectionsStore store(live.take_projections());
  partition::RecordSealer sealer("test-ledger", live.keys());
  const node::Reading reading{*bundle, store, live, live.books(), sealer, now};
  const auto instant = [&] { return random.between(first, end); };
  const auto text_of = [&](Instant at, bool day) {
    return day ? model::format_date(bundle->zone.local_day(at)) : model::format_instant(at);
  };
  std::size_t compared = 0;
  std::size_t filled = 0;
  for (int round = 0; round < 36; ++round) {
    service::Query query;
    if (round % 4 != 0) query.params.emplace_back("at", text_of(instant(), random.percent(50)));
    if (round % 4 > 1) query.params.emplace_back("known_at", text_of(instant(), random.percent(50)));
    if (round % 4 == 2) query.params.erase(query.params.begin());
    const auto as_of = reading.as_of(node::Params(query));
    std::string asked = "seed " + std::to_string(seed_of_run()) + ", now " + model::format_instant(now);
    for (const auto& [name, value] : query.params) asked += ", " + name + " " + value;
    const auto known = cut(live, bundle, as_of.known_at);
    const auto cases = folded_cases(bundle, live, *known, as_of.at);
    for (std::size_t m = 0; m < bundle->metrics.size(); ++m) {
      const auto& metric = bundle->metrics[m];
      using Measure = definition::MetricDef::Measure;
      if (metric.measure == Measure::kCombine || metric.measure == Measure::kComplement) continue;
      const auto by = static_cast<std::uint8_t>(random.below(metric.by.size() + 1));
      const auto day = bundle->zone.local_day(instant());
      constexpr node::PeriodKind kKinds[] = {node::PeriodKind::kDay, node::PeriodKind::kMonth, node::PeriodKind::kQuarter,
                                             node::PeriodKind::kYear, node::PeriodKind::kYear};
      const auto period = node::period_of(kKinds[random.below(5)], day);
      const auto index = static_cast<std::uint16_t>(m);
      const auto want = exact(bundle, cases, index, by, period, as_of.at);
      EXPECT_EQ(nonzero(node::figures(reading, index, by, period, as_of).groups), want)
          << metric.name << " by " << int{by} << " in " << period.name << "; " << asked;
      ++compared;
      filled += want.empty() ? 0U : 1U;
    }
  }
  std::cout << "seed " << seed_of_run() << ": " << compared << " figures, " << filled << " of them not empty\n";
  EXPECT_GT(filled, compared / 12);
}

}  // namespace
}  // namespace docket::testing
