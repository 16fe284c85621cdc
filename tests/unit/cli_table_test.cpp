// Goal: tables line up in a terminal and are safe in a spreadsheet; figures are rounded as the screens round them.
// Method: whole texts compared.
#include "connectors/cli/table.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "connectors/cli/display.h"
#include "connectors/cli/http_client.h"
#include "connectors/cli/percent.h"
#include "connectors/cli/remote.h"

namespace docket::cli {
namespace {

TEST(CliTable, ChineseIsTwoWide) {
  EXPECT_EQ(display_width("abc"), 3U);
  EXPECT_EQ(display_width("按时办结率"), 10U);
  EXPECT_EQ(display_width("ＡＢ（）"), 8U);
  EXPECT_EQ(display_width("한글カナ𠮷"), 10U);
  EXPECT_EQ(display_width("—●…"), 3U);
  EXPECT_EQ(display_width("e\u0301"), 1U);
  EXPECT_EQ(display_width("😀"), 2U);
  EXPECT_EQ(display_width("\xff\xe5"), 2U);
}

TEST(CliTable, ColumnsLineUp) {
  Table table;
  table.columns = {{"name", false}, {"known_at", false}, {"n", true}};
  table.rows = {{"按时办结率", "x", "5"}, {"rate", "青岛", "1234"}};
  EXPECT_EQ(render_table(table, {}),
            "NAME        KNOWN AT     N\n"
            "按时办结率  x            5\n"
            "rate        青岛      1234\n");
  table.header = false;
  table.columns[1].name = "a_very_long_name_that_is_not_shown";
  EXPECT_EQ(render_table(table, {}),
            "按时办结率  x        5\n"
            "rate        青岛  1234\n");
}

TEST(CliTable, ColourDoesNotCountAsWidth) {
  Table table;
  table.header = false;
  table.columns = {{"a", false}, {"b", false}};
  table.rows = {{Cell("x", "", Colour::kRed), "1"}, {"yyy", "2"}};
  EXPECT_EQ(render_table(table, {true, "en"}), "\x1b[31mx\x1b[0m    1\nyyy  2\n");
}

TEST(CliTable, TextFromOutsideCannotSteerTheTerminal) {
  Table table;
  table.header = false;
  table.columns = {{"a", false}};
  table.rows = {{std::string("\x1b[2Jbad\nline\x07")}};
  EXPECT_EQ(render_table(table, {}), "\xEF\xBF\xBD[2Jbad line\xEF\xBF\xBD\n");
  EXPECT_EQ(printable("a\xff\x9b"
                      "2J"),
            "a\xEF\xBF\xBD\xEF\xBF\xBD"
            "2J");
  EXPECT_EQ(render_plain(table), "\xEF\xBF\xBD[2Jbad line\xEF\xBF\xBD\n");
}

TEST(CliTable, CsvQuotesAndGuards) {
  Table table;
  table.columns = {{"a", false}, {"b", true}};
  table.rows = {{"x,\"y\"", "-5"}, {"=1+1", "+cmd"}, {Cell("● 正常", "on_track"), "l1\nl2"}, {"only"}};
  EXPECT_EQ(render_csv(table), "a,b\r\n\"x,\"\"y\"\"\",-5\r\n'=1+1,'+cmd\r\non_track,\"l1\nl2\"\r\nonly,\r\n");
}

TEST(CliTable, ClipKeepsTheWidth) {
  EXPECT_EQ(clip("按时办结率", 10), "按时办结率");
  EXPECT_EQ(clip("按时办结率", 6), "按时…");
  EXPECT_EQ(clip("abcdef", 4), "abc…");
}

TEST(CliPercent, HalfUpFromTheIntegers) {
  EXPECT_EQ(percent(3, 4), "75.00 %");
  EXPECT_EQ(percent(2, 3), "66.67 %");
  EXPECT_EQ(percent(1, 3), "33.33 %");
  EXPECT_EQ(percent(4, 4), "100.00 %");
  EXPECT_EQ(percent(0, 7), "0.00 %");
  EXPECT_EQ(percent(0, 0), "—");
  EXPECT_EQ(percent(1, 20000), "0.01 %");  // 0.005 rounds up
  EXPECT_EQ(percent(1, 20001), "0.00 %");
  EXPECT_EQ(percent(1715, 2274), "75.42 %");
  EXPECT_EQ(percent(1800, 3000), "60.00 %");
  EXPECT_EQ(percent(9'000'000'000'000'000'000, 9'000'000'000'000'000'000), "100.00 %");
  EXPECT_EQ(thousandths(1800), "1.8");
  EXPECT_EQ(thousandths(2000), "2");
  EXPECT_EQ(thousandths(-50), "-0.05");
}

TEST(CliDisplay, TimesLightsAndLabels) {
  const Display show{"zh", "Asia/Shanghai"};
  EXPECT_EQ(show.time("2017-03-13T15:59:59.999Z").text, "2017-03-13 23:59");
  EXPECT_EQ(show.time("2017-03-13T15:59:59.999Z").machine(), "2017-03-13T15:59:59.999Z");
  EXPECT_EQ(show.time("2017-03-13").text, "2017-03-13");
  EXPECT_EQ((Display{"zh", "No/Where"}.time("2017-03-13T15:59:59.999Z").text), "2017-03-13T15:59:59.999Z");
  EXPECT_EQ(show.light("overdue").text, "■ 超期");
  EXPECT_EQ((Display{"en", "UTC"}.light("due_soon").text), "▲ Due soon");
  EXPECT_EQ(show.light("closed_late").machine(), "closed_late");
  const json::value label = json::parse(R"({"zh":"市","en":"city"})");
  EXPECT_EQ(show.text(label), "市");
  EXPECT_EQ((Display{"en", "UTC"}.text(label)), "city");
  EXPECT_EQ(show.text(json::parse(R"(["a",1,true,null])")), "a, 1, yes, ");
  EXPECT_EQ(show.pairs(json::parse(R"({"unit":"U","n":2,"tags":["a"]})")), "unit=U n=2 tags=[\"a\"]");
  EXPECT_EQ(Display::duration(90061000), "1d 1h 1m 1s");
  EXPECT_EQ(Display::duration(0), "0");
}

TEST(CliServer, AddressIsParsedOrRefused) {
  EXPECT_EQ(parse_server("http://127.0.0.1:7417")->text(), "127.0.0.1:7417");
  EXPECT_EQ(parse_server("localhost")->text(), "localhost:7417");
  EXPECT_EQ(parse_server("http://[::1]:80/")->host, "::1");
  EXPECT_EQ(parse_server("http://[::1]:80/")->text(), "[::1]:80") << "as a Host field has it";
  for (const char* bad : {"", "https://a", "a:b", "a:0", "a:70000", "http://a/path", "http://[::1", "u@a"}) {
    EXPECT_FALSE(parse_server(bad).ok()) << bad;
  }
}

TEST(CliServer, TargetsAreEscapedAndStatusesBecomeExitCodes) {
  EXPECT_EQ(make_target("/v1/cases/" + segment("SD:1/2"), {{"at", ""}, {"unit", "市"}, {"a", "b&c"}}),
            "/v1/cases/SD%3A1%2F2?unit=%E5%B8%82&a=b%26c");
  const std::vector<std::pair<int, int>> table{{200, kOk},           {202, kOk},         {400, kUsage},    {401, kNotPermitted},
                                               {403, kNotPermitted}, {404, kNotFound},   {409, kConflict}, {412, kConflict},
                                               {413, kFailure},      {415, kFailure},    {422, kFailure},  {500, kFailure},
                                               {429, kUnavailable},  {503, kUnavailable}};
  for (const auto& [status, code] : table) EXPECT_EQ(exit_code_of_status(status), code) << status;
}

}  // namespace
}  // namespace docket::cli
