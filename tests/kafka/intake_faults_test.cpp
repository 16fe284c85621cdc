// Goal: kill -9 of Docket or of its broker, or a broker that stands still, while upstream systems publish to an intake topic and over HTTP:
// each record of the topic has exactly one first outcome in the chain, the cases and figures are those of a quiet run, and the black-box
// checker (tests/checker) finds that every word was kept. Method: the real program and a real broker. DOCKET_CRASH_SEED=n plays one seed.
#include <atomic>
#include <thread>

#include "tests/kafka/broker.h"
#include "tests/kafka/chain_reader.h"
#include "tests/kafka/intake_topic.h"
#include "tests/kafka/output_topics.h"

namespace docket::testing {
namespace {

constexpr int kCopies = 6;
constexpr std::size_t kGroup = 10;  // records that are published at once

class KafkaIntakeFaults : public KafkaTest {
 protected:
  void SetUp() override {
    KafkaTest::SetUp();
    if (brokers_.empty() || HasFatalFailure() || IsSkipped()) return;
    const auto made = run_docket(on({"topics", "apply", "--intake", "hotline"}, false));
    ASSERT_TRUE(made.ended.with(0)) << made.text();
    create(data_);
    publisher_ = std::make_unique<Publisher>(brokers_, topics_ + ".intake.hotline");
    publisher_->on_send = [this](std::size_t, const IntakeRecord& record) {
      boost::json::object asked{{"topic", publisher_->topic()}};
      if (!record.id.empty()) asked.insert({{"source", record.source}, {"id", record.id}, {"case", record.key}});
      calls_.push_back(history_.invoke("send", std::move(asked)));
    };
    publisher_->on_landed = [this](std::size_t number, const IntakeRecord& record) {
      history_.ok(calls_[number], {{"partition", record.partition}, {"offset", record.offset}});
    };
    over_http_.history = &history_;
    make_plan();
  }
  void TearDown() override {
    if (!brokers_.empty()) run_broker("thaw");
  }

  // Events of whole cases, some of them twice, and now and then what is no event.
  void make_plan() {
    for (const auto& event : by_topic_) {
      plan_.push_back(random_() % 2 == 0 ? record_of(event.json) : binary_record_of(event.json));
      if (random_() % 12 == 0) plan_.push_back(plan_[random_() % plan_.size()]);
      if (random_() % 25 == 0) plan_.push_back({event.case_id, "no event at all"});
    }
  }
  [[nodiscard]] std::size_t groups() const { return (plan_.size() + kGroup - 1) / kGroup; }
  void publish_group() {
    for (std::size_t i = 0; i < kGroup && published_ < plan_.size(); ++i) publisher_->send(plan_[published_++]);
  }
  // So many groups of the topic, and some batches over HTTP beside them; `harm` behind the group of that number.
  void publish(Server& server, std::size_t count, std::size_t harm_after, const std::function<void()>& harm) {
    std::thread beside([this, address = server.address()] {
      Client client(address);
      over_http_.publish(client, 6);
    });
    for (std::size_t group = 0; group < count; ++group) {
      publish_group();
      if (group == harm_after) harm();
      publisher_->flush();
    }
    beside.join();
  }

  void expect_whole() {
    Server server(data_, small_, "docket", serving());
    ASSERT_TRUE(server.ready()) << server.errors();
    while (published_ < plan_.size()) publish_group();
    publisher_->flush();
    ASSERT_TRUE(over_http_.publish(server)) << server.errors();
    ChainReader reader(brokers_, topics_ + ".ledger", publisher_->topic());
    ASSERT_TRUE(reader.await(publisher_->sent())) << server.errors();
    const auto outcomes = reader.outcomes(publisher_->sent());
    std::map<std::string, std::size_t> sorts;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      ++sorts[outcomes[i]];
      EXPECT_EQ(publisher_->sent()[i].id.empty(), outcomes[i] == "rejected malformed") << outcomes[i];
    }
    EXPECT_EQ(sorts["accepted"] + sorts["parked"], by_topic_.size()) << ::testing::PrintToString(sorts);
    EXPECT_GT(sorts["duplicate"], 0U);
    EXPECT_EQ(reader.accepted().size(), by_topic_.size() + over_http_.events().size());
    EXPECT_TRUE(eventually([&] { return outputs_written(server); })) << server.get("/metrics").body;
    {
      std::ofstream verdicts(folder_ / "verdicts.ndjson");
      for (const auto& row : read_topic(brokers_, topics_ + ".verdicts")) verdicts << row.text << "\n";
    }
    const auto judged = history_.check(server, {"--verdicts", (folder_ / "verdicts.ndjson").string()});
    EXPECT_TRUE(judged.ended.with(0)) << judged.text();
    std::cout << "checker: " << judged.err;
    const auto after = figures(server);
    ASSERT_TRUE(server.stop().with(0)) << server.errors();
    verify(data_);
    expect_calm(folder_ / "calm", {by_topic_, over_http_.events()}, after);
  }

  const std::uint64_t seed_ = a_seed();
  std::mt19937_64 random_{seed_};
  TempFolder folder_;
  const fs::path data_ = folder_ / "data";
  const Environment small_{{"DOCKET_FREEZE_EVENTS", "50"}};
  RunHistory history_{folder_ / "history.ndjson"};
  const std::vector<WorkEvent> by_topic_ = work(kCopies, seed_, "k");
  Producer over_http_{work(2, seed_, "h"), 4};
  std::vector<IntakeRecord> plan_;
  std::size_t published_ = 0;
  std::vector<std::string> calls_;
  std::unique_ptr<Publisher> publisher_;
};

TEST_F(KafkaIntakeFaults, DocketKilledWhileUpstreamPublishes) {
  constexpr int kRounds = 4;
  for (int round = 0; round < kRounds; ++round) {
    Server server(data_, small_, "docket", serving());
    ASSERT_TRUE(server.ready()) << server.errors();
    const std::size_t count = groups() / kRounds;
    publish(server, count, random_() % count, [&] { server.child().signal(SIGKILL); });
    server.stop(SIGKILL);
  }
  expect_whole();
}

TEST_F(KafkaIntakeFaults, TheBrokerKilledWhileUpstreamPublishes) {
  {
    Server server(data_, small_, "docket", serving());
    ASSERT_TRUE(server.ready()) << server.errors();
    for (int round = 0; round < 2; ++round) {
      publish(server, groups() / 2, random_() % (groups() / 2), [] {
        run_broker("kill");
        ASSERT_TRUE(run_broker("up").ended.with(0));
      });
    }
    EXPECT_TRUE(server.stop().with(0)) << server.errors();
  }
  expect_whole();
}

// Until a caller over HTTP has heard that nobody knows; and Docket itself stands still for a while too.
TEST_F(KafkaIntakeFaults, TheBrokerAndDocketStandStillInTurns) {
  {
    Server server(data_, small_, "docket", serving());
    ASSERT_TRUE(server.ready()) << server.errors();
    publish(server, 1 + random_() % (groups() / 2), groups(), [] {});
    ASSERT_TRUE(run_broker("freeze").ended.with(0));
    publish_group();
    over_http_.on_batch = [&] {
      if (over_http_.refused() > 0) run_broker("thaw");
    };
    over_http_.publish(server.client(), 3);
    over_http_.on_batch = nullptr;
    EXPECT_GT(over_http_.refused(), 0U) << "the first answer can only have been that nobody knows";
    publisher_->flush();
    server.child().signal(SIGSTOP);
    publish_group();
    publisher_->flush();
    server.child().signal(SIGCONT);
    EXPECT_TRUE(server.stop().with(0)) << server.errors();
  }
  expect_whole();
}

}  // namespace
}  // namespace docket::testing
