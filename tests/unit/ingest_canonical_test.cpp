// RFC 8785: member order, escapes, white space, and what has no canonical form.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/ingest/ingest.h"
#include "engine/ingest/json_text.h"

namespace docket::ingest {
namespace {

std::string canonical(std::string_view json) {
  auto out = canonical_json(json);
  return out.ok() ? *out : "error: " + out.error().message;
}

TEST(Canonical, ExampleOfTheRfc) {
  // RFC 8785 section 3.2.2 with the number that a double can't hold (333333333.33333329) left out.
  const std::string input =
      "{\n  \"numbers\": [1E30, 4.50, 2e-3, 0.000000000000000000000000001],\n"
      "  \"string\": \"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\",\n"
      "  \"literals\": [null, true, false]\n}";
  EXPECT_EQ(canonical(input),
            "{\"literals\":[null,true,false],\"numbers\":[1e+30,4.5,0.002,1e-27],\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
  EXPECT_EQ(canonical("[333333333.33333329]"), "error: #/0: a number that a double can't hold exactly: \"333333333.33333329\"");
}

TEST(Canonical, MembersByUtf16CodeUnits) {
  // RFC 8785 section 3.2.3: U+1F600 is written with surrogates and so stands before U+FB33.
  const std::string input =
      "{\"\\u20ac\":\"Euro Sign\",\"\\r\":\"Carriage Return\",\"\\ufb33\":\"Hebrew Letter Dalet With Dagesh\",\"1\":\"One\","
      "\"\\ud83d\\ude00\":\"Emoji: Grinning Face\",\"\\u0080\":\"Control\",\"\\u00f6\":\"Latin Small Letter O With Diaeresis\"}";
  EXPECT_EQ(canonical(input),
            "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xC2\x80\":\"Control\",\"ö\":\"Latin Small Letter O With Diaeresis\","
            "\"€\":\"Euro Sign\",\"😀\":\"Emoji: Grinning Face\",\"\xEF\xAC\xB3\":\"Hebrew Letter Dalet With Dagesh\"}");
  EXPECT_EQ(canonical("{\"aa\":1,\"a\":2,\"\":3,\"B\":4}"), "{\"\":3,\"B\":4,\"a\":2,\"aa\":1}");
}

TEST(Canonical, Escapes) {
  EXPECT_EQ(canonical(R"("\b\f\n\r\t\"\\\/")"), R"("\b\f\n\r\t\"\\/")");
  EXPECT_EQ(canonical(R"("\u001f\u0000\u007f")"), "\"\\u001f\\u0000\x7f\"");
  EXPECT_EQ(canonical(R"("\u9053\u8def")"), "\"道路\"");
  EXPECT_EQ(canonical(R"("\uD83D\uDE00")"), "\"😀\"");
}

TEST(Canonical, NestedAndScalars) {
  EXPECT_EQ(canonical(" [ { \"b\" : [ ] , \"a\" : { } } , 1.0 ] "), "[{\"a\":{},\"b\":[]},1]");
  EXPECT_EQ(canonical(" true "), "true");
  EXPECT_EQ(canonical("-0.0"), "0");
  EXPECT_EQ(canonical("{\"b\":{\"d\":1,\"c\":{\"f\":2,\"e\":3}},\"a\":[{\"z\":1,\"y\":2}]}"),
            "{\"a\":[{\"y\":2,\"z\":1}],\"b\":{\"c\":{\"e\":3,\"f\":2},\"d\":1}}");
}

TEST(Canonical, Refused) {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"", "error: not JSON: empty"},
      {"{\"a\":1} x", "error: not JSON: not JSON"},
      {"{\"a\":1,\"a\":2}", "error: #: a duplicate member name: \"a\""},
      {"{\"x\":[{\"a\":1,\"b\":0,\"\\u0061\":2}]}", "error: #/x/0: a duplicate member name: \"a\""},
      {"{\"a\":{\"b/c\":[0,9007199254740993]}}", "error: #/a/b~1c/1: a number that a double can't hold exactly: \"9007199254740993\""},
      {"[123456789012345678901234567890]", "error: #/0: a number that a double can't hold exactly: \"123456789012345678901234567890\""},
      {"[1e400]", "error: #/0: a number that a double can't hold exactly: \"1e400\""},
      {"[1e400", "error: not JSON: not JSON"},
      {"[1e400x]", "error: not JSON: a broken number"},
  };
  for (const auto& [input, output] : rows) EXPECT_EQ(canonical(input), output) << input;
  EXPECT_TRUE(canonical(R"(["\uDEAD"])").starts_with("error: "));
  EXPECT_TRUE(canonical(R"(["\uD83D"])").starts_with("error: "));
}

TEST(Canonical, DepthIsLimited) {
  EXPECT_EQ(canonical(std::string(32, '[') + std::string(32, ']')), std::string(32, '[') + std::string(32, ']'));
  EXPECT_EQ(canonical(std::string(33, '[') + std::string(33, ']')).substr(0, 8), "error: #");
  EXPECT_EQ(canonical(std::string(100'000, '[')).substr(0, 7), "error: ");
}

TEST(Canonical, IsAFixedPoint) {
  const std::string once = canonical(R"({"z":[1.50,{"k":"é\n","a":-0}],"é":1e2,"a":"\u0041"})");
  EXPECT_EQ(canonical(once), once);
}

TEST(JsonText, Appends) {
  std::string out;
  append_json_string(out, "a\"b\\c\n\x01é");
  EXPECT_EQ(out, "\"a\\\"b\\\\c\\n\\u0001é\"");
  out.clear();
  append_json_number(out, std::int64_t{-42});
  EXPECT_EQ(out, "-42");
  out.clear();
  append_json_compact(out, "{ \"a b\" : [ 1 , \"\\\" x\" ] ,\n\"c\":\tnull }");
  EXPECT_EQ(out, "{\"a b\":[1,\"\\\" x\"],\"c\":null}");
}

TEST(Hex, Texts) {
  EXPECT_EQ(hex(std::string("\x00\xff\x1a", 3)), "00ff1a");
  EXPECT_EQ(tag_text(0x00ff00000000001aULL), "00ff00000000001a");
  EXPECT_EQ(tag_from_text("00ff00000000001a"), 0x00ff00000000001aULL);
  EXPECT_EQ(tag_from_text("00FF00000000001a"), 0U);
  EXPECT_EQ(tag_from_text("1a"), 0U);
}

}  // namespace
}  // namespace docket::ingest
