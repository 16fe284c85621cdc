// Numbers: ECMAScript's form, exactness in a double, exact scaling.
#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/ingest/json_text.h"
#include "engine/ingest/number.h"

namespace docket::ingest {
namespace {

TEST(Number, EcmaScriptFormOfBitPatterns) {
  // The vectors of RFC 8785 appendix B.
  const std::vector<std::pair<std::uint64_t, std::string>> rows{
      {0x0000000000000000, "0"},
      {0x8000000000000000, "0"},
      {0x0000000000000001, "5e-324"},
      {0x8000000000000001, "-5e-324"},
      {0x7fefffffffffffff, "1.7976931348623157e+308"},
      {0xffefffffffffffff, "-1.7976931348623157e+308"},
      {0x4340000000000000, "9007199254740992"},
      {0xc340000000000000, "-9007199254740992"},
      {0x4430000000000000, "295147905179352830000"},
      {0x44b52d02c7e14af5, "9.999999999999997e+22"},
      {0x44b52d02c7e14af6, "1e+23"},
      {0x44b52d02c7e14af7, "1.0000000000000001e+23"},
      {0x444b1ae4d6e2ef4e, "999999999999999700000"},
      {0x444b1ae4d6e2ef4f, "999999999999999900000"},
      {0x444b1ae4d6e2ef50, "1e+21"},
      {0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
      {0x3eb0c6f7a0b5ed8d, "0.000001"},
      {0x41b3de4355555553, "333333333.3333332"},
      {0x41b3de4355555554, "333333333.33333325"},
      {0x41b3de4355555555, "333333333.3333333"},
      {0x41b3de4355555556, "333333333.3333334"},
      {0x41b3de4355555557, "333333333.33333343"},
      {0xbecbf647612f3696, "-0.0000033333333333333333"},
      {0x43143ff3c1cb0959, "1424953923781206.2"},
  };
  for (const auto& [bits, text] : rows) {
    std::string out;
    append_json_number(out, std::bit_cast<double>(bits));
    EXPECT_EQ(out, text);
  }
}

struct CanonicalRow {
  const char* spelled;
  const char* canonical;
  bool exact;
};

TEST(Number, CanonicalAndExact) {
  const std::vector<CanonicalRow> rows{
      {"0", "0", true},
      {"-0", "0", true},
      {"-0.0e7", "0", true},
      {"0e99999999999", "0", true},
      {"4.50", "4.5", true},
      {"2e-3", "0.002", true},
      {"0.000000000000000000000000001", "1e-27", true},
      {"0.000001", "0.000001", true},
      {"0.0000001", "1e-7", true},
      {"1e-7", "1e-7", true},
      {"1E30", "1e+30", true},
      {"1e21", "1e+21", true},
      {"1.0", "1", true},
      {"100e-2", "1", true},
      {"123456789012345", "123456789012345", true},
      {"-9007199254740992", "-9007199254740992", true},
      {"9007199254740992", "9007199254740992", true},
      {"0.1", "0.1", true},
      {"0.30000000000000004", "0.30000000000000004", true},
      {"333333333.3333333", "333333333.3333333", true},
      // A double holds its nearest neighbour instead.
      {"333333333.33333329", "333333333.33333329", false},
      {"9007199254740993", "9007199254740993", false},
      {"-9007199254740993", "-9007199254740993", false},
      {"9007199254740994", "9007199254740994", false},
      {"12345678901234567890", "12345678901234567890", false},
      {"83143985094819e4", "83143985094819e4", false},  // its canonical form would be the digits that are refused
      {"9007199254740992.0", "9007199254740992", true},
      {"9007199254740994.0", "9007199254740994.0", false},
      {"1e15", "1000000000000000", true},
      {"1e20", "1e20", false},
      {"0.1000000000000000055511151231257827", "0.1000000000000000055511151231257827", false},
      {"0.12345678901234567891", "0.12345678901234567891", false},
      {"1e400", "1e400", false},
      {"1e-400", "1e-400", false},
      {"1.5e-324", "1.5e-324", false},
  };
  for (const auto& row : rows) {
    std::string out;
    EXPECT_EQ(append_canonical_number(out, row.spelled), row.exact) << row.spelled;
    EXPECT_EQ(out, row.canonical) << row.spelled;
  }
}

TEST(Number, Scaled) {
  struct Row {
    const char* text;
    int places;
    Scale scale;
    std::int64_t value;
  };
  const std::vector<Row> rows{
      {"4.50", 3, Scale::kOk, 4500},
      {"4.5", 0, Scale::kTooFine, 0},
      {"4.0", 0, Scale::kOk, 4},
      {"4e2", 0, Scale::kOk, 400},
      {"400e-2", 0, Scale::kOk, 4},
      {"-0.001", 3, Scale::kOk, -1},
      {"0.0001", 3, Scale::kTooFine, 0},
      {"0", 3, Scale::kOk, 0},
      {"0e-5000000", 0, Scale::kOk, 0},
      {"1e18", 0, Scale::kOk, 1'000'000'000'000'000'000},
      {"1e19", 0, Scale::kTooBig, 0},
      {"1e999999999999999", 0, Scale::kTooBig, 0},
      {"1e-999999999999999", 0, Scale::kTooFine, 0},
      {"9223372036854775807", 0, Scale::kOk, INT64_MAX},
      {"-9223372036854775808", 0, Scale::kOk, INT64_MIN},
      {"9223372036854775808", 0, Scale::kTooBig, 0},
      {"-9223372036854775809", 0, Scale::kTooBig, 0},
      {"9223372036854775.807", 3, Scale::kOk, INT64_MAX},
      {"9223372036854775.8071", 3, Scale::kTooFine, 0},
      {"92233720368547758071234", 0, Scale::kTooBig, 0},
      {"9000000000000000", 3, Scale::kOk, 9'000'000'000'000'000'000},
      {"9300000000000000", 3, Scale::kTooBig, 0},
  };
  for (const auto& row : rows) {
    const Scaled found = scaled(row.text, row.places);
    EXPECT_EQ(static_cast<int>(found.scale), static_cast<int>(row.scale)) << row.text;
    EXPECT_EQ(found.value, row.value) << row.text;
  }
}

TEST(Number, Grammar) {
  for (const char* text : {"0", "-0", "10", "1.5", "1e5", "1E+5", "1.25e-10"}) EXPECT_TRUE(is_json_number(text)) << text;
  for (const char* text : {"", "-", "+1", "01", "1.", ".5", "1e", "1e+", "1 ", " 1", "0x1", "NaN", "--1", "1.2.3"}) {
    EXPECT_FALSE(is_json_number(text)) << text;
  }
}

}  // namespace
}  // namespace docket::ingest
