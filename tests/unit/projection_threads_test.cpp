// Two workers under many small freezes, with readers beside them. Run with the thread sanitizer this is the test of the locks; without
// it, of totals that no reader may ever see torn.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "projection_samples.h"

namespace docket::projections {
namespace {

using samples::TempFolder;

constexpr int kBlocks = 300;
constexpr model::Day kAnchor = samples::kEpochDay + 40;

// Each block adds 1 and takes 1 away in two groups: every sum over both is zero at each block boundary.
partition::AppliedBlock balanced(samples::Chain& chain, int partition, int i) {
  auto block =
      chain.put(partition, "p" + std::to_string(partition) + "-" + std::to_string(i % 20), static_cast<model::StateId>(i % 3), "u1");
  auto second =
      chain.put(partition, "p" + std::to_string(partition) + "-" + std::to_string((i + 7) % 20), static_cast<model::StateId>(i % 2), "u2");
  block.records.push_back(second.records[0]);
  block.position = second.position;
  measure::Delta delta;
  delta.by = 1;
  delta.anchor = kAnchor;
  delta.occurred = samples::kEpochDay;
  delta.group = model::Value::symbol(0);
  delta.value = 1;
  block.records[0].deltas = {delta};
  delta.group = model::Value::symbol(1);
  delta.value = -1;
  block.records[1].deltas = {delta};
  return block;
}

TEST(ProjectionThreads, TwoWorkersAndReadersAtOnce) {
  TempFolder folder;
  auto options = samples::options_for(folder / "p", samples::office());
  options.workers = {{0, 1}, {2, 3}};
  options.limits.events = 16;
  const auto projections = samples::open_or_fail(options);
  std::atomic<int> running{2};
  std::vector<std::thread> threads;
  for (const int worker : {0, 1}) {
    threads.emplace_back([&, worker] {
      samples::Chain chain(static_cast<std::uint64_t>(worker), samples::office());
      for (int i = 0; i < kBlocks;) {
        projections->tick(static_cast<std::size_t>(worker), i);
        if (projections->full(static_cast<std::size_t>(worker))) {
          std::this_thread::yield();
          continue;
        }
        projections->apply(balanced(chain, worker * 2 + i % 2, i));
        ++i;
      }
      --running;
    });
  }
  std::atomic<int> torn{0};
  for (int reader = 0; reader < 2; ++reader) {
    threads.emplace_back([&, reader] {
      while (running > 0) {
        CellQuery cells{"rate", 1, 1, kAnchor, kAnchor + 1, {}, {}, {}};
        if (reader == 0) cells.at_day = samples::kEpochDay;
        std::int64_t sum = 0;
        const auto totals = projections->cells(cells);
        if (!totals.ok()) ++torn;
        if (totals.ok()) {
          for (const auto& [group, series] : *totals) sum += series.empty() ? 0 : series[0];
        }
        if (sum != 0) ++torn;
        ListQuery list;
        list.kind = "ticket";
        list.conditions = {{"state", {"busy", "done"}}};
        list.limit = 1000;
        const auto page = projections->list(list);
        if (!page.ok()) ++torn;
        const std::string id = "p" + std::to_string(reader) + "-3";
        const auto state = projections->find(reader, id);
        const auto history = projections->history(reader, id);
        if (state && history.size() < state->version) ++torn;
        static_cast<void>(projections->due(reader, 0, model::kForever, 10));
        static_cast<void>(projections->find_alias("ticket", "number", {"x"}));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(torn, 0);
  ASSERT_TRUE(projections->health().ok());
  ASSERT_TRUE(projections->flush().ok());

  // The same chains in one go give the same bytes.
  TempFolder other;
  const auto straight = samples::open_or_fail(samples::options_for(other / "p", samples::office()));
  for (const int worker : {0, 1}) {
    samples::Chain chain(static_cast<std::uint64_t>(worker), samples::office());
    for (int i = 0; i < kBlocks; ++i) straight->apply(balanced(chain, worker * 2 + i % 2, i));
  }
  ASSERT_TRUE(straight->flush().ok());
  EXPECT_EQ(samples::dump_all(*projections), samples::dump_all(*straight));
  const auto totals = straight->cells({"rate", 1, 1, kAnchor, kAnchor + 1, {}, {}, {}});
  ASSERT_TRUE(totals.ok());
  EXPECT_EQ(totals->at("u1")[0], 2 * kBlocks);
}

}  // namespace
}  // namespace docket::projections
