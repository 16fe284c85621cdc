// Digests, backup, rebuild, damage.
#include <gtest/gtest.h>

#include <fstream>

#include "projection_samples.h"
#include "projections/cases/case_row.h"
#include "projections/rebuild.h"
#include "projections/store/current.h"

namespace docket::projections {
namespace {

using samples::Chain;
using samples::TempFolder;

NextBlock blocks_of(std::uint64_t seed, int blocks) {
  auto chain = std::make_shared<Chain>(seed, samples::office());
  auto left = std::make_shared<int>(blocks);
  return [chain, left]() -> Result<std::optional<partition::AppliedBlock>> {
    if ((*left)-- <= 0) return std::optional<partition::AppliedBlock>{};
    return std::optional<partition::AppliedBlock>{chain->next(chain->pick(4))};
  };
}

void fill(Projections& projections, std::uint64_t seed, int blocks) {
  const auto next = blocks_of(seed, blocks);
  for (auto block = next(); block->has_value(); block = next()) projections.apply(std::move(**block));
}

TEST(ProjectionCare, RebuiltStoreIsEqualAndTheSwapCanBeUndone) {
  TempFolder folder;
  const auto root = folder / "p";
  const auto options = samples::options_for(root, samples::office());
  auto live = samples::open_or_fail(options);
  fill(*live, 31, 150);
  ASSERT_TRUE(live->flush().ok());
  const auto name = rebuild(options, blocks_of(31, 150));
  ASSERT_TRUE(name.ok()) << name.error().message;
  EXPECT_EQ(*name, "store-000002");
  const std::string dump = samples::dump_all(*live);
  std::vector<std::array<std::uint64_t, store::kFamilies>> digests;
  for (int p = 0; p < 4; ++p) digests.push_back(*live->digest(p));
  live.reset();
  ASSERT_TRUE(store::swap_store(root, *name).ok());
  {
    const auto rebuilt = samples::open_or_fail(options);
    EXPECT_EQ(samples::dump_all(*rebuilt), dump);
    for (int p = 0; p < 4; ++p) EXPECT_EQ(*rebuilt->digest(p), digests[static_cast<std::size_t>(p)]);
    fill(*rebuilt, 32, 1);
    ASSERT_TRUE(rebuilt->flush().ok());
    bool differs = false;
    for (int p = 0; p < 4; ++p) differs = differs || *rebuilt->digest(p) != digests[static_cast<std::size_t>(p)];
    EXPECT_TRUE(differs);
  }
  ASSERT_TRUE(store::undo_swap(root).ok());
  const auto old = samples::open_or_fail(options);
  EXPECT_EQ(samples::dump_all(*old), dump);
}

TEST(ProjectionCare, BackupOpensAsAFolder) {
  TempFolder folder;
  const auto live = samples::open_or_fail(samples::options_for(folder / "p", samples::office()));
  fill(*live, 33, 80);
  ASSERT_TRUE(live->flush().ok());
  const std::string dump = samples::dump_all(*live);
  ASSERT_TRUE(live->backup(folder / "copy").ok());
  EXPECT_FALSE(live->backup(folder / "copy").ok()) << "a copy is never written over";
  fill(*live, 34, 20);
  ASSERT_TRUE(live->flush().ok());
  EXPECT_NE(samples::dump_all(*live), dump);
  const auto copy = samples::open_or_fail(samples::options_for(folder / "copy", samples::office()));
  EXPECT_EQ(samples::dump_all(*copy), dump);
}

// A value that RocksDB hands out whole but that is not what was framed.
TEST(ProjectionCare, DamagedRowsAreNoticedAndStopTheIntake) {
  TempFolder folder;
  auto options = samples::options_for(folder / "p", samples::office());
  {
    const auto live = samples::open_or_fail(options);
    Chain chain(35, samples::office());
    live->apply(chain.put(0, "c", 0, "u1"));
    ASSERT_TRUE(live->flush().ok());
  }
  {
    store::StoreOptions raw;
    raw.folder = options.folder / *store::current_store(options.folder);
    auto opened = store::Store::open(raw);
    ASSERT_TRUE(opened.ok());
    store::Batches batches;
    batches[store::index_of(store::Family::kCases)].put(cases::case_key(0, "c"), "no case");
    ASSERT_TRUE((*opened)->ingest(batches).ok());
  }
  const auto live = samples::open_or_fail(options);
  EXPECT_FALSE(live->full(0));
  EXPECT_EQ(live->find(0, "c"), nullptr);
  ASSERT_FALSE(live->health().ok());
  EXPECT_EQ(live->health().error().code, ErrorCode::kCorrupt);
  EXPECT_TRUE(live->full(0));
}

bool write_format(const std::filesystem::path& folder, char version) {
  store::StoreOptions raw;
  raw.folder = folder;
  auto opened = store::Store::open(raw);
  if (!opened) return false;
  store::Batches batches;
  batches[0].put(
      "\xff"
      "F",
      std::string{version, 0, 0, 0});
  return (*opened)->ingest(batches).ok();
}

TEST(ProjectionCare, UnknownFormatIsRefusedWithASentence) {
  TempFolder folder;
  const auto options = samples::options_for(folder / "p", samples::office());
  samples::open_or_fail(options).reset();
  ASSERT_TRUE(write_format(options.folder / *store::current_store(options.folder), 99));
  const auto again = Projections::open(options);
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().code, ErrorCode::kConflict);
  EXPECT_NE(again.error().message.find("format 99"), std::string::npos) << again.error().message;
}

TEST(ProjectionCare, AStoreOfAnOlderFormatIsLeftAsideAndANewOneBegun) {
  TempFolder folder;
  const auto options = samples::options_for(folder / "p", samples::office());
  samples::open_or_fail(options).reset();
  const auto old = *store::current_store(options.folder);
  ASSERT_TRUE(write_format(options.folder / *store::current_store(options.folder), 1));
  const auto again = samples::open_or_fail(options);
  EXPECT_NE(*store::current_store(options.folder), old);
  EXPECT_TRUE(std::filesystem::exists(options.folder / old));
  EXPECT_EQ((*again->heights()).front().position.height, 0U);
}

TEST(ProjectionCare, PartitionsHaveOneWorker) {
  TempFolder folder;
  auto options = samples::options_for(folder / "p", samples::office());
  options.workers = {{0, 1}, {1, 2}};
  EXPECT_FALSE(Projections::open(options).ok());
}

}  // namespace
}  // namespace docket::projections
