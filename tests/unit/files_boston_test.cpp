// The city's own data of 2015, where it is at hand: every row through mapping and ingest, every verdict compared with the city's.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <sstream>

#include "connectors/files/csv.h"
#include "connectors/files/mapping.h"
#include "definition_fixture.h"
#include "engine/ingest/ingest.h"
#include "tests/support/decompressed.h"

namespace docket::files {
namespace {

TEST(Boston, EveryVerdictIsTheCitys) {
  const std::string path = DOCKET_SHARED_DATA "/boston311-2015/boston_311_2015.csv.xz";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "SKIPPED: boston311-2015 is not here";
  const auto bundle = definition::load_office("boston");
  const auto compiled =
      compile_mapping("mappings/boston-311.yaml", definition::shipped_texts().at("mappings/boston-311.yaml"), bundle->zone);
  ASSERT_NE(compiled.mapping, nullptr);
  const auto& kind = bundle->kinds[*definition::find_name(bundle->kind_ids, "boston-311")];
  const auto opened = *definition::find_name(kind.event_ids, "opened");
  const auto target_field = *definition::find_name(kind.events[opened].field_ids, "target");
  const model::Instant as_of = *model::parse_instant("2016-01-12T22:54:00-05:00");

  std::istringstream in(testing::decompressed(path));
  CsvRows rows(in);
  auto columns = compiled.mapping->columns;
  columns.emplace_back("OnTime_Status");  // for the comparison; the mapping doesn't know of it
  ASSERT_TRUE(rows.bind(columns));
  RowMapper mapper(compiled.mapping);
  ingest::Ingest ingest(bundle, std::string(32, 'k'));

  // (the city's word, ours) -> rows, and how many of them are closed.
  std::map<std::pair<std::string, std::string>, std::pair<int, int>> verdicts;
  std::uint64_t total = 0;
  std::uint32_t clamped = 0;
  Row row;
  std::vector<std::string> events;
  while (rows.next(row)) {
    ++total;
    events.clear();
    ASSERT_EQ(mapper.map(row, events, clamped), "") << "row " << row.number;
    model::Instant target = model::kNoInstant;
    model::Instant closed = model::kNoInstant;
    model::Instant begun = model::kNoInstant;
    for (const auto& json : events) {
      const auto offered = ingest.parse(json);
      ASSERT_EQ(offered.stage, ingest::Stage::kReady) << "row " << row.number << ": " << offered.refusal.detail << " " << json;
      const auto& event = *offered.event;
      ASSERT_LE(event.time, as_of);
      if (event.event == opened) {
        begun = event.time;
        if (const auto* field = event.find(target_field)) target = field->value.number();
      } else {
        closed = event.time;
        ASSERT_GE(closed, begun);
      }
    }
    const bool in_time = closed != model::kNoInstant ? closed <= target : as_of <= target;
    const std::string ours = target == model::kNoInstant ? "no deadline" : in_time ? "in time" : "late";
    auto& cell = verdicts[{std::string(row.cells.back()), ours}];
    ++cell.first;
    if (closed != model::kNoInstant) ++cell.second;
  }
  EXPECT_EQ(total, 121'145U);
  EXPECT_EQ(clamped, 197U);  // closed before opened
  const std::map<std::pair<std::string, std::string>, std::pair<int, int>> expected{
      {{"ONTIME", "in time"}, {63'555, 60'054}},
      {{"OVERDUE", "late"}, {30'446, 19'072}},
      {{"ONTIME", "no deadline"}, {26'991, 22'064}},
      {{"", "late"}, {153, 82}},  // the city gives no verdict; the dates alone say late
  };
  EXPECT_EQ(verdicts, expected);
}

}  // namespace
}  // namespace docket::files
