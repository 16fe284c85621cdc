#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <thread>

#include "connectors/files/csv.h"
#include "connectors/files/import.h"
#include "connectors/files/ndjson.h"
#include "definition_fixture.h"

namespace docket::files {
namespace {

using Fate = PublishedOutcome::Fate;

// Remembers ids for ever, as the ledger does; answers at once, or later from another thread and in any order.
class FakePublisher final : public Publisher {
 public:
  ~FakePublisher() override {
    for (auto& thread : threads_) thread.join();
  }
  void publish(EventBatch events, PublishDone done) override {
    ++batches;
    largest = std::max(largest, events->size());
    std::vector<PublishedOutcome> outcomes;
    for (const auto& event : *events) outcomes.push_back(judge(event));
    if (on_threads) {
      ++open_;
      most_open = std::max(most_open, open_.load());
      threads_.emplace_back([this, done = std::move(done), outcomes = std::move(outcomes)]() mutable {
        --open_;
        done(std::move(outcomes));
      });
    } else {
      done(std::move(outcomes));
    }
  }

  int unavailable = 0;           // so many events to come are not taken
  int accept_at_most = 1 << 30;  // then everything is unavailable
  bool on_threads = false;
  int batches = 0;
  std::size_t largest = 0;
  int most_open = 0;
  std::set<std::string> ids;
  std::vector<std::string> log;

 private:
  PublishedOutcome judge(const std::string& json) {
    if (unavailable > 0 || accept_at_most == 0) {
      --unavailable;
      return {Fate::kUnavailable, {}, "overloaded"};
    }
    const auto event = boost::json::parse(json).as_object();
    const std::string id = boost::json::value_to<std::string>(event.at("id"));
    log.push_back(id);
    if (id.find("bad") != std::string::npos) return {Fate::kRejected, "invalid-data", "found nonsense"};
    if (id.find("early") != std::string::npos) return {Fate::kParked, "no-case", "not opened yet"};
    if (!ids.insert(id).second) return {Fate::kDuplicate, {}, {}};
    --accept_at_most;
    return {Fate::kAccepted, {}, {}};
  }
  std::vector<std::thread> threads_;
  std::atomic<int> open_{0};
};

constexpr const char* kMapping = R"(mapping: test
kind: boston-311
source: boston-311
zone: America/New_York
subject: "s:{ID}"
id: "{ID}"
order: clamp
original: original_time
events:
  - {event: opened, role: intake, time: {column: OPEN, format: "%Y-%m-%d %H:%M"}, data: {number: ID}}
  - {event: closed, role: department, when: CLOSE, time: {column: CLOSE, format: "%Y-%m-%d %H:%M"}}
)";

std::shared_ptr<const Mapping> mapping(const std::string& more = {}) {
  const auto compiled = compile_mapping("mappings/test.yaml", kMapping + more, definition::load_office("boston")->zone);
  for (const auto& each : compiled.diagnostics) ADD_FAILURE() << each.format();
  return compiled.mapping;
}

std::string rows(int from, int to) {
  std::string out;
  for (int i = from; i < to; ++i) out += "c" + std::to_string(i) + ",2015-01-02 03:04," + (i % 2 == 0 ? "2015-01-03 03:04" : "") + "\n";
  return out;
}
const std::string kHeader = "ID,OPEN,CLOSE\n";

class ImportTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              ("docket-import-" + std::to_string(::getpid()) + "-" + ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    options_.wait = [this](int) { ++waits_; };
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  Result<ImportReport> import_csv(const std::string& text, std::shared_ptr<const Mapping> by = mapping()) {
    std::istringstream in(text);
    CsvRows source(in);
    return run_import(source, std::move(by), publisher_, options_);
  }
  ImportReport imported(const std::string& text) {
    auto report = import_csv(text);
    if (!report) {
      ADD_FAILURE() << report.error().message;
      return {};
    }
    return *report;
  }

  std::filesystem::path folder_;
  FakePublisher publisher_;
  ImportOptions options_;
  int waits_ = 0;
};

TEST_F(ImportTest, FateOfEveryRowIsCounted) {
  options_.batch_events = 3;
  const auto report =
      imported(kHeader + rows(0, 10) + "bad1,2015-01-02 03:04,\nearly2,2015-01-02 03:04,\nx,never,\nonly-one-cell\nc0,2015-01-02 03:04,\n" +
               "late,2015-01-02 03:04,2015-01-01 03:04\n");
  EXPECT_TRUE(report.complete);
  const auto& counts = report.counts;
  EXPECT_EQ(counts.rows, 16U);
  EXPECT_EQ(counts.of(RowFate::kAccepted), 11U);
  EXPECT_EQ(counts.of(RowFate::kDuplicate), 1U);
  EXPECT_EQ(counts.of(RowFate::kParked), 1U);
  EXPECT_EQ(counts.of(RowFate::kRejected), 1U);
  EXPECT_EQ(counts.of(RowFate::kMalformed), 2U);
  EXPECT_EQ(counts.events, 20U);
  EXPECT_EQ(counts.accepted, 17U);
  EXPECT_EQ(counts.clamped, 1U);
  EXPECT_EQ(counts.rejected_by_code, (std::map<std::string, std::uint64_t>{{"invalid-data", 1}}));
  EXPECT_EQ(counts.parked_by_code, (std::map<std::string, std::uint64_t>{{"no-case", 1}}));
  EXPECT_TRUE(report.some_failed());
  ASSERT_EQ(report.problems.size(), 4U);
  const std::string text = report.text();
  EXPECT_NE(text.find("row 11 (line 12): rejected invalid-data: found nonsense"), std::string::npos) << text;
  EXPECT_EQ(text.find("row 12"), std::string::npos) << "a parked row waits; only the JSON names it: " << text;
  EXPECT_NE(text.find("row 13 (line 14): malformed: event opened: column OPEN: 'never' is not a time"), std::string::npos) << text;
  EXPECT_NE(text.find("row 14 (line 15): malformed: 1 cells where the header has 3"), std::string::npos) << text;
  const auto json = boost::json::parse(report.json()).as_object();
  EXPECT_EQ(json.at("rows").at("malformed").to_number<int>(), 2);
  EXPECT_EQ(json.at("events").at("times_moved").to_number<int>(), 1);
  EXPECT_EQ(json.at("complete").as_bool(), true);
  EXPECT_LE(publisher_.largest, 4U);  // batches of three, a row's events never parted
}

TEST_F(ImportTest, SeveralBatchesInFlightOnOtherThreads) {
  publisher_.on_threads = true;
  options_.batch_events = 10;
  options_.in_flight = 4;
  std::uint64_t last_seen = 0;
  options_.progress = [&](const ImportProgress& progress) { last_seen = progress.counts->rows; };
  const auto report = imported(kHeader + rows(0, 500));
  EXPECT_TRUE(report.complete);
  EXPECT_EQ(report.counts.of(RowFate::kAccepted), 500U);
  EXPECT_EQ(report.counts.accepted, 750U);
  EXPECT_EQ(last_seen, 500U);
  EXPECT_LE(publisher_.most_open, 4);
}

TEST_F(ImportTest, AgainGivesDuplicatesAlone) {
  imported(kHeader + rows(0, 20));
  const auto report = imported(kHeader + rows(0, 22));
  EXPECT_EQ(report.counts.of(RowFate::kDuplicate), 20U);
  EXPECT_EQ(report.counts.of(RowFate::kAccepted), 2U);
}

TEST_F(ImportTest, WhatFindsNoServiceIsSentAgainUnderItsId) {
  publisher_.unavailable = 7;
  options_.batch_events = 5;
  const auto report = imported(kHeader + rows(0, 20));
  EXPECT_TRUE(report.complete);
  EXPECT_EQ(report.counts.accepted, 30U);
  EXPECT_EQ(report.counts.duplicate, 0U);
  EXPECT_EQ(report.sent_again, 7U);
  EXPECT_GE(waits_, 1);
}

TEST_F(ImportTest, GivesUpAndResumesWhereItStood) {
  options_.checkpoint = (folder_ / "import.json").string();
  options_.checkpoint_batches = 2;
  options_.batch_events = 6;
  options_.in_flight = 1;
  options_.tries_max = 3;
  publisher_.accept_at_most = 90;
  const std::string file = kHeader + rows(0, 200);
  std::vector<std::string> told;
  options_.waits = [&](const std::string& why) { told.push_back(why); };
  const auto first = imported(file);
  EXPECT_FALSE(first.complete);
  EXPECT_EQ(first.stopped, "the service is not available: overloaded");
  EXPECT_EQ(told, std::vector<std::string>{"overloaded"}) << "once, however often it is tried";
  EXPECT_EQ(publisher_.ids.size(), 90U);

  publisher_.accept_at_most = 1 << 30;
  publisher_.log.clear();
  const auto second = imported(file);
  EXPECT_TRUE(second.complete);
  EXPECT_GE(second.resumed_at, 50U);
  EXPECT_LE(publisher_.log.size(), 300U - 70U);  // what was done is not even sent
  EXPECT_EQ(publisher_.ids.size(), 300U);
  EXPECT_EQ(second.counts.rows, 200U);
  EXPECT_EQ(second.counts.accepted + second.counts.duplicate, 300U);

  publisher_.log.clear();
  const auto third = imported(file + rows(200, 201));  // a file that has grown
  EXPECT_EQ(third.resumed_at, 200U);
  EXPECT_EQ(publisher_.log, (std::vector<std::string>{"c200:opened", "c200:closed"}));
}

TEST_F(ImportTest, InterruptedFinishesWhatIsInFlight) {
  options_.checkpoint = (folder_ / "import.json").string();
  options_.batch_events = 4;
  int asked = 0;
  options_.stop = [&] { return ++asked > 10; };
  const auto report = imported(kHeader + rows(0, 100));
  EXPECT_EQ(report.stopped, "interrupted");
  EXPECT_EQ(report.counts.rows, 10U);
  EXPECT_EQ(publisher_.ids.size(), 15U);
  options_.stop = nullptr;
  EXPECT_EQ(imported(kHeader + rows(0, 100)).resumed_at, 10U);
}

TEST_F(ImportTest, CheckpointOfAnotherFileOrMappingIsRefused) {
  options_.checkpoint = (folder_ / "import.json").string();
  imported(kHeader + rows(0, 20));
  const auto other_rows = import_csv(kHeader + rows(1, 30));
  ASSERT_FALSE(other_rows);
  EXPECT_EQ(other_rows.error().code, ErrorCode::kConflict);
  EXPECT_FALSE(import_csv(kHeader + rows(0, 5)));
  const auto other_mapping = import_csv(kHeader + rows(0, 20), mapping("# changed\n"));
  ASSERT_FALSE(other_mapping);
  EXPECT_NE(other_mapping.error().message.find("another mapping"), std::string::npos);
  std::ofstream(options_.checkpoint) << "{\"v\":1,\"rows\":";
  const auto broken = import_csv(kHeader + rows(0, 20));
  ASSERT_FALSE(broken);
  EXPECT_NE(broken.error().message.find("is not one of an import"), std::string::npos);
}

TEST_F(ImportTest, CheckpointOfAnotherLedgerIsRefused) {
  options_.checkpoint = (folder_ / "import.json").string();
  options_.ledger = "first";
  imported(kHeader + rows(0, 20));
  options_.ledger = "second";
  const auto other = import_csv(kHeader + rows(0, 20));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::kConflict);
  EXPECT_NE(other.error().message.find("is of ledger first, and this is ledger second"), std::string::npos) << other.error().message;
  options_.ledger = "first";
  EXPECT_EQ(imported(kHeader + rows(0, 21)).resumed_at, 20U);
}

// As they were written by the versions of the format; the counts are those of twenty of this file's rows.
TEST_F(ImportTest, CheckpointsOfEveryVersionAreRead) {
  options_.checkpoint = (folder_ / "import.json").string();
  options_.ledger = "l1";
  const std::string fixtures = DOCKET_SOURCE_DIR "/tests/fixtures/checkpoint/";
  const auto text = [](const std::string& path) {
    std::ifstream file(path);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  imported(kHeader + rows(0, 20));
  EXPECT_EQ(text(options_.checkpoint), text(fixtures + "v2.json"));
  for (const char* version : {"v1.json", "v2.json"}) {
    std::filesystem::copy_file(fixtures + version, options_.checkpoint, std::filesystem::copy_options::overwrite_existing);
    EXPECT_EQ(imported(kHeader + rows(0, 20)).resumed_at, 20U) << version;
    EXPECT_EQ(text(options_.checkpoint), text(fixtures + "v2.json")) << "and is of this ledger from then on";
  }
  std::ofstream(options_.checkpoint) << "{\"v\":3}";
  const auto newer = import_csv(kHeader + rows(0, 20));
  ASSERT_FALSE(newer);
  EXPECT_NE(newer.error().message.find("is of format 3, and this program reads up to 2"), std::string::npos) << newer.error().message;
}

TEST_F(ImportTest, DryRunPublishesNothing) {
  options_.dry_run = true;
  options_.checkpoint = (folder_ / "import.json").string();
  options_.check = [](const std::string& event) -> PublishedOutcome {
    if (event.find("bad") != std::string::npos) return {Fate::kRejected, "invalid-data", "found nonsense"};
    return {Fate::kAccepted, {}, {}};
  };
  const auto report = imported(kHeader + rows(0, 10) + "bad,2015-01-02 03:04,\n");
  EXPECT_EQ(publisher_.batches, 0);
  EXPECT_EQ(report.counts.accepted, 15U);
  EXPECT_EQ(report.counts.of(RowFate::kRejected), 1U);
  EXPECT_NE(report.text().find("dry run (nothing was published)"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(options_.checkpoint));
}

TEST_F(ImportTest, EventsAsTheyStand) {
  std::istringstream in("{\"id\":\"1\"}\n\n{\"id\":\"2\"}\n{\"id\":\"1\"}\n");
  NdjsonRows source(in);
  const auto report = run_import(source, nullptr, publisher_, options_);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->counts.rows, 3U);
  EXPECT_EQ(report->counts.accepted, 2U);
  EXPECT_EQ(report->counts.duplicate, 1U);
  EXPECT_EQ(report->name, "events");
}

TEST_F(ImportTest, NoSuchColumnIsAnErrorOfTheFile) {
  const auto report = import_csv("ID,OPENED\n1,2\n");
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kInvalid);
}

TEST_F(ImportTest, ProblemsAreBoundedButAllAreTold) {
  options_.problems_kept = 3;
  int told = 0;
  options_.problem = [&](const RowProblem&) { ++told; };
  std::string text = kHeader;
  for (int i = 0; i < 10; ++i) text += "x,never,\n";
  const auto report = imported(text);
  EXPECT_EQ(told, 10);
  EXPECT_EQ(report.problems.size(), 3U);
  EXPECT_EQ(report.problems_left_out, 7U);
  EXPECT_EQ(report.counts.events, 0U);
}

}  // namespace
}  // namespace docket::files
