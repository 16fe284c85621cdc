// Goal: the output topics tell what the ledger says, each event at least once, and whoever keeps the row of the highest height has what
// the server answers; nothing is missing behind a kill, a topic that was made anew is written again, and none of it costs an event.
// Method: the real program against Apache Kafka, its topics read by a plain consumer.
#include "tests/kafka/broker.h"
#include "tests/kafka/intake_topic.h"
#include "tests/kafka/output_checks.h"

namespace docket::testing {
namespace {

class KafkaOutputs : public KafkaTest {
 protected:
  [[nodiscard]] std::string topic(const char* name) const { return topics_ + "." + name; }
  // Some partition of that topic is.
  [[nodiscard]] bool behind(Server& server, const char* name) const {
    const auto text = server.get("/metrics").body;
    const std::string begin = "docket_output_backlog_records{topic=\"" + topic(name) + "\"";
    for (std::size_t at = text.find(begin); at != std::string::npos; at = text.find(begin, at + 1)) {
      const auto end = text.find('\n', at);
      if (text.compare(end - 2, 2, " 0") != 0) return true;
    }
    return false;
  }
  [[nodiscard]] OutputChecks outputs() const { return {brokers_, topics_}; }
};

TEST_F(KafkaOutputs, ConsumersSeeWhatTheServerAnswers) {
  TempFolder folder;
  create(folder / "data");
  Server server(folder / "data", {}, "docket", serving());
  ASSERT_TRUE(server.ready()) << server.errors();
  Producer producer(work(2, 7), 20);
  ASSERT_TRUE(producer.publish(server)) << server.errors();
  EXPECT_TRUE(eventually([&] { return outputs_written(server); })) << server.get("/metrics").body;
  EXPECT_NE(server.get("/readyz").body.find("\"outputs\":{\"ok\":true,\"detail\":\"up to date\"}"), std::string::npos);
  outputs().expect_verdicts(producer.acknowledged());
  outputs().expect_cases(server);
  outputs().expect_figures(server);
  for (const char* name : {"verdicts", "cases", "metrics"}) {
    for (const auto& row : read_topic(brokers_, topic(name))) {
      EXPECT_EQ(row.text.find("said by"), std::string::npos) << "a private text in " << name << ": " << row.text;
      EXPECT_EQ(row.headers.at("docket-position"), text_at(row.value, "position"));
      EXPECT_TRUE(ledger::parse_position(text_at(row.value, "position")).ok()) << row.text;
    }
  }
  EXPECT_TRUE(server.stop().with(0)) << server.errors();
  const auto heads = read_topic(brokers_, topic("heads"), 1);
  ASSERT_FALSE(heads.empty());
  std::ofstream(folder / "kept.ndjson") << heads.back().text << "\n";
  const auto verified =
      run_docket(on({"ledger", "verify", "--data", (folder / "data").string(), "--heads", (folder / "kept.ndjson").string()}));
  EXPECT_TRUE(verified.ended.with(0)) << verified.text();
}

// Whoever published to an intake topic finds what became of each record by its place.
TEST_F(KafkaOutputs, EachIntakeRecordHasOneOutcomeByItsPlace) {
  ASSERT_TRUE(run_docket(on({"topics", "apply", "--intake", "hotline"}, false)).ended.with(0));
  TempFolder folder;
  create(folder / "data");
  const std::string intake = topics_ + ".intake.hotline";
  Publisher publisher(brokers_, intake);
  for (const auto& event : work(1, 5)) {
    publisher.send(record_of(event.json));
    if (publisher.sent().size() % 9 == 0) publisher.send(record_of(event.json));  // again
    if (publisher.sent().size() % 13 == 0) publisher.send({event.case_id, "{\"no\":\"event\"}"});
    if (publisher.sent().size() % 17 == 0) {
      auto elsewhere = record_of(work(1, 5, "f").at(publisher.sent().size() % 20).json);
      elsewhere.partition = (model::partition_of(elsewhere.key) + 1) % model::kPartitions;
      publisher.send(elsewhere);
    }
  }
  publisher.flush();
  Server server(folder / "data", {}, "docket", serving());
  ASSERT_TRUE(server.ready()) << server.errors();
  Producer producer(work(1, 6, "h"), 10);  // over HTTP at the same time
  ASSERT_TRUE(producer.publish(server)) << server.errors();
  std::map<std::pair<std::int64_t, std::int64_t>, std::set<std::string>> told;  // by place: height and outcome
  EXPECT_TRUE(eventually([&] {
    told.clear();
    for (const auto& row : read_topic(brokers_, topic("verdicts"))) {
      const auto* place = row.value.if_contains("intake");
      if (place == nullptr) continue;
      EXPECT_EQ(place->at("topic").as_string(), intake);
      EXPECT_EQ(place->at("partition").as_int64(), row.partition);
      told[{row.partition, place->at("offset").as_int64()}].insert(std::to_string(row.value.at("height").to_number<std::uint64_t>()) + " " +
                                                                   text_at(row.value, "outcome"));
    }
    return told.size() >= publisher.sent().size();
  }));
  std::map<std::string, int> outcomes;
  for (const auto& record : publisher.sent()) {
    const auto& all = told[{record.partition, record.offset}];
    EXPECT_EQ(all.size(), 1U) << "offset " << record.offset << " of partition " << record.partition << ": "
                              << ::testing::PrintToString(all);
    for (const auto& one : all) ++outcomes[one.substr(one.find(' ') + 1)];
  }
  EXPECT_EQ(told.size(), publisher.sent().size());
  for (const char* name : {"accepted", "duplicate", "rejected", "forwarded"}) EXPECT_GT(outcomes[name], 0) << name;
  EXPECT_TRUE(server.stop().with(0)) << server.errors();
  outputs().expect_verdicts(producer.acknowledged());
}

TEST_F(KafkaOutputs, NothingIsMissingBehindKills) {
  TempFolder folder;
  create(folder / "data");
  Producer producer(work(4, 11), 5);
  std::set<std::string> before;
  for (std::size_t kill = 0; kill < 4; ++kill) {
    Server server(folder / "data", {}, "docket", serving());
    ASSERT_TRUE(server.ready()) << server.errors();
    producer.publish(server.client(), 5 + 3 * kill);
    EXPECT_TRUE(server.stop(SIGKILL).by(SIGKILL));
  }
  Server server(folder / "data", {}, "docket", serving());
  ASSERT_TRUE(server.ready()) << server.errors();
  ASSERT_TRUE(producer.publish(server)) << server.errors();
  EXPECT_TRUE(eventually([&] { return outputs_written(server); })) << server.get("/metrics").body;
  outputs().expect_verdicts(producer.acknowledged());
  outputs().expect_cases(server);
  outputs().expect_figures(server);
  EXPECT_TRUE(server.stop().with(0)) << server.errors();
}

TEST_F(KafkaOutputs, ABrokenTopicCostsNothingAndOneMadeAnewIsWrittenAgain) {
  TempFolder folder;
  create(folder / "data");
  Server server(folder / "data", {{"DOCKET_OUTPUT_CHECK_MS", "500"}}, "docket", serving());
  ASSERT_TRUE(server.ready()) << server.errors();
  Producer producer(work(2, 13), 10);
  producer.publish(server.client(), 5);
  EXPECT_TRUE(eventually([&] { return outputs_written(server); })) << server.get("/metrics").body;
  delete_topic(brokers_, topic("verdicts"));
  delete_topic(brokers_, topic("cases"));
  ASSERT_TRUE(producer.publish(server)) << "events are taken as ever: " << server.errors();
  EXPECT_EQ(server.get("/readyz").status, 200);
  for (const char* name : {"verdicts", "cases"})
    EXPECT_TRUE(eventually([&] { return behind(server, name); })) << name << ": that it is gone is noticed though all was written to it";
  const auto remade = run_docket(on({"topics", "apply"}, false));
  ASSERT_TRUE(remade.ended.with(0)) << remade.text();
  EXPECT_TRUE(eventually([&] { return outputs_written(server); })) << server.get("/metrics").body << server.errors();
  outputs().expect_verdicts(producer.acknowledged());
  outputs().expect_cases(server);
  outputs().expect_figures(server);
  EXPECT_TRUE(server.stop().with(0)) << server.errors();
}

// Made anew while nobody looked: what its rows say of the one before doesn't count.
TEST_F(KafkaOutputs, ATopicMadeAnewWhileTheNodeWasDownIsWrittenAgain) {
  TempFolder folder;
  create(folder / "data");
  Producer producer(work(1, 17), 10);
  {
    Server server(folder / "data", {}, "docket", serving());
    ASSERT_TRUE(server.ready()) << server.errors();
    ASSERT_TRUE(producer.publish(server)) << server.errors();
    EXPECT_TRUE(server.stop().with(0)) << server.errors();
  }
  outputs().expect_verdicts(producer.acknowledged());
  for (const char* name : {"verdicts", "cases", "metrics"}) delete_topic(brokers_, topic(name));
  EXPECT_TRUE(eventually([&] { return run_docket(on({"topics", "apply"}, false)).ended.with(0); }));
  Server server(folder / "data", {}, "docket", serving());
  ASSERT_TRUE(server.ready()) << server.errors();
  EXPECT_TRUE(eventually([&] { return outputs_written(server); })) << server.get("/metrics").body << server.errors();
  outputs().expect_verdicts(producer.acknowledged());
  outputs().expect_cases(server);
  outputs().expect_figures(server);
  EXPECT_TRUE(server.stop().with(0)) << server.errors();
}

}  // namespace
}  // namespace docket::testing
