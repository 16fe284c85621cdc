// Goal: what a home lost of a chain comes back from a copy, byte for byte, once, and behind nobody else's block. Method: a copy and a home
// in the in-memory twin, cut, doubled, forked at every place.
#include "engine/ledger/repair.h"

#include <gmock/gmock.h>

#include "tests/unit/ledger_world.h"

namespace docket::ledger {
namespace {

using testing::good_chain;
using ::testing::HasSubstr;
using testing::rewritten;
using testing::World;

using Values = std::vector<std::string>;

std::unique_ptr<World> holding(Values values) {
  auto world = std::make_unique<World>(std::vector<Values>{std::move(values), {}});
  world->cluster.set_immediate(true);
  return world;
}
Values all_of(const World& world) {
  Values out;
  for (const auto& stored : world.cluster.committed(0)) out.push_back(stored.value);
  return out;
}
Values first(const Values& values, std::size_t count) { return {values.begin(), values.begin() + static_cast<std::ptrdiff_t>(count)}; }

const Values kGood = good_chain(0, 8);

TEST(LedgerRepair, AppendsTheLostSuffixAndNothingTwice) {
  for (std::size_t left = 0; left <= kGood.size(); ++left) {
    const auto copy = holding(kGood);
    const auto home = holding(first(kGood, left));
    const auto shown = compare_chains(*copy->node, *home->node, 0);
    ASSERT_TRUE(shown.ok()) << shown.error().message;
    EXPECT_EQ(shown->lost, kGood.size() - left);
    EXPECT_EQ(all_of(*home).size(), left) << "shown, and not written";
    const auto repaired = repair_chain(*copy->node, *home->node, 0);
    ASSERT_TRUE(repaired.ok()) << repaired.error().message;
    EXPECT_EQ(repaired->lost, kGood.size() - left);
    EXPECT_EQ(repaired->last, 7);
    EXPECT_EQ(all_of(*home), kGood);
    const auto again = repair_chain(*copy->node, *home->node, 0);
    ASSERT_TRUE(again.ok()) << again.error().message;
    EXPECT_EQ(again->lost, 0U);
    EXPECT_EQ(all_of(*home), kGood);
  }
}

// What a first try left behind: some of it, and a double.
TEST(LedgerRepair, VoidMessagesAreNoBlocks) {
  Values there = first(kGood, 4);
  there.push_back("no block");
  there.push_back(kGood[2]);
  there.push_back(kGood[6]);  // of the lost suffix, before its time: void
  const auto copy = holding(kGood);
  const auto home = holding(there);
  const auto repaired = repair_chain(*copy->node, *home->node, 0);
  ASSERT_TRUE(repaired.ok()) << repaired.error().message;
  EXPECT_EQ(repaired->lost, 4U);
  EXPECT_EQ(repaired->last, 10) << "where the last one lies now";
  Values after = there;
  after.insert(after.end(), kGood.begin() + 4, kGood.end());
  EXPECT_EQ(all_of(*home), after);
}

TEST(LedgerRepair, AHomeThatIsAheadHasLostNothing) {
  const auto copy = holding(first(kGood, 5));
  const auto home = holding(kGood);
  const auto repaired = repair_chain(*copy->node, *home->node, 0);
  ASSERT_TRUE(repaired.ok()) << repaired.error().message;
  EXPECT_EQ(repaired->lost, 0U);
  EXPECT_EQ(repaired->last, 4);
  EXPECT_EQ(all_of(*home), kGood);
}

TEST(LedgerRepair, AnotherBlockThatFollowsIsNamedAndNothingIsWritten) {
  for (std::size_t from = 0; from < kGood.size(); ++from) {
    const Values other = first(rewritten(kGood, from), from + 1);
    const auto copy = holding(kGood);
    const auto home = holding(other);
    const auto refused = repair_chain(*copy->node, *home->node, 0);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
    EXPECT_THAT(refused.error().message, HasSubstr("partition 0: the block at offset " + std::to_string(from) + " (height "));
    EXPECT_EQ(all_of(*home), other);
  }
}

TEST(LedgerRepair, ADamagedCopyIsNotAppended) {
  Values damaged = kGood;
  Block block = *decode_block(damaged[6]);
  block.term = 9;  // nobody began it
  damaged[6] = encode_block(block);
  const auto copy = holding(damaged);
  const auto home = holding(first(kGood, 3));
  EXPECT_EQ(repair_chain(*copy->node, *home->node, 0).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(all_of(*home).size(), 3U);
}

TEST(LedgerRepair, WhatIsRefusedIsTold) {
  const auto copy = holding(kGood);
  const auto home = holding(first(kGood, 3));
  home->cluster.set_full(true);
  EXPECT_EQ(repair_chain(*copy->node, *home->node, 0).error().code, ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace docket::ledger
