// One data field of every type: accepted spellings with their values, refused ones with pointer and sentence.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/ingest_fixture.h"

namespace docket::test {
namespace {

using ingest::Offered;
using ingest::Stage;
using model::Value;

class Fields : public ::testing::Test {
 protected:
  Offered offer(const std::string& data) { return ingest_.parse(event_text({{"data", data}})); }
  Value value(const std::string& name, const std::string& raw) {
    const Offered offered = offer("{\"" + name + "\":" + raw + "}");
    EXPECT_EQ(offered.stage, Stage::kReady) << name << " " << raw << ": " << offered.refusal.detail;
    return offered.stage == Stage::kReady ? offered.event->data.at(0).value : Value{};
  }
  // "code pointer field-code: detail" of the only finding.
  std::string finding(const std::string& name, const std::string& raw) {
    const Offered offered = offer("{\"" + name + "\":" + raw + "}");
    if (offered.stage != Stage::kRejected || offered.refusal.errors.size() != 1)
      return "findings: " + std::to_string(offered.refusal.errors.size());
    const auto& error = offered.refusal.errors[0];
    return std::string(model::name(offered.refusal.code)) + " " + error.pointer + " " + error.code + ": " + error.detail;
  }
  Value symbol(const std::string& text) { return Value::symbol(test_office()->symbols.find(text)); }

  ingest::Ingest ingest_{test_office(), kTagKey};
};

TEST_F(Fields, Accepted) {
  const model::Day day = *model::parse_date("2017-03-08");
  const std::vector<std::tuple<std::string, std::string, Value>> rows{
      {"text", "\"ab\"", Value::text("ab")},
      {"text", "\"道路积水\"", Value::text("道路积水")},
      {"text", "\"\\u9053\\n\"", Value::text("道\n")},
      {"count", "7", Value::integer(7)},
      {"count", "7.0", Value::integer(7)},
      {"count", "70e-1", Value::integer(7)},
      {"count", "\"-5\"", Value::integer(-5)},
      {"count", "\"9000000000000000000\"", Value::integer(9'000'000'000'000'000'000)},
      {"amount", "12.5", Value::decimal(12500)},
      {"amount", "\"12.50\"", Value::decimal(12500)},
      {"amount", "12.500", Value::decimal(12500)},
      {"amount", "1e2", Value::decimal(100'000)},
      {"weight", "-0.125", Value::decimal(-125)},
      {"on", "true", Value::flag(true)},
      {"on", "false", Value::flag(false)},
      {"day", "\"2017-03-08\"", Value::date(day)},
      {"at", "\"2017-03-08T00:00:00.5+08:00\"", Value::instant(*model::parse_instant("2017-03-07T16:00:00.500Z"))},
      {"unit", "\"V\"", symbol("V")},
      {"person", "\"张三\"", Value::sealed("")},
      {"link", "\"https://files.example/1?a=b#c\"", Value::text("https://files.example/1?a=b#c")},
      {"level", "\"high\"", symbol("high")},
      {"tags", "[\"low\", \"high\"]", Value::list({symbol("low"), symbol("high")})},
      {"tags", "[]", Value::list({})},
      {"notes", "[\"a\",\"b\"]", Value::sealed("")},
      {"open_object", "{\"a\": [1, 2]}", Value::text("{\"a\":[1,2]}")},
      {"object", "{\"a\": 1}", Value::sealed("")},
      {"secret_day", "\"2017-03-08\"", Value::sealed("")},
      {"unheard_of", "{\"x\": 1}", Value::sealed("")},
      {"level", "null", Value{}},
      {"unheard_of", "null", Value{}},
  };
  for (const auto& [name, raw, expected] : rows) EXPECT_TRUE(value(name, raw) == expected) << name << " " << raw;
}

TEST_F(Fields, Refused) {
  const std::vector<std::tuple<std::string, std::string, std::string>> rows{
      {"text", "7", "invalid-data #/data/text type: found 7, expected text of 2 to 4 characters"},
      {"text", "\"a\"", "invalid-data #/data/text range: found 1 characters, expected text of 2 to 4 characters"},
      {"text", "\"道路积水了\"", "invalid-data #/data/text range: found 5 characters, expected text of 2 to 4 characters"},
      {"count", "7.5", "invalid-data #/data/count format: found 7.5, expected an integer from -5 to 9000000000000000000"},
      {"count", "-6", "invalid-data #/data/count range: found -6, expected an integer from -5 to 9000000000000000000"},
      {"count", "\"007\"", "invalid-data #/data/count format: found \"007\", expected an integer from -5 to 9000000000000000000"},
      {"count", "true", "invalid-data #/data/count type: found true, expected an integer from -5 to 9000000000000000000"},
      {"count", "\"99999999999999999999\"",
       "invalid-data #/data/count range: found \"99999999999999999999\", expected an integer from -5 to 9000000000000000000"},
      {"amount", "12.555",
       "invalid-data #/data/amount format: found 12.555, expected a number from 0 to 100000 with at most 2 decimal digits"},
      {"amount", "-1", "invalid-data #/data/amount range: found -1, expected a number from 0 to 100000 with at most 2 decimal digits"},
      {"amount", "100000.01",
       "invalid-data #/data/amount range: found 100000.01, expected a number from 0 to 100000 with at most 2 decimal digits"},
      {"weight", "\"1e30\"", "invalid-data #/data/weight range: found \"1e30\", expected a number with at most 3 decimal digits"},
      {"on", "\"true\"", "invalid-data #/data/on type: found \"true\", expected true or false"},
      {"day", "\"2017-02-29\"", "invalid-data #/data/day format: found \"2017-02-29\", expected a date YYYY-MM-DD"},
      {"day", "20170301", "invalid-data #/data/day type: found 20170301, expected a date YYYY-MM-DD"},
      {"at", "\"2017-03-08T00:00:00\"",
       "invalid-data #/data/at format: found \"2017-03-08T00:00:00\", expected an instant of RFC 3339 with offset, such as "
       "2017-03-01T10:00:00+08:00"},
      {"unit", "\"Q\"", "invalid-data #/data/unit value: found \"Q\", expected a unit of this office: U, V or W"},
      {"unit", "\"high\"", "invalid-data #/data/unit value: found \"high\", expected a unit of this office: U, V or W"},
      {"link", "\"two words\"", "invalid-data #/data/link format: found \"two words\", expected a URI reference"},
      {"link", "\"\"", "invalid-data #/data/link format: found \"\", expected a URI reference"},
      {"level", "\"hig\"", "invalid-data #/data/level value: found \"hig\", expected low, high or very_high; did you mean high?"},
      {"level", "\"very-high\"",
       "invalid-data #/data/level value: found \"very-high\", expected low, high or very_high; did you mean very_high?"},
      {"level", "3", "invalid-data #/data/level type: found 3, expected low, high or very_high"},
      {"category", "\"code99\"", "invalid-data #/data/category value: found \"code99\", expected one of 20 values; did you mean code9?"},
      {"tags", "\"low\"", "invalid-data #/data/tags type: found \"low\", expected an array, each item low, high or very_high"},
      {"tags", "[\"low\",\"lo\"]", "invalid-data #/data/tags/1 value: found \"lo\", expected low, high or very_high; did you mean low?"},
      {"tags", "[null]", "invalid-data #/data/tags/0 type: found null, expected low, high or very_high"},
      {"tags", "[\"low\",\"high\",\"l\\u006fw\"]", "invalid-data #/data/tags/2 value: found \"low\" twice, expected each item once"},
      {"open_object", "[]", "invalid-data #/data/open_object type: found an array, expected an object"},
      {"open_object", "{\"sealed\":\"k.n.c\"}",
       "invalid-data #/data/open_object value: found the reserved form of a sealed value, expected another object"},
      // Values of private fields are never quoted, as findings stand in the ledger.
      {"person", "{\"name\":\"张三\"}", "invalid-data #/data/person type: found an object, expected text of at most 65536 characters"},
      {"secret_day", "\"1980-13-01\"",
       "invalid-data #/data/secret_day format: found a string of 10 characters, expected a date YYYY-MM-DD"},
      {"notes", "[\"a\", 13800000000]", "invalid-data #/data/notes/1 type: found a number, expected text of at most 65536 characters"},
      {"object", "\"text\"", "invalid-data #/data/object type: found a string of 4 characters, expected an object"},
  };
  for (const auto& [name, raw, expected] : rows) EXPECT_EQ(finding(name, raw), expected) << name << " " << raw;
}

TEST_F(Fields, InexactNumbersAnywhereInData) {
  const std::string sentence =
      ", which a double can't hold exactly; expected at most 15 significant digits, a whole number of at most 2^53, or a string";
  EXPECT_EQ(finding("open_object", "{\"a b\":[0, 9007199254740993]}"),
            "inexact-number #/data/open_object/a%20b/1 range: found \"9007199254740993\"" + sentence);
  EXPECT_EQ(finding("open_object", "{\"x\":12345678901234567890123}"),
            "inexact-number #/data/open_object/x range: found \"12345678901234567890123\"" + sentence);
  EXPECT_EQ(finding("unheard_of", "0.1234567890123456789"), "inexact-number #/data/unheard_of range: found a number" + sentence);
  EXPECT_EQ(finding("object", "{\"phone\":138000000001380000000013800000000}"),
            "inexact-number #/data/object/phone range: found a number" + sentence);
  EXPECT_EQ(value("open_object", "{\"x\":9007199254740992}").type(), Value::Type::kText);
}

TEST_F(Fields, DuplicateMembersAnywhereInData) {
  EXPECT_EQ(offer("{\"on\":true,\"on\":true}").refusal.detail, "#/data/on: this member name stands twice");
  EXPECT_EQ(finding("open_object", "{\"a\":{\"b\":1,\"b\":1}}"),
            "invalid-data #/data/open_object/a value: the member name \"b\" stands twice");
  EXPECT_EQ(finding("object", "{\"b\":1,\"b\":1}"), "invalid-data #/data/object value: a member name stands twice");
}

TEST_F(Fields, TooDeepIsMalformed) {
  const auto nested = [](std::size_t depth) { return "{\"x\":" + std::string(depth, '[') + std::string(depth, ']') + "}"; };
  EXPECT_EQ(offer(nested(30)).stage, Stage::kReady);
  EXPECT_EQ(offer(nested(31)).stage, Stage::kMalformed);
  EXPECT_EQ(offer(nested(5000)).stage, Stage::kMalformed);
}

TEST_F(Fields, RequiredFields) {
  const auto errors = [&](const std::string& data) {
    std::string out;
    const Offered offered =
        ingest_.parse(event_text({{"type", "\"org.docket.ticket.created.v1\""}, {"actorrole", "\"intake\""}, {"data", data}}));
    for (const auto& error : offered.refusal.errors) out += error.pointer + " " + error.code + ": " + error.detail + "\n";
    return out;
  };
  EXPECT_EQ(errors("{\"number\":\"1\",\"title\":\"x\"}"), "");
  EXPECT_EQ(errors("{\"number\":\"1\",\"title\":\"x\",\"caller\":null}"), "");
  const std::string number = "#/data/number missing: missing, expected text of at most 65536 characters\n";
  const std::string title = "#/data/title missing: missing, expected text of at most 10 characters\n";
  EXPECT_EQ(errors("{}"), number + title);
  EXPECT_EQ(errors(""), number + title);
  EXPECT_EQ(errors("{\"number\":\"1\",\"title\":null}"), title);
}

TEST_F(Fields, ManyFindingsStaySmall) {
  std::string items = "[";
  for (int i = 0; i < 5000; ++i) items += i == 0 ? "1" : ",1";
  const Offered offered = offer("{\"tags\":" + items + "],\"x\":9007199254740993}");
  EXPECT_EQ(offered.refusal.code, model::Rejection::kInexactNumber);
  EXPECT_EQ(offered.refusal.errors.size(), 50U);
}

}  // namespace
}  // namespace docket::test
