// The national calendar against a transcription of the notices made by others: every listed day, yearly counts, 50 due dates.
// Reads the shared data folder; where it is absent the tests are skipped by name.
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/unit/calendar_fixture.h"

namespace docket::calendar::test {
namespace {

namespace json = boost::json;

std::filesystem::path truth_folder() { return std::filesystem::path(DOCKET_SHARED_DATA) / "holiday-cn"; }

json::value read_json(const std::string& name) {
  std::ifstream file(truth_folder() / name, std::ios::binary);
  return json::parse(std::string(std::istreambuf_iterator<char>(file), {}));
}

std::string text(const json::value& value) { return std::string(value.as_string()); }

class CalendarTruth : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(truth_folder() / "truth.json")) GTEST_SKIP() << "SKIPPED: the shared data folder holiday-cn is absent";
  }
};

TEST_F(CalendarTruth, EveryDayOfEveryNotice) {
  std::size_t listed = 0;
  for (const int year : national().years()) {
    const json::value notice = read_json(std::to_string(year) + ".json");
    for (const json::value& entry : notice.at("days").as_array()) {
      const std::string date = text(entry.at("date"));
      const DayRule* rule = national().rule(day(date));
      ASSERT_NE(rule, nullptr) << date;
      EXPECT_EQ(rule->working, !entry.at("isOffDay").as_bool()) << date;
      EXPECT_EQ(rule->name, text(entry.at("name"))) << date;
      ++listed;
    }
  }
  EXPECT_EQ(listed, read_parts("national").days.size());  // and we list no other day
}

TEST_F(CalendarTruth, YearlyCounts) {
  const json::value truth = read_json("truth.json");
  const YAML::Node ours = YAML::LoadFile(std::string(DOCKET_SOURCE_DIR) + "/schemas/calendars/national.yaml")["years"];
  const json::object& years = truth.at("years").as_object();
  EXPECT_EQ(years.size(), national().years().size());
  for (const auto& [name, counts] : years) {
    const std::string year(name);
    const YAML::Node notice = ours[year];
    EXPECT_EQ(json::value_to<std::size_t>(counts.at("off")), notice["off"].size()) << year;
    EXPECT_EQ(json::value_to<std::size_t>(counts.at("adjusted_working")), notice["work"].size()) << year;
    EXPECT_EQ(json::value_to<std::size_t>(counts.at("listed")), notice["off"].size() + notice["work"].size()) << year;
    EXPECT_EQ(json::value_to<std::int64_t>(counts.at("working_days_in_year")),
              national().count_working_days(day(year + "-01-01"), day(year + "-12-31") + 1))
        << year;
  }
}

TEST_F(CalendarTruth, DueDates) {
  const json::value truth = read_json("truth.json");
  const json::array& rows = truth.at("due_dates_nth_working_day_after").as_array();
  EXPECT_EQ(rows.size(), 50U);
  for (const json::value& row : rows) {
    const std::string start = text(row.at(0));
    const auto days = json::value_to<std::int32_t>(row.at(1));
    EXPECT_EQ(due(start + " 10:00", std::to_string(days) + "wd"), text(row.at(2)) + " 23:59:59.999") << start << " + " << days;
  }
}

}  // namespace
}  // namespace docket::calendar::test
