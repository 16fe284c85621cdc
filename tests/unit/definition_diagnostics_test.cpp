// Each mistake the checker knows, one row: the file, what is written there, what a hasty hand writes instead (`|` marks where the finding
// must point),
// and a part of the message. Run over the office of definition_small_office.h.
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/definition/compile.h"
#include "engine/definition/yaml_reader.h"
#include "tests/unit/definition_small_office.h"

namespace docket::definition {
namespace {

struct Row {
  const char* file;
  const char* written;
  const char* instead;
  const char* message;
};

std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.file << ": " << row.instead; }

const Row kRows[] = {
#include "tests/unit/definition_diagnostics.inc"
};

std::string all_of(const std::vector<Diagnostic>& list) {
  std::string out;
  for (const Diagnostic& each : list) out += "  " + each.format() + "\n";
  return out;
}

TEST(Sums, AreOfNumbersThatHaveABound) {
  const std::pair<const char*, const char*> wrong[] = {
      {"  pages: {type: integer, min: 0, max: 9000}", "  pages: {type: integer, min: 0}"},
      {"  pages: {type: integer, min: 0, max: 9000}", "  pages: {type: integer, max: 9000}"},
      {"  pages: {type: integer, min: 0, max: 9000}", "  pages: {type: integer, min: 0, max: 9000000000000}"}};
  for (const auto& [from, to] : wrong) {
    auto texts = small_office();
    auto& text = texts.at("definitions/task.yaml");
    ASSERT_NE(text.find(from), std::string::npos);
    text.replace(text.find(from), std::string(from).size(), to);
    const auto found = all_of(compile(texts, "small").diagnostics);
    EXPECT_NE(found.find("ratio: of: sums of pages have no bound; give it min and max, below 1000000000"), std::string::npos) << to << "\n"
                                                                                                                              << found;
  }
}

class Finding : public ::testing::TestWithParam<Row> {};

TEST_P(Finding, IsToldWithItsPlace) {
  const Row& row = GetParam();
  std::map<std::string, std::string> texts = small_office();
  std::string& text = texts.at(row.file);
  const std::string written = row.written;
  const std::size_t at = text.find(written);
  ASSERT_NE(at, std::string::npos) << "the row no longer fits the office: " << written;
  ASSERT_EQ(text.find(written, at + 1), std::string::npos) << "not the only place: " << written;
  std::string instead = row.instead;
  const std::size_t mark = instead.find('|');
  ASSERT_NE(mark, std::string::npos);
  instead.erase(mark, 1);
  text.replace(at, written.size(), instead);
  const std::string before = text.substr(0, at + mark);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t start = before.rfind('\n') == std::string::npos ? 0 : before.rfind('\n') + 1;
  const auto column = 1 + std::count_if(before.begin() + static_cast<std::ptrdiff_t>(start), before.end(),
                                        [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
  const std::string place = std::string(row.file) + ":" + std::to_string(line) + ":" + std::to_string(column) + ": ";
  const Compiled compiled = compile(texts, "small");
  EXPECT_FALSE(compiled.ok());
  bool found = false;
  for (const Diagnostic& each : compiled.diagnostics) {
    found = found || (each.format().starts_with(place) && each.format().find(row.message) != std::string::npos);
  }
  EXPECT_TRUE(found) << "expected " << place << "... " << row.message << "\nfound:\n" << all_of(compiled.diagnostics);
}

INSTANTIATE_TEST_SUITE_P(Rows, Finding, ::testing::ValuesIn(kRows),
                         [](const auto& each) { return "row" + std::to_string(each.index + 1); });

TEST(SmallOffice, AnOpenRuleIsNoWeightUntilASetGivesTheNumber) {
  auto texts = small_office();
  auto& low = texts.at("rules/low.yaml");
  const std::string number = "task.half: {value: 0.5,";
  low.replace(low.find(number), number.size(), "task.half: {rows: [],");
  const Compiled open = compile(texts, "small");
  EXPECT_FALSE(open.ok());
  EXPECT_NE(all_of(open.diagnostics).find("rule task.half is set by none of the office's sets"), std::string::npos)
      << all_of(open.diagnostics);
  texts.at("rules/high.yaml") += "task.half: {value: 0.5, source: paper 4, certainty: text}\n";
  const Compiled set = compile(texts, "small");
  EXPECT_TRUE(set.ok()) << all_of(set.diagnostics);
}

TEST(SmallOffice, CompilesWithoutAFinding) {
  const Compiled compiled = compile(small_office(), "small");
  EXPECT_TRUE(compiled.diagnostics.empty()) << all_of(compiled.diagnostics);
  EXPECT_TRUE(compiled.ok());
}

TEST(Diagnostics, AllAreToldInFileOrder) {
  std::map<std::string, std::string> texts = small_office();
  std::string& text = texts.at("definitions/task.yaml");
  text.replace(text.find("may: [urgent]"), 13, "may: [urgnet]");
  text.replace(text.find("by: [boss], not_by"), 10, "by: [bos]");
  const Compiled compiled = compile(texts, "small");
  ASSERT_EQ(compiled.diagnostics.size(), 2U) << all_of(compiled.diagnostics);
  EXPECT_LT(compiled.diagnostics[0].line, compiled.diagnostics[1].line);
  EXPECT_EQ(compiled.diagnostics[0].suggestion, "urgent");
  EXPECT_EQ(compiled.diagnostics[1].suggestion, "boss");
}

TEST(Diagnostics, UnknownOfficeNamesThoseThatExist) {
  const Compiled compiled = compile(small_office(), "smal");
  ASSERT_EQ(compiled.diagnostics.size(), 1U);
  EXPECT_EQ(compiled.diagnostics[0].format(), "offices/smal.yaml:1:1: error: no office smal; did you mean small?");
}

TEST(Diagnostics, NothingButTheOfficeIsRead) {
  std::map<std::string, std::string> texts = small_office();
  texts["definitions/other.yaml"] = "{ not yaml";
  EXPECT_TRUE(compile(texts, "small").ok());
}

// What was read before is no older text, and hides no finding.
TEST(Diagnostics, AreToldAgainBesideWhatWasReadBefore) {
  Trees trees;
  auto right = small_office();
  auto unreadable = right;
  unreadable["definitions/task.yaml"] += "{ not yaml";
  auto misspelt = right;
  std::string& text = misspelt.at("definitions/task.yaml");
  text.replace(text.find("may: [urgent]"), 13, "may: [urgnet]");
  const auto once = compile(right, "small", trees);
  ASSERT_TRUE(once.ok());
  for (const auto* texts : {&unreadable, &unreadable, &misspelt, &misspelt, &right, &unreadable}) {
    const auto alone = compile(*texts, "small");
    const auto beside = compile(*texts, "small", trees);
    EXPECT_EQ(all_of(beside.diagnostics), all_of(alone.diagnostics));
    ASSERT_EQ(beside.ok(), texts == &right);
    if (beside.ok()) {
      EXPECT_EQ(beside.bundle->id, once.bundle->id);
    }
  }
}

}  // namespace
}  // namespace docket::definition
