// A changed metric counted over the whole history by the real program (docs/decisions/0021-backfill.md): killed while it counts, with
// events that come meanwhile; compared, swapped, undone; rebuilt and restored. What it comes to are the figures of two ledgers whose
// definitions had one version from the first event to the last.
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/changed_metrics.h"
#include "tests/support/workload.h"

namespace docket::testing {
namespace {

namespace json = boost::json;

class BackfillTest : public ::testing::Test {
 protected:
  void SetUp() override {
    write_metrics(schemas_);
    create_ledger(data_);
    // Of two ledgers that never change.
    old_figures_ = figures_of({});
    new_figures_ = figures_of({"--schemas", schemas_.string()});
    ASSERT_NE(old_figures_, new_figures_);
  }

  std::map<std::string, std::string> figures_of(const std::vector<std::string>& definitions) {
    const fs::path data = folder_ / ("reference" + std::to_string(definitions.size()));
    std::vector<std::string> create{"ledger", "create", "--data", data.string(), "--office", "example"};
    create.insert(create.end(), definitions.begin(), definitions.end());
    EXPECT_TRUE(run_docket(create).ended.with(0));
    Server server(data);
    EXPECT_TRUE(server.ready()) << server.errors();
    for (auto* part : {&before_, &during_, &after_}) {
      Producer producer(part->events());
      EXPECT_TRUE(producer.publish(server));
    }
    auto out = metric_answers(server);
    EXPECT_TRUE(server.stop().with(0)) << server.errors();
    return out;
  }

  Ran decide(const std::string& what, std::vector<std::string> names = kMetrics) const {
    names.insert(names.begin(), {"metric", what});
    names.insert(names.end(), {"--data", data_.string(), "--by", "chief"});
    return run_docket(names);
  }

  static std::string versions(Server& server, const std::string& name) {
    std::string out;
    const auto body = json::parse(server.get("/v1/metrics/" + name + "?period=2017").body).as_object();
    const auto* rows = body.if_contains("versions");
    if (rows == nullptr) return "none";
    for (const auto& row : rows->as_array()) out += json::serialize(row.at("version")) + std::string(row.at("state").as_string()) + " ";
    return out;
  }

  TempFolder folder_;
  const fs::path data_ = folder_ / "data";
  const fs::path schemas_ = folder_ / "schemas";
  Producer before_{work(2, 7)};
  Producer during_{work(2, 8, "d")};
  Producer after_{work(1, 9, "a")};
  std::map<std::string, std::string> old_figures_;
  std::map<std::string, std::string> new_figures_;
};

TEST_F(BackfillTest, KilledWhileItCountsItGoesOnAndEndsWithTheFiguresOfTheWholeHistory) {
  {
    Server server(data_);
    ASSERT_TRUE(server.ready()) << server.errors();
    ASSERT_TRUE(before_.publish(server));
    const auto activated = run_docket({"kind", "activate", "--data", data_.string(), "--schemas", schemas_.string()});
    ASSERT_TRUE(activated.ended.with(0)) << activated.text();
    EXPECT_EQ(versions(server, kMetrics.front()), "none");
    EXPECT_TRUE(server.stop(SIGKILL).by(SIGKILL));
  }
  const auto early = decide("swap");
  EXPECT_TRUE(early.ended.with(1)) << early.text();
  EXPECT_NE(early.err.find("was not backfilled"), std::string::npos) << early.err;
  const auto asked = decide("backfill");
  ASSERT_TRUE(asked.ended.with(0)) << asked.text();
  EXPECT_NE(asked.out.find("version 2 is counted over the whole history, beside version 1"), std::string::npos) << asked.out;
  EXPECT_NE(decide("swap").err.find("not counted to the end yet"), std::string::npos);

  // Of 32 partitions some are counted, and of these some are written.
  for (const char* at : {"carried.batch:3", "carried.batch:15", "store.before_ingest:2", "carried.built:1"}) {
    SCOPED_TRACE(at);
    Server server(data_, {{"DOCKET_CRASH_AT", at}, {"DOCKET_FREEZE_EVENTS", "25"}});
    during_.publish(server.client(), 2);
    EXPECT_TRUE(server.child().wait().by(SIGKILL));
  }
  Server server(data_, {{"DOCKET_FREEZE_EVENTS", "25"}});
  ASSERT_TRUE(server.ready()) << server.errors();
  ASSERT_TRUE(during_.publish(server));
  await_counted(server);
  ASSERT_TRUE(after_.publish(server));  // what comes now counts at once
  EXPECT_EQ(versions(server, kMetrics.front()), "1current 2beside ");
  EXPECT_EQ(metric_answers(server), old_figures_);

  const auto compared = run_docket(
      {"metric", "compare", "hotline.return_rate", "--period", "2017", "--by", "unit", "--lang", "en", "--server", server.address()});
  EXPECT_TRUE(compared.ended.with(0)) << compared.text();
  EXPECT_NE(compared.out.find("cases count otherwise, of "), std::string::npos) << compared.out;
  EXPECT_NE(compared.out.find("excluded:returned 1"), std::string::npos) << compared.out;
  const auto sides = json::parse(server.get("/v1/metrics/hotline.return_rate/compare?period=2017&limit=2").body);
  EXPECT_EQ(sides.at("cases").as_array().size(), 2U);
  EXPECT_GT(sides.at("cases_differ").as_int64(), 2);
  EXPECT_EQ(sides.at("difference").at("numerator").as_int64(),
            sides.at("newer").at("total").at("numerator").as_int64() - sides.at("older").at("total").at("numerator").as_int64());

  EXPECT_TRUE(decide("undo").ended.with(1)) << "nothing was swapped yet";
  const auto swapped = decide("swap");
  ASSERT_TRUE(swapped.ended.with(0)) << swapped.text();
  EXPECT_EQ(metric_answers(server), new_figures_);
  EXPECT_EQ(versions(server, kMetrics.front()), "1former 2current ");
  const auto listed = run_docket({"metric", "list", "--lang", "en", "--server", server.address()});
  EXPECT_NE(listed.out.find("1 former, 2 current"), std::string::npos) << listed.out;
  ASSERT_TRUE(decide("undo").ended.with(0));
  EXPECT_EQ(metric_answers(server), old_figures_);
  ASSERT_TRUE(decide("swap").ended.with(0));
  EXPECT_TRUE(server.stop(SIGKILL).by(SIGKILL));
}

// A metric that no older definitions have goes on as it was until it is swapped; what can't be done is refused by name.
TEST_F(BackfillTest, AMetricThatIsNewCountsOlderCasesFromTheSwapOn) {
  Server server(data_);
  ASSERT_TRUE(server.ready()) << server.errors();
  ASSERT_TRUE(before_.publish(server));
  ASSERT_TRUE(run_docket({"kind", "activate", "--data", data_.string(), "--schemas", schemas_.string()}).ended.with(0));
  ASSERT_TRUE(after_.publish(server));
  const std::string name = "hotline.brand_new";
  const auto value = [&](const std::string& path) {
    const auto reply = server.get("/v1/metrics/" + name + path);
    const auto body = json::parse(reply.body).as_object();
    return body.contains("total") ? body.at("total").at("value").as_int64() : body.at("newer").at("total").at("value").as_int64();
  };
  const auto part = value("?period=2017");
  EXPECT_EQ(server.get("/v1/metrics/" + name + "/compare?period=2017").status, 400) << "there is nothing to compare yet";
  ASSERT_TRUE(decide("backfill", {name}).ended.with(0));
  int status = 503;
  for (int i = 0; i < 60 && status == 503; ++i) status = server.get("/v1/metrics/" + name + "/compare?period=2017").status;
  ASSERT_EQ(status, 200) << server.errors();
  EXPECT_EQ(versions(server, name), "2beside ");
  EXPECT_EQ(value("?period=2017"), part);
  EXPECT_EQ(value("/compare?period=2017"), 3 * part) << "two copies came before the definitions that have it, one behind them";
  EXPECT_TRUE(json::parse(server.get("/v1/metrics/" + name + "/compare?period=2017").body).at("older").is_null());
  ASSERT_TRUE(decide("swap", {name}).ended.with(0));
  EXPECT_EQ(value("?period=2017"), 3 * part);
  ASSERT_TRUE(decide("undo", {name}).ended.with(0));
  EXPECT_EQ(value("?period=2017"), part);

  const auto refusal = [&](const std::string& metric, int code) {
    const auto ran = decide("backfill", {metric});
    EXPECT_TRUE(ran.ended.with(code)) << ran.text();
    return ran.err;
  };
  EXPECT_NE(refusal("hotline.brand_now", 3).find("did you mean hotline.brand_new?"), std::string::npos);
  EXPECT_NE(refusal("hotline.overdue_rate", 1).find("is computed from others when it is asked: backfill hotline.on_time_rate"),
            std::string::npos);
  EXPECT_NE(refusal("proposal.reply_rate", 1).find("there is nothing to backfill"), std::string::npos);

  // Newer definitions decide: what is swapped is told, and that the name doesn't answer by it.
  std::string text = file_text((schemas_ / "metrics" / "hotline.yaml").string());
  text.replace(text.find("version: 2"), 10, "version: 3");
  std::ofstream(schemas_ / "metrics" / "hotline.yaml") << text;
  ASSERT_TRUE(run_docket({"kind", "activate", "--data", data_.string(), "--schemas", schemas_.string()}).ended.with(0));
  for (const auto& [what, done] : {std::pair("swap", "swapped to version 2"), std::pair("undo", "taken back")}) {
    const auto ran = decide(what, {name});
    EXPECT_TRUE(ran.ended.with(0)) << ran.text();
    EXPECT_NE(ran.out.find(name + ": " + done + ", but the definitions that decide have version 3, and it answers by that"),
              std::string::npos)
        << ran.text();
    EXPECT_EQ(json::parse(server.get("/v1/metrics/" + name + "?period=2017").body).at("version").as_int64(), 3);
  }
  EXPECT_TRUE(server.stop().with(0)) << server.errors();
}

TEST_F(BackfillTest, RebuiltOrRestoredItComesToTheSameFigures) {
  const fs::path copy = folder_ / "copy";
  const fs::path restored = folder_ / "restored";
  {
    Server server(data_);
    ASSERT_TRUE(server.ready()) << server.errors();
    ASSERT_TRUE(before_.publish(server));
    ASSERT_TRUE(run_docket({"kind", "activate", "--data", data_.string(), "--schemas", schemas_.string()}).ended.with(0));
    ASSERT_TRUE(during_.publish(server));
    ASSERT_TRUE(decide("backfill", {"hotline.return_rate"}).ended.with(0));
    ASSERT_TRUE(decide("backfill").ended.with(0)) << "more of them, while the first may still be counted";
    await_counted(server);
    ASSERT_TRUE(decide("swap").ended.with(0));
    ASSERT_TRUE(after_.publish(server));
    EXPECT_EQ(metric_answers(server), new_figures_);
    ASSERT_TRUE(run_docket({"store", "backup", "--data", data_.string(), "--to", copy.string()}).ended.with(0));
    EXPECT_TRUE(server.stop().with(0)) << server.errors();
  }
  EXPECT_TRUE(run_docket({"store", "verify", "--data", data_.string()}).ended.with(0)) << "the live rows are what they were";
  const auto rebuilt = run_docket({"store", "rebuild", "--data", data_.string()});
  EXPECT_TRUE(rebuilt.ended.with(0)) << rebuilt.text();
  EXPECT_NE(rebuilt.out.find("rows of backfilled metrics are made anew"), std::string::npos) << rebuilt.out;
  ASSERT_TRUE(run_docket({"store", "restore", "--from", copy.string(), "--data", restored.string()}).ended.with(0));
  for (const auto& data : {data_, restored}) {
    Server server(data);
    ASSERT_TRUE(server.ready()) << server.errors();
    await_counted(server);
    EXPECT_EQ(metric_answers(server), new_figures_);
    EXPECT_TRUE(server.stop().with(0)) << server.errors();
  }
}

}  // namespace
}  // namespace docket::testing
