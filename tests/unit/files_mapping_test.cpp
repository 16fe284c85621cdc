#include <gtest/gtest.h>

#include <sstream>

#include "connectors/files/csv.h"
#include "connectors/files/mapping.h"
#include "definition_fixture.h"

namespace docket::files {
namespace {

using Lines = std::vector<std::string>;

model::Zone new_york() { return definition::load_office("boston")->zone; }

std::string read_time(const std::string& format, const std::string& text) {
  const auto parsed = TimeFormat::parse(format);
  if (!parsed) return parsed.error().message;
  const auto at = parsed->read(text, new_york());
  return at ? model::format_instant(*at) : "-";
}

TEST(WallTime, AmericanTwelveHours) {
  const std::string format = "%m/%d/%Y %I:%M:%S %p";
  EXPECT_EQ(read_time(format, "01/01/2015 12:20:09 AM"), "2015-01-01T05:20:09.000Z");
  EXPECT_EQ(read_time(format, "07/04/2015 12:00:00 PM"), "2015-07-04T16:00:00.000Z");
  EXPECT_EQ(read_time(format, "12/31/2015 11:10:09 PM"), "2016-01-01T04:10:09.000Z");
  for (const char* wrong :
       {"", "13/01/2015 01:00:00 AM", "02/29/2015 01:00:00 AM", "01/01/2015 13:00:00 AM", "01/01/2015 00:10:00 AM",
        "01/01/2015 01:60:00 AM", "01/01/2015 01:00:00", "01/01/2015 01:00:00 XM", "01/01/2015 01:00:00 AM ", "1/1/15 01:00:00 AM"}) {
    EXPECT_EQ(read_time(format, wrong), "-") << wrong;
  }
}

TEST(WallTime, WhereTheClocksChange) {
  EXPECT_EQ(read_time("%Y-%m-%d %H:%M", "2015-03-08 01:59"), "2015-03-08T06:59:00.000Z");
  EXPECT_EQ(read_time("%Y-%m-%d %H:%M", "2015-03-08 02:30"), "2015-03-08T07:30:00.000Z");  // skipped: as far behind the gap
  EXPECT_EQ(read_time("%Y-%m-%d %H:%M", "2015-11-01 01:16"), "2015-11-01T05:16:00.000Z");  // twice: the first
}

TEST(WallTime, OtherForms) {
  EXPECT_EQ(read_time("rfc3339", "2017-03-01T10:00:00+08:00"), "2017-03-01T02:00:00.000Z");
  EXPECT_EQ(read_time("rfc3339", "2017-03-01 10:00"), "-");
  EXPECT_EQ(read_time("%Y-%m-%d", "2017-01-02"), "2017-01-02T05:00:00.000Z");
  EXPECT_EQ(read_time("%Y-%m-%dT%H:%M:%S.%f", "2017-01-02T00:00:00.1239"), "2017-01-02T05:00:00.123Z");
  EXPECT_EQ(read_time("%Y", "2017"), "the time format lacks %m");
  EXPECT_EQ(read_time("%Y-%m-%d %Q", ""), "%Q is no field of a time format; there are %Y %m %d %H %I %M %S %p %f");
  EXPECT_EQ(read_time("%Y-%m-%d %d", ""), "%d stands twice in the time format");
  EXPECT_EQ(read_time("%Y-%m-%d %I", ""), "%I and %p belong together in a time format");
  EXPECT_EQ(read_time("%Y-%m-%d%", ""), "a lone % at the end of the time format");
}

constexpr const char* kSmall = R"(mapping: small
kind: boston-311
source: boston-311
zone: America/New_York
subject: "s:{ID}"
id: "{ID}/x"
order: clamp
original: original_time
events:
  - event: opened
    role: intake
    author: "clerk-{WHO}"
    time: {column: OPEN, format: "%Y-%m-%d %H:%M"}
    data:
      number: ID
      count: {column: N, type: integer}
      share: {column: SHARE, type: decimal}
      urgent: {column: URGENT, type: flag, values: {Y: "true", N: "false"}}
      day: {column: DAY, type: date, format: "%d.%m.%Y"}
      target: {column: TARGET, type: instant, format: "%Y-%m-%d %H:%M"}
      channel: {value: phone}
  - event: closed
    role: department
    unit: "{UNIT}"
    when: [CLOSE, STATUS]
    time: {column: CLOSE, format: "%Y-%m-%d %H:%M"}
)";

// The events of one row, or "! why".
std::vector<std::string> map_row(const std::string& cells, std::uint32_t* clamped = nullptr) {
  const auto compiled = compile_mapping("mappings/small.yaml", kSmall, new_york());
  for (const auto& each : compiled.diagnostics) ADD_FAILURE() << each.format();
  if (compiled.mapping == nullptr) return {};
  std::istringstream in("ID,WHO,OPEN,N,SHARE,URGENT,DAY,TARGET,CLOSE,STATUS,UNIT\n" + cells + "\n");
  CsvRows rows(in);
  EXPECT_TRUE(rows.bind(compiled.mapping->columns));
  Row row;
  EXPECT_TRUE(rows.next(row));
  std::vector<std::string> events;
  std::uint32_t moved = 0;
  if (const auto problem = RowMapper(compiled.mapping).map(row, events, moved); !problem.empty()) {
    EXPECT_TRUE(events.empty());
    return {"! " + problem};
  }
  if (clamped != nullptr) *clamped = moved;
  return events;
}

TEST(Mapping, RowBecomesItsEvents) {
  EXPECT_EQ(
      map_row("7,w,2015-01-02 03:04,12,1.50,Y,31.12.2015,2015-01-03 00:00,2015-01-02 05:00,Closed,U"),
      (std::vector<std::string>{
          R"({"specversion":"1.0","id":"7/x:opened","source":"boston-311","type":"org.docket.boston-311.opened.v1","subject":"s:7",)"
          R"("time":"2015-01-02T08:04:00.000Z","authid":"clerk-w","actorrole":"intake","data":{"number":"7","count":12,"share":"1.50",)"
          R"("urgent":true,"day":"2015-12-31","target":"2015-01-03T05:00:00.000Z","channel":"phone"}})",
          R"({"specversion":"1.0","id":"7/x:closed","source":"boston-311","type":"org.docket.boston-311.closed.v1","subject":"s:7",)"
          R"("time":"2015-01-02T10:00:00.000Z","actorrole":"department","actorunit":"U","data":{}})"}));
}

TEST(Mapping, WhenAndEmptyCells) {
  const auto events = map_row("\"a\"\"b\",w,2015-01-02 03:04,,,,,,2015-01-02 05:00,,U");
  ASSERT_EQ(events.size(), 1U);
  EXPECT_NE(events[0].find(R"("data":{"number":"a\"b","channel":"phone"}})"), std::string::npos) << events[0];
}

TEST(Mapping, ClampMovesATimeAndKeepsIt) {
  std::uint32_t clamped = 0;
  const auto events = map_row("7,w,2015-01-02 03:04,,,,,,2015-01-02 03:00,Closed,U", &clamped);
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(clamped, 1U);
  EXPECT_NE(events[1].find(R"("time":"2015-01-02T08:04:00.000Z","sequence":1)"), std::string::npos) << events[1];
  EXPECT_NE(events[1].find(R"("data":{"original_time":"2015-01-02T08:00:00.000Z"}})"), std::string::npos) << events[1];
}

TEST(Mapping, EqualTimesKeepTheRowsOrder) {
  std::uint32_t clamped = 9;
  const auto events = map_row("7,w,2015-01-02 03:04,,,,,,2015-01-02 03:04,Closed,U", &clamped);
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(clamped, 0U);
  EXPECT_NE(events[1].find("\"sequence\":1"), std::string::npos);
  EXPECT_EQ(events[1].find("original_time"), std::string::npos);
}

TEST(Mapping, BadCellsSayWhichAndWhy) {
  EXPECT_EQ(map_row("7,w,yesterday,,,,,,,,"), (Lines{"! event opened: column OPEN: 'yesterday' is not a time of the form %Y-%m-%d %H:%M"}));
  EXPECT_EQ(map_row("7,w,,,,,,,,,"), (Lines{"! event opened: column OPEN: no time"}));
  EXPECT_EQ(map_row("7,w,2015-01-02 03:04,1.5,,,,,,,"), (Lines{"! event opened: column N: '1.5' is not an integer"}));
  EXPECT_EQ(map_row("7,w,2015-01-02 03:04,,x,,,,,,"), (Lines{"! event opened: column SHARE: 'x' is not a number"}));
  EXPECT_EQ(map_row("7,w,2015-01-02 03:04,,,maybe,,,,,"),
            (Lines{"! event opened: column URGENT: 'maybe' is none of the words that the mapping knows"}));
  EXPECT_EQ(map_row("7,w,2015-01-02 03:04,,,,30.02.2015,,,,"),
            (Lines{"! event opened: column DAY: '30.02.2015' is not a date of the form %d.%m.%Y"}));
  EXPECT_EQ(map_row("\xC0\xAF,w,2015-01-02 03:04,,,,,,,,"), (Lines{"! event opened: its id, subject, author or unit is not UTF-8"}));
  EXPECT_EQ(map_row("7,w,2015-01-02 03:04,,,,,,2015-13-02 05:00,Closed,U"),
            (Lines{"! event closed: column CLOSE: '2015-13-02 05:00' is not a time of the form %Y-%m-%d %H:%M"}));
}

struct Wrong {
  const char* from;
  const char* to;
  const char* said;
};

class MappingMistakes : public ::testing::TestWithParam<Wrong> {};

TEST_P(MappingMistakes, FileLineColumn) {
  std::string text = kSmall;
  const auto at = text.find(GetParam().from);
  ASSERT_NE(at, std::string::npos);
  text.replace(at, std::string(GetParam().from).size(), GetParam().to);
  const auto compiled = compile_mapping("mappings/small.yaml", text, new_york());
  EXPECT_EQ(compiled.mapping, nullptr);
  ASSERT_FALSE(compiled.diagnostics.empty());
  EXPECT_EQ(compiled.diagnostics.front().format().substr(0, std::string(GetParam().said).size()), GetParam().said)
      << compiled.diagnostics.front().format();
}

INSTANTIATE_TEST_SUITE_P(Each, MappingMistakes,
                         ::testing::Values(Wrong{"order: clamp", "ordr: clamp", "mappings/small.yaml:7:1: error:"},
                                           Wrong{"order: clamp", "order: sort", "mappings/small.yaml:7:8: error:"},
                                           Wrong{"original: original_time\n", "", "mappings/small.yaml:1:1: error:"},
                                           Wrong{"role: intake", "rol: intake", "mappings/small.yaml:1"},
                                           Wrong{"type: integer", "type: int", "mappings/small.yaml:16:32: error:"},
                                           Wrong{"America/New_York", "Asia/Shanghai", "mappings/small.yaml:4:7: error:"},
                                           Wrong{"{column: N, type", "{column: N, value: 3, type", "mappings/small.yaml:16:14: error:"},
                                           Wrong{"s:{ID}", "s:{ID", "mappings/small.yaml:5:10: error:"},
                                           Wrong{"%Y-%m-%d %H:%M", "%Y-%m", "mappings/small.yaml:13:34: error:"},
                                           Wrong{"event: closed", "event: opened", "mappings/small.yaml:2"},
                                           Wrong{"kind: boston-311\n", "", "mappings/small.yaml:1:1: error:"}));

TEST(Mapping, CheckedAgainstTheOffice) {
  const auto bundle = definition::load_office("boston");
  const auto compiled = compile_mapping("mappings/small.yaml", kSmall, bundle->zone);
  ASSERT_NE(compiled.mapping, nullptr);
  std::string all;
  for (const auto& each : check_mapping(*compiled.mapping, *bundle)) all += each.format() + "\n";
  EXPECT_NE(all.find("mappings/small.yaml:16:7: error: event opened: no data field count"), std::string::npos) << all;
  EXPECT_NE(all.find("event opened: nothing fills department, which it requires"), std::string::npos) << all;
  EXPECT_EQ(all.find("no data field channel"), std::string::npos) << all;
  const auto other = definition::load_office("example");
  auto moved = *compiled.mapping;
  moved.zone = other->zone;
  const auto said = check_mapping(moved, *other);
  ASSERT_EQ(said.size(), 2U);
  EXPECT_NE(said[0].message.find("source boston-311 is not registered"), std::string::npos);
  EXPECT_NE(said[1].message.find("no kind boston-311"), std::string::npos);
}

TEST(Mapping, ShippedOneIsRight) {
  const auto bundle = definition::load_office("boston");
  const auto& text = definition::shipped_texts().at("mappings/boston-311.yaml");
  const auto compiled = compile_mapping("mappings/boston-311.yaml", text, bundle->zone);
  for (const auto& each : compiled.diagnostics) ADD_FAILURE() << each.format();
  ASSERT_NE(compiled.mapping, nullptr);
  for (const auto& each : check_mapping(*compiled.mapping, *bundle)) ADD_FAILURE() << each.format();
  for (const auto& column : compiled.mapping->columns) EXPECT_NE(column, "OnTime_Status");
}

}  // namespace
}  // namespace docket::files
