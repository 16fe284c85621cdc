// Keys sort as their fields do, and no key of one thing starts with a key of another.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "engine/definition/bundle.h"
#include "projections/codec/key.h"
#include "projections/codec/value_text.h"
#include "projections/metrics/periods.h"

namespace docket::projections {
namespace {

using codec::KeyReader;
using codec::KeyWriter;

TEST(ProjectionKeys, NumbersSortAsNumbers) {
  const std::vector<std::int64_t> numbers = {std::numeric_limits<std::int64_t>::min(), -300, -1, 0, 1, 255, 256,
                                             std::numeric_limits<std::int64_t>::max()};
  for (std::size_t i = 1; i < numbers.size(); ++i) {
    EXPECT_LT(KeyWriter().i64(numbers[i - 1]).str(), KeyWriter().i64(numbers[i]).str());
    EXPECT_EQ(KeyReader(KeyWriter().i64(numbers[i]).str()).i64(), numbers[i]);
  }
  EXPECT_LT(KeyWriter().i32(-5).str(), KeyWriter().i32(4).str());
  EXPECT_GT(KeyWriter().i32_descending(-5).str(), KeyWriter().i32_descending(4).str());
  EXPECT_EQ(KeyReader(KeyWriter().i32_descending(-5).str()).i32_descending(), -5);
}

TEST(ProjectionKeys, TextsSortAndAreNoPrefixes) {
  const std::vector<std::string> texts = {"",    std::string(1, '\0'), std::string("\0a", 2), "\x01", "\x01\x01", "\x02", "a", "aa", "ab",
                                          "街道"};
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::string key = KeyWriter().text(texts[i]).str();
    KeyReader reader(key);
    EXPECT_EQ(reader.text(), texts[i]);
    EXPECT_TRUE(reader.ok() && reader.rest().empty());
    for (std::size_t j = i + 1; j < texts.size(); ++j) {
      const std::string other = KeyWriter().text(texts[j]).str();
      EXPECT_LT(key, other) << i << " " << j;
      EXPECT_FALSE(other.starts_with(key));
    }
  }
}

TEST(ProjectionKeys, ShortKeysAreNoticed) {
  KeyReader number("ab");
  EXPECT_EQ(number.u32(), 0U);
  EXPECT_FALSE(number.ok());
  KeyReader text("no end");
  EXPECT_EQ(text.text(), "");
  EXPECT_FALSE(text.ok());
}

TEST(ProjectionKeys, AfterPrefixIsTheLeastGreaterKey) {
  EXPECT_EQ(codec::after_prefix("ab"), "ac");
  EXPECT_EQ(codec::after_prefix(std::string("a\xff", 2)), "b");
  EXPECT_EQ(codec::after_prefix("\xff\xff"), "");
}

TEST(ProjectionKeys, ValuesAsText) {
  definition::Bundle bundle;
  const auto symbol = bundle.symbols.intern("u1");
  using model::Value;
  EXPECT_EQ(codec::value_text(bundle, {}), "");
  EXPECT_EQ(codec::value_text(bundle, Value::symbol(symbol)), "u1");
  EXPECT_EQ(codec::value_text(bundle, Value::decimal(-1500)), "-1.5");
  EXPECT_EQ(codec::value_text(bundle, Value::decimal(2000)), "2");
  EXPECT_EQ(codec::value_text(bundle, Value::decimal(5)), "0.005");
  EXPECT_EQ(codec::value_text(bundle, Value::flag(false)), "false");
  EXPECT_EQ(codec::value_text(bundle, Value::date(17226)), "2017-03-01");
  EXPECT_EQ(codec::value_text(bundle, Value::list({Value::integer(1), Value::text("x")})), "1, x");
}

TEST(ProjectionPeriods, FewestCellsTileASpan) {
  using metrics::Level;
  using metrics::Tile;
  const auto day = [](const char* text) { return *model::parse_date(text); };
  EXPECT_EQ(metrics::tile(day("2016-11-29"), day("2018-02-03"), Level::kYear),
            (std::vector<Tile>{{Level::kDay, day("2016-11-29"), day("2016-12-01")},
                               {Level::kMonth, day("2016-12-01"), day("2017-01-01")},
                               {Level::kYear, day("2017-01-01"), day("2018-01-01")},
                               {Level::kMonth, day("2018-01-01"), day("2018-02-01")},
                               {Level::kDay, day("2018-02-01"), day("2018-02-03")}}));
  EXPECT_EQ(metrics::tile(day("2017-01-01"), day("2018-01-01"), Level::kMonth),
            (std::vector<Tile>{{Level::kMonth, day("2017-01-01"), day("2018-01-01")}}));
  EXPECT_TRUE(metrics::tile(5, 5, Level::kYear).empty());
}

}  // namespace
}  // namespace docket::projections
