// Goal: `rejects replay` publishes refused events again, unchanged, from a file that has their content, and takes nothing twice, however
// often it runs. Method: the real program, with events that are refused before their case is opened.
#include <boost/json.hpp>

#include "tests/support/docket_process.h"

namespace docket::testing {
namespace {

namespace json = boost::json;

// The console's, so that what is not legal yet is refused rather than parked.
constexpr const char* kOpening =
    R"({"specversion":"1.0","id":"T1-1","source":"example","type":"org.docket.hotline-ticket.created.v1","subject":"T1","time":"2017-03-01T09:00:00+08:00","authid":"i1","actorrole":"intake","data":{"number":"T1","channel":"phone","type":"complaint","category":"noise","district":"shinan","text":"t","caller":"p1"}})";
constexpr const char* kEarly =
    R"({"specversion":"1.0", "id":"T1-2","source":"console","type":"org.docket.hotline-ticket.dispatched.v1","subject":"T1","time":"2017-03-01T10:00:00+08:00","authid":"d1","actorrole":"dispatcher","approvedby":"chief","data":{"unit":"U", "odd":1.50}})";
constexpr const char* kNever =
    R"({"specversion":"1.0","id":"T9-2","source":"console","type":"org.docket.hotline-ticket.dispatched.v1","subject":"T9","time":"2017-03-01T10:00:00+08:00","authid":"d1","actorrole":"dispatcher","approvedby":"chief","data":{"unit":"U"}})";
constexpr const char* kElsewhere =
    R"({"specversion":"1.0","id":"T8-2","source":"console","type":"org.docket.hotline-ticket.dispatched.v1","subject":"T8","time":"2017-03-01T10:00:00+08:00","authid":"d1","actorrole":"dispatcher","approvedby":"chief","data":{"unit":"U"}})";

class RejectsReplayTest : public ::testing::Test {
 protected:
  void SetUp() override {
    create_ledger(folder_ / "data");
    server_ = std::make_unique<Server>(folder_ / "data");
    ASSERT_TRUE(server_->ready()) << server_->errors();
    const auto refused = server_->post(std::string(kEarly) + "\n" + kNever + "\n" + kElsewhere + "\n");
    ASSERT_EQ(refused.status, 200) << refused.body;
    const auto answer = json::parse(refused.body);
    for (const auto& row : answer.at("results").as_array()) ASSERT_EQ(row.at("code").as_string(), "no-case") << row;
    write(std::string(kEarly) + "\nno event\n" + kNever + "\n");
  }
  void write(const std::string& text) const { std::ofstream(file()) << text; }
  [[nodiscard]] std::string file() const { return (folder_ / "events.ndjson").string(); }
  // What became of each: "T1-2 accepted", by the id of what was refused.
  struct Replayed {
    std::vector<std::string> rows;
    Ran ran;
  };
  [[nodiscard]] Replayed replay(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words{"rejects",          "replay",   "--file", file(),   "--server",
                                   server_->address(), "--format", "json",   "--lang", "en"};
    words.insert(words.end(), more.begin(), more.end());
    Replayed out;
    out.ran = run_docket(words);
    boost::system::error_code error;
    const auto answer = json::parse(out.ran.out, error);
    if (error) return out;
    for (const auto& row : answer.at("results").as_array())
      out.rows.push_back(std::string(row.at("replayof").as_string()) + " " + std::string(row.at("outcome").as_string()));
    return out;
  }
  [[nodiscard]] std::string id_of(const Replayed& done, std::size_t row) const {
    return std::string(json::parse(done.ran.out).at("results").as_array().at(row).at("id").as_string());
  }
  void open_case() const { ASSERT_NE(server_->post(std::string(kOpening) + "\n").body.find("accepted"), std::string::npos); }
  using Rows = std::vector<std::string>;

  TempFolder folder_;
  std::unique_ptr<Server> server_;
};

TEST_F(RejectsReplayTest, WhatIsLegalNowIsTakenOnce) {
  open_case();
  const auto tried = replay({"--dry-run"});
  EXPECT_EQ(tried.rows, (Rows{"T1-2 accepted", "T9-2 rejected", "T8-2 not-in-file"})) << tried.ran.text();
  const auto first = replay();
  EXPECT_TRUE(first.ran.ended.with(7)) << first.ran.text();
  EXPECT_EQ(first.rows, tried.rows) << "the dry run wrote nothing";
  EXPECT_NE(first.ran.err.find("not read as events: 1\n"), std::string::npos) << first.ran.err;
  EXPECT_TRUE(id_of(first, 0).starts_with("T1-2:replay:")) << id_of(first, 0);
  const std::string stored =
      run_docket({"event", "tail", "--from-start", "--limit", "2", "--format", "ndjson", "--server", server_->address()}).out;
  EXPECT_NE(stored.find(R"("replayof":"T1-2")"), std::string::npos) << stored;
  EXPECT_NE(stored.find("\"odd\""), std::string::npos) << stored;

  const auto second = replay();
  EXPECT_TRUE(second.ran.ended.with(7)) << second.ran.text();
  EXPECT_EQ(second.rows, (Rows{"T1-2 duplicate", id_of(first, 1) + " rejected", "T8-2 not-in-file"}));
  EXPECT_NE(id_of(second, 1), id_of(first, 1)) << "what was refused again is judged again, not told again";
  EXPECT_TRUE(id_of(second, 1).starts_with("T9-2:replay:")) << "of the event itself: " << id_of(second, 1);
  EXPECT_EQ(json::parse(server_->get("/v1/cases/T1").body).at("version").to_number<int>(), 2);
}

TEST_F(RejectsReplayTest, AllRefusedAgainAllTakenNoneThere) {
  EXPECT_TRUE(replay().ran.ended.with(1));
  open_case();
  write(std::string("[") + kEarly + "]");
  EXPECT_TRUE(replay().ran.ended.with(0));
  write(kOpening);
  const auto none = replay();
  EXPECT_TRUE(none.ran.ended.with(3)) << none.ran.text();
  write("\n");
  EXPECT_TRUE(replay().ran.ended.with(2));
}

// Repaired and sent under its own id, it stands already; the same id with another subject is another event.
TEST_F(RejectsReplayTest, WhatIsNoRejectAnyMoreIsLeftAlone) {
  open_case();
  ASSERT_NE(server_->post(std::string(kEarly) + "\n").body.find("accepted"), std::string::npos);
  std::string other = kNever;
  other.replace(other.find("\"T9\""), 4, "\"T1\"");
  write(std::string(kEarly) + "\n" + other + "\n");
  const auto done = replay();
  EXPECT_EQ(done.rows, (Rows{"T8-2 not-in-file", "T1-2 settled", "T9-2 other-event"})) << done.ran.text();
  EXPECT_TRUE(done.ran.ended.with(0)) << done.ran.text();
}

TEST_F(RejectsReplayTest, TheSameFiltersAsTheList) {
  EXPECT_EQ(replay({"--limit", "1"}).rows.size(), 1U);
  EXPECT_TRUE(replay({"--source", "example"}).ran.ended.with(0)) << "of the import nothing was refused";
  const auto wrong = replay({"--code", "no-cases"});
  EXPECT_TRUE(wrong.ran.ended.with(2)) << wrong.ran.text();
  EXPECT_NE(wrong.ran.err.find("did you mean no-case?"), std::string::npos) << wrong.ran.text();
}

}  // namespace
}  // namespace docket::testing
