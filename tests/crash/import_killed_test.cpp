// An import is killed and given again, with and without a checkpoint, from CSV through a mapping and from lines of events: nothing is
// lost and nothing doubled.
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/workload.h"

namespace docket::testing {
namespace {

// Requests as the City of Boston's open data has them, made up: open and closed, in time and late, without a target, with quotes,
// commas and line ends in their texts.
std::string city_csv(int rows, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::string out =
      "CASE_ENQUIRY_ID,OPEN_DT,TARGET_DT,CLOSED_DT,OnTime_Status,CASE_STATUS,CLOSURE_REASON,CASE_TITLE,SUBJECT,REASON,TYPE,QUEUE,"
      "Department,Location,neighborhood,Source\n";
  const auto time = [&](int month, int day) {
    char text[64];
    const auto hour = static_cast<int>(random() % 12);
    std::snprintf(text, sizeof text, "%02d/%02d/2015 %02d:%02d:%02d %s", month, day, hour == 0 ? 12 : hour, static_cast<int>(random() % 60),
                  static_cast<int>(random() % 60), random() % 2 == 0 ? "AM" : "PM");
    return std::string(text);
  };
  for (int row = 0; row < rows; ++row) {
    const int day = 1 + static_cast<int>(random() % 10);
    const bool target = random() % 5 != 0;
    const bool closed = random() % 4 != 0;
    out += "10100" + std::to_string(100000 + row) + "," + time(3, day) + "," + (target ? time(3, day + 8) : "") + "," +
           (closed ? time(3, day + 4 + static_cast<int>(random() % 12)) : "") + ",ONTIME," + (closed ? "Closed" : "Open") + "," +
           (closed ? "\"Case Closed. \"\"Done\"\", says the crew\nNr. " + std::to_string(row) + "\"" : "") + ",Title,Public Works," +
           (random() % 2 == 0 ? "Street Cleaning" : "Street Lights") + ",Pothole Repair,PWDx_District " + std::to_string(random() % 9) +
           ",PWDx,\"" + std::to_string(row) + " Some St, Boston\",Dorchester," + (random() % 3 == 0 ? "Self Service" : "Constituent Call") +
           "\n";
  }
  return out;
}

std::set<std::string> ids_of_csv(const std::string& csv) {
  std::set<std::string> out;
  for (std::size_t at = csv.find("\n10100"); at != std::string::npos; at = csv.find("\n10100", at + 1)) {
    const std::string id = csv.substr(at + 1, csv.find(',', at) - at - 1);
    out.insert(id + ":opened");
    if (csv.substr(at, csv.find("\n10100", at + 1) - at).find(",Closed,") != std::string::npos) out.insert(id + ":closed");
  }
  return out;
}

struct Job {
  std::string office;
  std::vector<std::string> how;  // --format and --mapping
  std::string text;
  std::set<std::string> ids;
  Asked asked;
};

Job csv_job() {
  const std::string text = city_csv(150, 2015);
  return {"boston",
          {"--format", "csv", "--mapping", "boston-311"},
          text,
          ids_of_csv(text),
          {"boston-311", "2015-03", "2015-03-20", "2015-06-01"}};
}

Job lines_job() {
  Job job{"example", {"--format", "ndjson"}, {}, {}, {}};
  for (const auto& event : work(4, 99)) {
    job.text += event.json + "\n";
    job.ids.insert(event.id);
  }
  return job;
}

class ImportKilled : public ::testing::Test {
 protected:
  std::vector<std::string> command(const Job& job, const fs::path& data, bool checkpoint) const {
    std::vector<std::string> out{"event", "import", "--data", data.string(), "--batch", "5", "--quiet"};
    out.insert(out.end(), job.how.begin(), job.how.end());
    if (checkpoint) out.insert(out.end(), {"--checkpoint", data.string() + ".checkpoint"});
    out.push_back(file_.string());
    return out;
  }

  void begin(const Job& job) {
    std::ofstream(file_) << job.text;
    create_ledger(folder_ / "empty", job.office);
    fs::copy(folder_ / "empty", folder_ / "calm", fs::copy_options::recursive);
    const auto calm = run_docket(command(job, folder_ / "calm", false));
    ASSERT_TRUE(calm.ended.with(0)) << calm.text();
    undisturbed_ = look(job, folder_ / "calm");
    ASSERT_GT(undisturbed_.size(), 20U);
  }

  std::map<std::string, std::string> look(const Job& job, const fs::path& data) {
    Server server(data);
    EXPECT_TRUE(server.ready()) << server.errors();
    auto out = server.ready() ? figures(server, job.asked) : std::map<std::string, std::string>();
    EXPECT_TRUE(server.stop().with(0)) << server.errors();
    return out;
  }

  // Few passings: how many batches share a write depends on the machine.
  void killed_at(const Job& job, const std::string& at, bool checkpoint) {
    SCOPED_TRACE(at + (checkpoint ? " with a checkpoint" : ""));
    const fs::path data = folder_ / (at + (checkpoint ? "c" : ""));
    fs::copy(folder_ / "empty", data, fs::copy_options::recursive);
    const auto killed = run_docket(command(job, data, checkpoint), {{"DOCKET_CRASH_AT", at}, {"DOCKET_FREEZE_EVENTS", "50"}});
    ASSERT_TRUE(killed.ended.by(SIGKILL)) << "it never came there: " << killed.text();
    const auto again = run_docket(command(job, data, checkpoint));
    EXPECT_TRUE(again.ended.with(0)) << again.text();
    expect_same(look(job, data), undisturbed_);
    expect_once(data, job.ids);
    expect_verified(data);
    std::error_code ignored;
    fs::remove_all(data, ignored);
  }

  TempFolder folder_;
  fs::path file_ = folder_ / "file";
  std::map<std::string, std::string> undisturbed_;
};

TEST_F(ImportKilled, CsvThroughAMapping) {
  const Job job = csv_job();
  begin(job);
  for (const char* at : {"ledger.during_write:7", "store.before_ingest:3"}) killed_at(job, at, false);
  for (const char* at : {"checkpoint.written:2", "checkpoint.renamed:1", "worker.written:8"}) killed_at(job, at, true);
}

TEST_F(ImportKilled, LinesOfEvents) {
  const Job job = lines_job();
  begin(job);
  for (const char* at : {"projections.applied:60", "keys.before_sync:3"}) killed_at(job, at, false);
  for (const char* at : {"checkpoint.written:1", "checkpoint.renamed:2", "ledger.before_write:8"}) killed_at(job, at, true);
}

}  // namespace
}  // namespace docket::testing
