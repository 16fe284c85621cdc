#include <gtest/gtest.h>

#include <sstream>

#include "connectors/files/csv.h"
#include "connectors/files/ndjson.h"

namespace docket::files {
namespace {

// Each record as "cell|cell", a broken one as "!line: problem".
std::vector<std::string> records(const std::string& text, RowLimits limits = {}, char separator = ',') {
  std::istringstream in(text);
  CsvReader reader(in, separator, limits);
  CsvRecord record;
  std::vector<std::string> out;
  while (reader.next(record)) {
    if (!record.problem.empty()) {
      out.push_back("!" + std::to_string(record.line) + ": " + record.problem);
      continue;
    }
    std::string joined;
    for (std::size_t i = 0; i < record.cells.size(); ++i) joined += (i > 0 ? "|" : "") + std::string(record.cells[i]);
    out.push_back(std::to_string(record.line) + ": " + joined);
  }
  return out;
}

using Lines = std::vector<std::string>;

TEST(Csv, PlainCellsAndLineEnds) {
  EXPECT_EQ(records("a,b\nc,d"), (Lines{"1: a|b", "2: c|d"}));
  EXPECT_EQ(records("a,b\r\nc,d\r\n"), (Lines{"1: a|b", "2: c|d"}));
  EXPECT_EQ(records("a,,\n,\n"), (Lines{"1: a||", "2: |"}));
  EXPECT_EQ(records(""), Lines{});
  EXPECT_EQ(records("\n\r\n  \n"), (Lines{"3:   "}));
  EXPECT_EQ(records("a\rb,c\n"), (Lines{"1: a\rb|c"}));
  EXPECT_EQ(records("a;b\n", {}, ';'), (Lines{"1: a|b"}));
}

TEST(Csv, QuotesAndNewLinesInside) {
  EXPECT_EQ(records("\"a,\"\"b\"\"\",c\n"), (Lines{"1: a,\"b\"|c"}));
  EXPECT_EQ(records("\"one\r\ntwo\",x\nnext,y\n"), (Lines{"1: one\r\ntwo|x", "3: next|y"}));
  EXPECT_EQ(records("\"\",\"\"\n"), (Lines{"1: |"}));
  EXPECT_EQ(records("\"last\""), (Lines{"1: last"}));
  EXPECT_EQ(records("\"a\"\r\n\"b\""), (Lines{"1: a", "2: b"}));
}

TEST(Csv, ByteOrderMarkIsPassedOver) { EXPECT_EQ(records("\xEF\xBB\xBF\"a\",b\n"), (Lines{"1: a|b"})); }

TEST(Csv, BrokenRowsSayWhyAndReadingGoesOn) {
  EXPECT_EQ(records("a\"b,c\nd,e\n"), (Lines{"!1: a quote inside the unquoted cell 1", "2: d|e"}));
  EXPECT_EQ(records("\"a\"b,c\nd,e\n"), (Lines{"!1: text behind the closing quote of cell 1", "2: d|e"}));
  EXPECT_EQ(records("x,y\n\"never, closed\nd,e\n"), (Lines{"1: x|y", "!2: the quote opened on line 2 is never closed"}));
}

TEST(Csv, SizesAreBounded) {
  RowLimits limits;
  limits.cell_bytes_max = 4;
  limits.row_bytes_max = 12;
  limits.columns_max = 3;
  EXPECT_EQ(records("1234,1\n12345,1\nab,c\n", limits), (Lines{"1: 1234|1", "!2: cell 1 is longer than 4 bytes", "3: ab|c"}));
  EXPECT_EQ(records("a,b,c,d\nx\n", limits), (Lines{"!1: more than 3 cells", "2: x"}));
  EXPECT_EQ(records("\"12345\n789012345678\nx,y\n", limits).back(), "3: x|y");
  EXPECT_EQ(records("1,2345678901234\nx\n", limits), (Lines{"!1: cell 2 is longer than 4 bytes", "2: x"}));
}

TEST(Csv, AllOfAFileLongerThanAChunk) {
  std::string text = "n,t\n";
  for (int i = 0; i < 20'000; ++i) text += std::to_string(i) + ",\"text " + std::to_string(i) + "\nwith a line\"\r\n";
  std::istringstream in(text);
  CsvRows rows(in);
  ASSERT_TRUE(rows.bind({"t", "n"}));
  Row row;
  std::uint64_t count = 0;
  while (rows.next(row)) {
    ASSERT_EQ(row.problem, "");
    ASSERT_EQ(row.number, count + 1);
    ASSERT_EQ(row.line, count * 2 + 2);
    ASSERT_EQ(row.cells[1], std::to_string(count));
    ASSERT_EQ(row.cells[0], "text " + std::to_string(count) + "\nwith a line");
    ++count;
  }
  EXPECT_EQ(count, 20'000U);
  EXPECT_EQ(rows.bytes_read(), text.size());
}

TEST(CsvRows, HeaderNamesTheColumns) {
  std::istringstream in("id,OPEN_DT,note\n1,x,\n2,y\n");
  CsvRows rows(in);
  ASSERT_TRUE(rows.bind({"note", "id"}));
  Row row;
  ASSERT_TRUE(rows.next(row));
  EXPECT_EQ(row.number, 1U);
  EXPECT_EQ(row.line, 2U);
  EXPECT_EQ(row.cells, (std::vector<std::string_view>{"", "1"}));
  ASSERT_TRUE(rows.next(row));
  EXPECT_EQ(row.problem, "2 cells where the header has 3");
  EXPECT_FALSE(rows.next(row));
}

TEST(CsvRows, MissingColumnIsSaidWithTheNearest) {
  std::istringstream in("id,OPEN_DT\n");
  CsvRows rows(in);
  const auto bound = rows.bind({"OPEN_DATE"});
  ASSERT_FALSE(bound);
  EXPECT_NE(bound.error().message.find("no column OPEN_DATE; did you mean OPEN_DT?"), std::string::npos) << bound.error().message;
}

TEST(CsvRows, ColumnTwiceOrNoHeader) {
  std::istringstream twice("id,id\n");
  EXPECT_FALSE(CsvRows(twice).bind({"id"}));
  std::istringstream empty;
  EXPECT_FALSE(CsvRows(empty).bind({"id"}));
}

TEST(Ndjson, LinesAsTheyStand) {
  std::istringstream in("\xEF\xBB\xBF{\"a\":1}\r\n\n  {\"a\":2}  \nnot json");
  NdjsonRows rows(in);
  ASSERT_TRUE(rows.bind({}));
  Row row;
  ASSERT_TRUE(rows.next(row));
  EXPECT_EQ(row.text, "{\"a\":1}");
  ASSERT_TRUE(rows.next(row));
  EXPECT_EQ(row.text, "{\"a\":2}");
  EXPECT_EQ(row.line, 3U);
  EXPECT_EQ(row.number, 2U);
  ASSERT_TRUE(rows.next(row));
  EXPECT_EQ(row.text, "not json");
  EXPECT_FALSE(rows.next(row));
}

TEST(Ndjson, CellsOfTheBoundColumns) {
  std::istringstream in(R"({"t":"a\"b","n":1.50,"f":true,"x":null,"other":{}}
{"n":"2"}
{"t":["no"]}
[1]
{"t":)");
  NdjsonRows rows(in);
  ASSERT_TRUE(rows.bind({"n", "t", "f", "x"}));
  Row row;
  ASSERT_TRUE(rows.next(row));
  EXPECT_EQ(row.problem, "");
  EXPECT_EQ(row.cells, (std::vector<std::string_view>{"1.50", "a\"b", "true", ""}));
  ASSERT_TRUE(rows.next(row));
  EXPECT_EQ(row.cells, (std::vector<std::string_view>{"2", "", "", ""}));
  ASSERT_TRUE(rows.next(row));
  EXPECT_EQ(row.problem, "member t is an object or a list, not one value");
  ASSERT_TRUE(rows.next(row));
  EXPECT_EQ(row.problem, "not a JSON object");
  ASSERT_TRUE(rows.next(row));
  EXPECT_EQ(row.problem.substr(0, 17), "not a JSON object");
  EXPECT_FALSE(rows.next(row));
}

TEST(Ndjson, LongLineIsAProblemOfItsRow) {
  RowLimits limits;
  limits.row_bytes_max = 8;
  std::istringstream in("{\"a\":12345}\n{}\n");
  NdjsonRows rows(in, limits);
  ASSERT_TRUE(rows.bind({}));
  Row row;
  ASSERT_TRUE(rows.next(row));
  EXPECT_EQ(row.problem, "longer than 8 bytes");
  ASSERT_TRUE(rows.next(row));
  EXPECT_EQ(row.problem, "");
  EXPECT_EQ(row.text, "{}");
}

}  // namespace
}  // namespace docket::files
