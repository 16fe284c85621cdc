// Goal: what upstream systems publish to an intake topic is judged as over HTTP, each record gets its one outcome whatever bytes it holds,
// and a topic that expired, was made anew or doesn't fit is told by name. Method: the real program and a real broker; the outcomes are read
// from the chain.
#include "tests/kafka/broker.h"
#include "tests/kafka/chain_reader.h"
#include "tests/kafka/intake_topic.h"

namespace docket::testing {
namespace {

std::vector<std::string> example_lines(const std::string& name) {
  std::vector<std::string> out;
  std::istringstream lines(file_text(std::string(DOCKET_SOURCE_DIR) + "/docs/examples/" + name));
  for (std::string line; std::getline(lines, line);) out.push_back(line);
  return out;
}

// A ticket's first event, small.
std::string created(const std::string& id, const std::string& case_id, const std::string& text = "t") {
  return R"({"specversion":"1.0","id":")" + id +
         R"(","source":"example","type":"org.docket.hotline-ticket.created.v1","time":"2017-03-01T01:00:00Z","subject":")" + case_id +
         R"(","authid":"i1","actorrole":"intake","data":{"number":")" + case_id +
         R"(","channel":"phone","type":"complaint","category":"noise","district":"shinan","caller":"p1","text":")" + text + "\"}}";
}

class KafkaIntake : public KafkaTest {
 protected:
  void SetUp() override {
    KafkaTest::SetUp();
    if (brokers_.empty() || HasFatalFailure() || IsSkipped()) return;
    make_topic();
    create(data_);
  }
  void make_topic() {
    const auto made = run_docket(on({"topics", "apply", "--intake", "hotline"}, false));
    ASSERT_TRUE(made.ended.with(0)) << made.text();
  }
  [[nodiscard]] std::string topic() const { return topics_ + ".intake.hotline"; }
  [[nodiscard]] ChainReader chain() const { return {brokers_, topics_ + ".ledger", topic()}; }

  // The worked example by that publisher: the very figures and cases that HTTP brings.
  void expect_example(Publisher& publisher, IntakeRecord (*make)(const std::string&), std::size_t* forwarded) {
    Server server(data_, {}, "docket", serving());
    ASSERT_TRUE(server.ready()) << server.errors();
    for (const auto& line : example_lines("worked-example.ndjson")) publisher.send(make(line));
    publisher.flush();
    auto reader = chain();
    ASSERT_TRUE(reader.await(publisher.sent())) << server.errors();
    const auto outcomes = reader.outcomes(publisher.sent());
    *forwarded = static_cast<std::size_t>(
        std::count_if(outcomes.begin(), outcomes.end(), [](const std::string& outcome) { return outcome.starts_with("forwarded "); }));
    EXPECT_EQ(reader.accepted().size(), outcomes.size()) << "in whatever order they came";
    const auto got = figures(server);
    ASSERT_TRUE(server.stop().with(0)) << server.errors();
    create_ledger(folder_ / "http");
    Server over_http(folder_ / "http");
    ASSERT_TRUE(over_http.ready()) << over_http.errors();
    ASSERT_EQ(over_http.post(file_text(std::string(DOCKET_SOURCE_DIR) + "/docs/examples/worked-example.ndjson")).status, 200);
    expect_same(got, figures(over_http));
    EXPECT_NE(got.at("hotline.on_time_rate").find("\"numerator\":3,\"denominator\":4"), std::string::npos)
        << got.at("hotline.on_time_rate");
    verify(data_);
  }

  TempFolder folder_;
  const fs::path data_ = folder_ / "data";
};

// librdkafka's own partitioner goes by CRC32: nearly every record lies in a partition that isn't its case's.
TEST_F(KafkaIntake, TheWorkedExampleFromAClientWithAnotherPartitioner) {
  Publisher publisher(brokers_, topic(), {{"compression.type", "zstd"}});
  std::size_t forwarded = 0;
  expect_example(publisher, record_of, &forwarded);
  EXPECT_GT(forwarded, publisher.sent().size() / 2);
}

TEST_F(KafkaIntake, TheWorkedExampleInBinaryModeAndInPlace) {
  Publisher publisher(brokers_, topic());
  std::size_t forwarded = 0;
  expect_example(publisher, binary_record_of, &forwarded);
  EXPECT_EQ(forwarded, 0U);
}

TEST_F(KafkaIntake, EachSortOfRecordHasItsOutcomeAndThePartitionGoesOn) {
  Server server(data_, {}, "docket", serving());
  ASSERT_TRUE(server.ready()) << server.errors();
  Publisher publisher(brokers_, topic());
  std::vector<std::string> wanted;
  const auto send = [&](IntakeRecord record, const std::string& outcome) {
    record.key = "C1";  // one partition for all, so that each would stop what follows
    publisher.send(std::move(record));
    wanted.push_back(outcome);
  };
  const auto unreadable = [&](const std::string& value, const std::string& outcome) { send({"", value}, outcome); };
  const auto with = [](std::string json, const std::string& from, const std::string& to) {
    return json.replace(json.find(from), from.size(), to);
  };
  const std::string first = created("e1", "C1");
  unreadable("", "rejected malformed");
  unreadable(std::string("\0\xff\xfe not json", 12), "rejected malformed");
  unreadable("{\"specversion\":\"1.0\"", "rejected malformed");
  unreadable("[" + first + "]", "rejected malformed");
  send(record_of(first), "accepted");
  send(record_of(first), "duplicate");
  send(record_of(first), "duplicate");
  send(record_of(created("e1", "C1", "other words")), "rejected identity-conflict");
  unreadable(with(first, "\"source\":\"example\"", "\"source\":\"nobody\""), "rejected forbidden");
  send(record_of(with(created("e2", "C1"), "hotline-ticket", "no-such-kind")), "rejected unknown-type");
  send(record_of(with(created("e3", "C1"), "ticket.created", "ticket.invented")), "rejected unknown-type");
  send(record_of(created("e4", "C1", std::string(70'000, 'x'))), "rejected too-large");
  send(record_of(with(created("e5", "C1"), ".created.", ".signed.")), "rejected role-not-allowed");
  auto header_only = binary_record_of(created("e6", "C1"));
  header_only.value = "{broken";
  header_only.id.clear();
  send(header_only, "rejected malformed");
  send(record_of(with(first, "\"id\":\"e1\"", "\"id\":\"e7\"")), "parked");  // a case opens once: it may yet be legal
  publisher.flush();
  auto reader = chain();
  ASSERT_TRUE(reader.await(publisher.sent())) << server.errors();
  EXPECT_EQ(reader.outcomes(publisher.sent()), wanted);
  // And the partition takes what comes.
  auto last = record_of(created("e8", "C1"));
  publisher.send(last);
  publisher.flush();
  EXPECT_TRUE(reader.await(publisher.sent()));
  EXPECT_EQ(server.get("/readyz").status, 200);
  const auto metrics = server.get("/metrics").body;
  EXPECT_NE(metrics.find("docket_events_total{outcome=\"duplicate\"} 2"), std::string::npos) << metrics;
  EXPECT_TRUE(server.stop().with(0)) << server.errors();
  verify(data_);
}

TEST_F(KafkaIntake, WhatExpiredBeforeDocketReadItIsLostByRecord) {
  Publisher publisher(brokers_, topic());
  for (int i = 0; i < 40; ++i) publisher.send(record_of(created("e" + std::to_string(i), "C" + std::to_string(i))));
  publisher.flush();
  std::map<int, std::int64_t> ends;
  for (const auto& record : publisher.sent()) ends[record.partition] = std::max(ends[record.partition], record.offset + 1);
  const int partition = std::max_element(ends.begin(), ends.end(), [](const auto& a, const auto& b) { return a.second < b.second; })->first;
  ASSERT_GE(ends[partition], 2);
  const std::int64_t gone = ends[partition] - 1;
  delete_records(brokers_, topic(), partition, gone);
  Server server(data_, {}, "docket", serving());
  ASSERT_TRUE(server.ready()) << server.errors();
  auto reader = chain();
  ASSERT_TRUE(reader.await(publisher.sent())) << server.errors();
  std::vector<std::string> wanted;
  for (const auto& record : publisher.sent()) wanted.push_back(record.partition == partition && record.offset < gone ? "lost" : "accepted");
  EXPECT_EQ(reader.outcomes(publisher.sent()), wanted);
  const auto metrics = server.get("/metrics").body;
  EXPECT_NE(metrics.find("docket_events_total{outcome=\"lost\"} " + std::to_string(gone)), std::string::npos) << metrics;
}

// The same name, another topic: nothing of it is judged until the operator says that it is meant.
TEST_F(KafkaIntake, ATopicMadeAnewStopsWhatHadReadTheOldOneUntilItIsRebased) {
  Publisher publisher(brokers_, topic());
  const auto publish = [&](const std::string& prefix, int count) {
    const std::size_t from = publisher.sent().size();
    for (int i = 0; i < count; ++i) publisher.send(record_of(created(prefix + std::to_string(i), prefix + "C" + std::to_string(i))));
    publisher.flush();
    return std::vector<IntakeRecord>(publisher.sent().begin() + static_cast<std::ptrdiff_t>(from), publisher.sent().end());
  };
  auto reader = chain();
  {
    Server server(data_, {}, "docket", serving());
    ASSERT_TRUE(server.ready()) << server.errors();
    ASSERT_TRUE(reader.await(publish("old", 60)));
    ASSERT_TRUE(server.stop().with(0)) << server.errors();
  }
  delete_topic(brokers_, topic());
  make_topic();
  publisher.epoch = 1;
  publish("new", 200);
  Server server(data_, {}, "docket", serving());
  ASSERT_TRUE(server.ready()) << server.errors();
  std::string ready;
  ASSERT_TRUE(eventually([&] {
    const auto reply = server.get("/readyz");
    ready = reply.body;
    return reply.status == 503 && ready.find("docket intake rebase") != std::string::npos;
  })) << ready;
  EXPECT_NE(ready.find("docket intake rebase " + topic()), std::string::npos) << ready;
  const auto wrong = run_docket({"intake", "rebase", "--data", data_.string(), topics_ + ".intake.other"});
  EXPECT_TRUE(wrong.ended.with(3)) << wrong.text();
  const auto rebased = run_docket({"intake", "rebase", "--data", data_.string(), topic()});
  ASSERT_TRUE(rebased.ended.with(0)) << rebased.text();
  ASSERT_TRUE(reader.await(publisher.sent())) << server.get("/readyz").body << server.errors();
  // A partition that had read nothing of the old topic took the new one for its first: to it the rebase offers its records again.
  for (const auto& outcome : reader.outcomes(publisher.sent())) EXPECT_TRUE(outcome == "accepted" || outcome == "duplicate") << outcome;
  EXPECT_EQ(reader.accepted().size(), publisher.sent().size()) << "and none of them twice";
  ASSERT_TRUE(eventually([&] { return server.get("/readyz").status == 200; })) << server.get("/readyz").body;
  EXPECT_TRUE(server.stop().with(0)) << server.errors();
  verify(data_);
}

TEST_F(KafkaIntake, AnIntakeTopicWithAnotherNumberOfPartitionsIsRefusedByName) {
  auto admin = kafka::Admin::make({brokers_, {}});
  ASSERT_TRUE(admin.ok());
  ASSERT_TRUE(admin->create({topics_ + ".intake.narrow", 3, 1, {}}).ok());
  const auto refused = run_docket(on({"serve", "--data", data_.string(), "--listen", "127.0.0.1:0"}));
  EXPECT_TRUE(refused.ended.with(4)) << refused.text();
  EXPECT_NE(refused.err.find(topics_ + ".intake.narrow has 3 partitions"), std::string::npos) << refused.text();
  const auto plan = run_docket(on({"topics", "plan"}, false));
  EXPECT_TRUE(plan.ended.with(4)) << plan.text();
  EXPECT_NE(plan.out.find(topics_ + ".intake.narrow"), std::string::npos) << plan.text();
}

}  // namespace
}  // namespace docket::testing
