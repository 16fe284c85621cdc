// Active, frozen, store: the same answers wherever the rows lie, the same bytes wherever a layer ended, an old height after a stop.
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <stdexcept>

#include "projection_samples.h"

namespace docket::projections {
namespace {

using samples::Chain;
using samples::TempFolder;

// Applies the chain of `seed`, calling `between` after each block.
void run(Projections& projections, std::uint64_t seed, int blocks, const std::function<void(int)>& between) {
  Chain chain(seed, samples::office());
  for (int i = 0; i < blocks; ++i) {
    projections.apply(chain.next(chain.pick(4)));
    if (between) between(i);
  }
}

TEST(ProjectionLayers, BytesDoNotDependOnWhereLayersEnd) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    std::string expected;
    for (const int every : {0, 1, 7, 50}) {
      TempFolder folder;
      const auto projections = samples::open_or_fail(samples::options_for(folder / "p", samples::office()));
      run(*projections, seed, 200, [&](int i) {
        if (every > 0 && i % every == 0) {
          ASSERT_TRUE(projections->flush().ok());
        }
      });
      ASSERT_TRUE(projections->flush().ok());
      const std::string dump = samples::dump_all(*projections);
      if (expected.empty()) expected = dump;
      EXPECT_EQ(dump, expected) << "seed " << seed << ", a layer every " << every << " blocks";
    }
    EXPECT_NE(expected.find("\nmetrics_known "), std::string::npos);
    EXPECT_NE(expected.find("\nhistory "), std::string::npos);
    EXPECT_NE(expected.find("\naliases "), std::string::npos);
  }
}

TEST(ProjectionLayers, AnswersDoNotDependOnTheLayer) {
  TempFolder folder;
  const auto projections = samples::open_or_fail(samples::options_for(folder / "p", samples::office()));
  Chain chain(5, samples::office());
  for (int i = 0; i < 300; ++i) {
    projections->apply(chain.next(chain.pick(4)));
    if (i % 40 == 17) {
      ASSERT_TRUE(projections->flush().ok());
    }
    if (i % 20 != 3) continue;
    for (const auto& [id, state] : chain.cases()) {
      const auto found = projections->find(id[1] - '0', id);
      ASSERT_TRUE(found) << id;
      EXPECT_EQ(*found, *state);
    }
    for (const auto& [id, heights] : chain.histories()) {
      std::vector<model::Height> got;
      for (const auto& row : projections->history(id[1] - '0', id)) got.push_back(row.height);
      EXPECT_EQ(got, heights) << id;
    }
  }
  EXPECT_EQ(projections->find(0, "nobody"), nullptr);
  EXPECT_TRUE(projections->history(0, "nobody").empty());
  EXPECT_TRUE(projections->health().ok());
}

TEST(ProjectionLayers, IdentitiesAndParkedFollowTheirLastRecord) {
  TempFolder folder;
  const auto projections = samples::open_or_fail(samples::options_for(folder / "p", samples::office()));
  std::array<std::uint8_t, 16> fingerprint{};
  fingerprint[3] = 7;
  const auto block = [&](model::Height height, ledger::RecordKind kind, model::Height resolves) {
    partition::AppliedBlock made;
    partition::Applied applied;
    applied.height = height;
    applied.identity = {fingerprint, 100 + height};
    auto record = std::make_shared<ledger::Record>();
    record->kind = kind;
    record->until = 5000;
    applied.record = record;
    applied.case_id = "c";
    applied.resolves = resolves;
    made.records.push_back(applied);
    made.position = {1, height + 1, 9};
    return made;
  };
  for (const bool flushed : {false, true}) {
    const model::Height first = flushed ? 10 : 0;
    projections->apply(block(first, ledger::RecordKind::kParked, model::kNoHeight));
    if (flushed) {
      ASSERT_TRUE(projections->flush().ok());
    }
    ASSERT_EQ(projections->parked(1).size(), 1U);
    EXPECT_EQ(projections->parked(1)[0].case_id, "c");
    EXPECT_EQ(projections->parked(1)[0].height, first);
    EXPECT_EQ(projections->parked(1)[0].until, 5000);
    EXPECT_EQ(projections->known(1, fingerprint)->height, first);
    projections->apply(block(first + 1, ledger::RecordKind::kAccepted, first));
    EXPECT_TRUE(projections->parked(1).empty());
    if (flushed) {
      ASSERT_TRUE(projections->flush().ok());
    }
    EXPECT_TRUE(projections->parked(1).empty());
    EXPECT_EQ(projections->known(1, fingerprint)->height, first + 1);
    EXPECT_EQ(projections->known(1, fingerprint)->tag, 101 + first);
    EXPECT_FALSE(projections->known(2, fingerprint).has_value());
  }
}

TEST(ProjectionLayers, RefusalsComeNewestFirstWhereverTheyLie) {
  TempFolder folder;
  auto options = samples::options_for(folder / "p", samples::office());
  std::atomic<bool> stop{false};
  options.before_ingest = [&] {
    if (stop) throw std::runtime_error("stopped");
  };
  const auto projections = samples::open_or_fail(options);
  model::Height height = 0;
  const auto apply = [&](ledger::RecordKind kind) {
    partition::AppliedBlock made;
    partition::Applied applied;
    applied.height = height;
    applied.recorded = 1000 + static_cast<model::Instant>(height);
    auto record = std::make_shared<ledger::Record>();
    record->kind = kind;
    record->code = model::Rejection::kNoCase;
    record->source = "s" + std::to_string(height);
    applied.record = record;
    applied.case_id = height % 3 == 0 ? "" : "c";  // also those that name no case
    made.records.push_back(applied);
    made.position = {1, ++height, 9};
    projections->apply(std::move(made));
  };
  const auto heights = [&](model::Height end, std::size_t limit) {
    std::vector<model::Height> out;
    const auto rows = projections->rejected(1, end, limit);
    EXPECT_TRUE(rows.ok());
    for (const auto& row : *rows) {
      EXPECT_EQ(row.recorded, 1000 + static_cast<model::Instant>(row.height));
      EXPECT_EQ(row.source, "s" + std::to_string(row.height));
      EXPECT_EQ(row.code, model::Rejection::kNoCase);
      out.push_back(row.height);
    }
    return out;
  };
  const auto expect_all = [&] {
    std::vector<model::Height> all;
    for (model::Height h = height; h-- > 0;) {
      if (h % 2 == 0) all.push_back(h);
    }
    EXPECT_EQ(heights(height, 1000), all);
    for (model::Height end = 0; end <= height; ++end) {  // page by page
      std::vector<model::Height> paged;
      model::Height at = end;
      for (auto page = heights(at, 3); !page.empty(); page = heights(at, 3)) {
        paged.insert(paged.end(), page.begin(), page.end());
        at = page.back();
      }
      EXPECT_EQ(paged, std::vector<model::Height>(all.end() - static_cast<std::ptrdiff_t>((end + 1) / 2), all.end())) << end;
    }
  };
  for (const char* where : {"store", "frozen", "active"}) {
    for (int i = 0; i < 10; ++i) apply(height % 2 == 0 ? ledger::RecordKind::kRejected : ledger::RecordKind::kParked);
    stop = where == std::string("frozen");
    if (where != std::string("active")) {
      EXPECT_EQ(projections->flush().ok(), !stop);
    }
    expect_all();
  }
  EXPECT_TRUE(projections->rejected(2, 1000, 10)->empty()) << "another partition";
  stop = false;
  ASSERT_TRUE(projections->flush().ok());
  expect_all();
}

TEST(ProjectionLayers, StoppedWriteBackLeavesTheOldHeightAndReplayIsExact) {
  TempFolder folder;
  std::atomic<bool> stop{false};
  auto options = samples::options_for(folder / "p", samples::office());
  options.before_ingest = [&] {
    if (stop) throw std::runtime_error("stopped");
  };
  std::vector<meta::Head> before;
  {
    const auto projections = samples::open_or_fail(options);
    run(*projections, 9, 120, [&](int i) {
      if (i == 60) {
        ASSERT_TRUE(projections->flush().ok());
        before = *projections->heights();
        stop = true;
      }
    });
    EXPECT_FALSE(projections->flush().ok());
    EXPECT_FALSE(projections->health().ok());
    EXPECT_EQ((*projections->heights())[0].position, before[0].position);
    EXPECT_TRUE(projections->find(0, "p0-1")) << "answers go on from memory";
  }
  stop = false;
  TempFolder other;
  const auto straight = samples::open_or_fail(samples::options_for(other / "p", samples::office()));
  run(*straight, 9, 120, nullptr);
  ASSERT_TRUE(straight->flush().ok());

  const auto projections = samples::open_or_fail(options);
  const auto heights = *projections->heights();
  for (std::size_t p = 0; p < heights.size(); ++p) EXPECT_EQ(heights[p].position, before[p].position);
  Chain chain(9, samples::office());
  for (int i = 0; i < 120; ++i) {
    auto block = chain.next(chain.pick(4));
    if (block.position.height > heights[static_cast<std::size_t>(block.position.partition)].position.height)
      projections->apply(std::move(block));
  }
  ASSERT_TRUE(projections->flush().ok());
  EXPECT_EQ(samples::dump_all(*projections), samples::dump_all(*straight));
}

TEST(ProjectionLayers, AFailedWriteBackIsTriedAgainByTick) {
  TempFolder folder;
  std::atomic<bool> stop{false};
  std::atomic<int> tries{0};
  auto options = samples::options_for(folder / "p", samples::office());
  options.limits.events = 1;
  options.before_ingest = [&] {
    ++tries;
    if (stop) throw std::runtime_error("disk full");
  };
  const auto projections = samples::open_or_fail(options);
  Chain chain(3, samples::office());
  stop = true;
  projections->apply(chain.next(0));
  EXPECT_FALSE(projections->full(0)) << "there is room while nothing is frozen";
  projections->tick(0, 1000);
  projections->apply(chain.next(1));
  EXPECT_TRUE(projections->full(0)) << "frozen and active are both full";
  EXPECT_FALSE(projections->flush().ok());
  stop = false;
  const int before = tries;
  projections->tick(0, 2000);  // sees the failure
  EXPECT_EQ(tries, before);
  projections->tick(0, 3000);  // a second later
  ASSERT_TRUE(projections->flush().ok());
  EXPECT_TRUE(projections->health().ok());
  EXPECT_FALSE(projections->full(0));
  EXPECT_EQ((*projections->heights())[0].position, projections->heads()[0].position);
}

TEST(ProjectionLayers, FreezesByEventsAndByAge) {
  TempFolder folder;
  auto options = samples::options_for(folder / "p", samples::office());
  options.limits.events = 1000;
  options.limits.age_ms = 60'000;
  const auto projections = samples::open_or_fail(options);
  Chain chain(3, samples::office());
  projections->apply(chain.next(0));
  projections->tick(0, 1'000'000);
  projections->tick(0, 1'059'999);
  EXPECT_EQ((*projections->heights())[0].position.height, 0U);
  projections->tick(0, 1'060'000);
  model::Height height = projections->heads()[0].position.height;
  // The write-back is over when both a flush of nothing and the height say so.
  ASSERT_TRUE(projections->flush().ok());
  EXPECT_EQ((*projections->heights())[0].position.height, height);
  EXPECT_GT(height, 0U);
}

TEST(ProjectionLayers, HeadComesBackWithItsCursors) {
  TempFolder folder;
  const auto options = samples::options_for(folder / "p", samples::office());
  meta::Head head;
  {
    const auto projections = samples::open_or_fail(options);
    Chain chain(4, samples::office());
    for (int i = 0; i < 5; ++i) projections->apply(chain.next(2));
    ASSERT_TRUE(projections->flush().ok());
    head = projections->heads()[2];
  }
  const auto projections = samples::open_or_fail(options);
  const auto stored = projections->heads()[2];
  EXPECT_EQ(stored.position, head.position);
  EXPECT_EQ(stored.recorded, head.recorded);
  EXPECT_EQ(stored.term, 1U);
  ASSERT_EQ(stored.next.size(), 1U);
  EXPECT_EQ(stored.next[0].topic, "intake");
  EXPECT_EQ(stored.next[0].offset, static_cast<std::int64_t>(head.position.height));
}

TEST(ProjectionLayers, UnknownBundleStopsTheIntake) {
  TempFolder folder;
  const auto projections = samples::open_or_fail(samples::options_for(folder / "p", samples::office()));
  Chain chain(3, samples::office("bundle-b"));
  projections->apply(chain.put(0, "c", 0, "u1"));
  EXPECT_TRUE(projections->full(0));
  ASSERT_FALSE(projections->health().ok());
  EXPECT_NE(projections->health().error().message.find("bundle-b"), std::string::npos);
}

TEST(ProjectionLayers, MemoryOfTheCacheIsBounded) {
  TempFolder folder;
  auto options = samples::options_for(folder / "p", samples::office());
  options.case_cache_bytes = 16'384;
  const auto projections = samples::open_or_fail(options);
  Chain chain(3, samples::office());
  for (int i = 0; i < 300; ++i) projections->apply(chain.next(chain.pick(4)));
  EXPECT_GT(projections->memory_bytes(), 100'000U);
  ASSERT_TRUE(projections->flush().ok());
  for (const auto& [id, state] : chain.cases()) EXPECT_EQ(*projections->find(id[1] - '0', id), *state);
  EXPECT_LE(projections->memory_bytes(), 16'384U);
}

}  // namespace
}  // namespace docket::projections
