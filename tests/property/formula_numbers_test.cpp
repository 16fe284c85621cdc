// Every worked number of sections 3.1, 3.2 and 3.3 of the office rules: the test that makes it again, or why none does. Where the rules lie
// beside the repository, the quotes are compared with them, so that no number is forgotten.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace docket::testing {
namespace {

struct WorkedNumber {
  const char* section;
  const char* quote;         // from the rules
  const char* test;          // "Suite.Name"; "": none
  const char* not_why = "";  // why there is none, or what of it is not carried
};

constexpr const char* kNoRanks =
    "figures are ranked by nobody yet: the answer gives the denominator and min_n, and a metric may say `rank: never`";
constexpr const char* kNoScores = "the language has rates and their weighted sums, no piecewise linear score with a floor";
constexpr const char* kLaterKind = "its kind is a later stage";

const std::vector<WorkedNumber>& worked_numbers() {
  static const std::vector<WorkedNumber> kNumbers{
      {"3.1", "2021-03 1,715/2,274 dispatched in month = 75.42 %", "PublishedFigures.CompletionOfWhatWasDispatchedInTheMonth"},
      {"3.1", "2021Q1 99.86 %", "FormulaRates.CompletionOfWhatWasDue"},
      {"3.1", "2022-04 597/601 = 99.33 % while 结案率 = 100 %", "PublishedFigures.LateClosureStillCountsAsClosed"},
      {"3.1", "8 of 99 as 9 %, 6 of 77 as 9 %, 5 of 41 as 13 %: they are 8/87, 6/70, 5/39",
       "FormulaRates.DissatisfiedOfPhoneTicketsClosedInTime"},
      {"3.1", "2017Q2 2,617/2,713 called back = 96.46 %", "PublishedFigures.SatisfactionOfAllCalledBackOrOfTheRatedOnly"},
      {"3.1", "2024 publishes “有效参评满意率” 73.26 %", "FormulaRates.SatisfactionOverValidRatings"},
      {"3.1", "2020-09 83,218 = 78,589 new + 4,629 carried", "FormulaRates.CarriedOverAndNew",
       "a sum of a count and a stock has no word of its own: it is the stock at the end before anything is closed"},
      {"3.2", "target ≥95 % in any 24 h", "FormulaRates.CallsAgainstTheirTargets", "by calendar days; no period slides by the hour"},
      {"3.2", "short_hangup (<N s)", "FormulaRates.CallsAgainstTheirTargets", "the text gives no N"},
      {"3.2", "answered ≤15 s / answered | target ≥80 %", "FormulaRates.CallsAgainstTheirTargets"},
      {"3.2", "74.97 %", "FormulaRates.DirectAnswers"},
      {"3.2", "clock contact met / due", "FormulaRates.ThreeRates",
       "a ticket that is concluded without any contact is not in the base: a closing cancels what still runs, even behind its due"},
      {"3.2", "partly = 0, 500 or 1000 thousandths", "FormulaRates.ResolvedWithEachWeightOfPartly"},
      {"3.2", "1 − above; stock: running and now > due", "FormulaRates.LateIsTheRest"},
      {"3.2", "5 levels: 非常满意 as 满意", "FormulaRates.SatisfactionInFiveLevels"},
      {"3.2", "92.47 % + 7.53 %", "FormulaRates.StrictlyAndBasicallySatisfied"},
      {"3.2", "w 600–800 thousandths", "FormulaRates.WeightedSatisfaction"},
      {"3.2", "10/45/45", "FormulaRates.ThreeRates"},
      {"3.2", "咨询 1.4 WD, others 4.6", "FormulaRates.HandlingTimeInWorkingDays", "shown in working hours: a working day has seven"},
      {"3.2", "national 75.8 % (2018), 74.2 % (2021)", "FormulaRates.Implementation"},
      {"3.2", "43 of 1,024 (4.2 %)", "FormulaRates.ProposersWhoAssessed"},
      {"3.2", "target 330, due by now 330·elapsed share", "FormulaRates.SessionsAgainstTheYear"},
      {"3.2", "n/quota; forecast n/elapsed share", "FormulaRates.SessionsAgainstTheYear",
       "by question sessions; of documents, a later stage"},
      {"3.2", "disclosed in 20 WD / cases", "", "the attribute `openness` is a later stage"},
      {"3.2", "aware / valid sample, with size and error", "", kLaterKind},
      {"3.3", "e.g. 5th WD of the next month", "FormulaLate.CutOffAndRestated",
       "as known at the cut-off; bulletins that are frozen with a checksum are a later stage"},
      {"3.3", "the on-time flag of round 1 stays in 按时办结率 **unless**", "FormulaLate.Reopened"},
      {"3.3", "*last rated round*, and round 1 for 初次满意率", "FormulaLate.Reopened"},
      {"3.3", "counts shown by ground and unit", "FormulaLate.StruckOut",
       "by unit; the ground is in the event, and no figure is grouped by it; no cut-off stops a later approval, it restates the figure"},
      {"3.3", "after a reminder [R:CQ §29]; hotline practice differs (unreached = excluded, satisfied, or not)", "FormulaLate.StruckOut",
       "excluded in v1 to v3, not satisfied in v4; a reminder to deputies is no event of the kind"},
      {"3.3", "A merge moves the secondary out of unit counts", "FormulaLate.MergedAndHandedOver",
       "how long each unit held a ticket is in its history, and is no figure"},
      {"3.3", "minimum denominator (e.g. ≥10)", "FormulaLate.SmallBases"},
      {"3.3", "ties share rank (1,1,3)", "", kNoRanks},
      {"3.3", "The 2025 State Council Office opinion: “不片面追求排名” [P:66号] ⇒ rank tables optional", "", kNoRanks},
      {"3.3", "25 − 0.5·(95 − x), floor 12.5 (2022-02), with 98 later", "", kNoScores},
      {"3.3", "on-time 25 − 1·(100 − x)", "", kNoScores},
  };
  return kNumbers;
}

TEST(FormulaNumbers, EachIsTestedOrSaysWhyNot) {
  std::set<std::string> tests;
  const auto* unit = ::testing::UnitTest::GetInstance();
  for (int i = 0; i < unit->total_test_suite_count(); ++i) {
    const auto* suite = unit->GetTestSuite(i);
    for (int k = 0; k < suite->total_test_count(); ++k) tests.insert(std::string(suite->name()) + "." + suite->GetTestInfo(k)->name());
  }
  for (const auto& number : worked_numbers()) {
    EXPECT_TRUE(*number.test != '\0' || *number.not_why != '\0') << number.quote;
    EXPECT_TRUE(*number.test == '\0' || tests.contains(number.test)) << number.quote << ": no test " << number.test;
  }
}

// The section's text without its heading.
std::string section_text(const std::string& path, const std::string& section) {
  std::ifstream file(path);
  std::string out;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    const bool heading = line.rfind("### ", 0) == 0 || line.rfind("## ", 0) == 0;
    if (heading) inside = line.rfind("### " + section + " ", 0) == 0;
    if (inside && !heading) out += line + "\n";
  }
  return out;
}

TEST(FormulaNumbers, AreThoseOfTheRules) {
  const std::string path = std::string(DOCKET_SHARED_DATA) + "/../domain.md";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "SKIPPED: the office rules are not here";
  // Of 3.2 only what has a per cent sign or a point: the rest are formulas, names and limits of rows that metric_rows_test lists.
  static const std::regex kAny("[0-9][0-9.,]*");
  static const std::regex kFigures("[0-9][0-9,]*(\\.[0-9]+| ?%)");
  static const std::regex kNoNumber("\\[[^\\]]*\\]|\\n[0-9]\\. |§[0-9.]+|`[^`]*`");  // tags, numbered items, sections, names
  for (const std::string section : {"3.1", "3.2", "3.3"}) {
    std::string text = "\n" + section_text(path, section);
    ASSERT_GT(text.size(), 500U) << section;
    std::string left = text;
    for (const auto& number : worked_numbers()) {
      if (number.section != section) continue;
      const std::string quote = number.quote;
      const auto at = text.find(quote);
      EXPECT_NE(at, std::string::npos) << section << " doesn't say: " << quote;
      if (at != std::string::npos) left.replace(at, quote.size(), std::string(quote.size(), '_'));
    }
    left = std::regex_replace(left, kNoNumber, "\n");
    const auto& numbers = section == "3.2" ? kFigures : kAny;
    for (std::sregex_iterator it(left.begin(), left.end(), numbers), end; it != end; ++it) {
      const auto at = static_cast<std::size_t>(it->position());
      ADD_FAILURE() << section << " has a number that no row names: " << left.substr(at < 40 ? 0 : at - 40, 80);
    }
  }
}

}  // namespace
}  // namespace docket::testing
