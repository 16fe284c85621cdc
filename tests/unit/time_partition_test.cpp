// The partitioner must place a case where Java's producer does: its murmur2 vectors, as signed 32-bit numbers.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "engine/model/ids.h"

namespace docket::model {
namespace {

TEST(Partition, Murmur2AgreesWithJavasProducer) {
  const auto hash = [](std::string_view text) { return static_cast<std::int32_t>(murmur2(text)); };
  EXPECT_EQ(hash("21"), -973932308);
  EXPECT_EQ(hash("foobar"), -790332482);
  EXPECT_EQ(hash("a-little-bit-long-string"), -985981536);
  EXPECT_EQ(hash("a-little-bit-longer-string"), -1486304829);
  EXPECT_EQ(hash("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8"), -58897971);
  EXPECT_EQ(hash("abc"), 479470107);
}

TEST(Partition, IsTheHashWithoutItsSign) {
  EXPECT_EQ(partition_of("21"), static_cast<int>((static_cast<std::uint32_t>(-973932308) & 0x7fffffffU) % 32U));
  EXPECT_EQ(partition_of("abc"), 479470107 % 32);
  EXPECT_EQ(partition_of("abc", 7), 479470107 % 7);
  EXPECT_EQ(partition_of("abc", 1), 0);
}

TEST(Partition, BytesAboveAsciiAreUnsigned) {  // expected: an independent computation by Java's formula
  EXPECT_EQ(static_cast<std::int32_t>(murmur2("青岛")), -1601442753);
  EXPECT_EQ(static_cast<std::int32_t>(murmur2("热线-2017-0001号")), 2145345646);
  EXPECT_EQ(static_cast<std::int32_t>(murmur2("é")), 186971271);
  EXPECT_EQ(static_cast<std::int32_t>(murmur2("")), 275646681);
}

TEST(Partition, EveryPartitionIsReached) {
  std::set<int> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(partition_of("青岛-" + std::to_string(i)));
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(kPartitions));
}

}  // namespace
}  // namespace docket::model
