// Goal: the output topics tell what the ledger says, each event at least once, and whoever keeps the row of the highest height has what
// the server answers; nothing is missing behind a kill, a topic that was made anew is written again, and none of it costs an event.
// Method: the real program against Apache Kafka, its topics read by a plain consumer.
#include "tests/kafka/output_topics.h"

namespace docket::testing {
namespace {

class KafkaOutputs : public KafkaTest {
 protected:
  [[nodiscard]] std::string topic(const char* name) const { return topics_ + "." + name; }

  // No partition's outputs are behind.
  static bool written(Server& server) {
    const auto text = server.get("/metrics").body;
    const std::string name = "docket_output_backlog_records{";
    std::size_t rows = 0;
    for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
      ++rows;
      const auto end = text.find('\n', at);
      if (text.compare(end - 2, 2, " 0") != 0) return false;
    }
    return rows == 3U * model::kPartitions;
  }
  // Every one of the events has an outcome of that kind in the verdict topic.
  void expect_verdicts(const std::set<std::string>& ids, const std::string& outcome = "accepted") {
    std::map<std::string, std::set<std::uint64_t>> heights;
    for (const auto& row : read_topic(brokers_, topic("verdicts"))) {
      if (text_at(row.value, "outcome") == outcome)
        heights[text_at(row.value, "id")].insert(row.value.at("height").to_number<std::uint64_t>());
    }
    for (const auto& id : ids) EXPECT_EQ(heights[id].size(), 1U) << id << " must be told " << outcome << " at one height";
  }
  // What a consumer keeps is what the server says.
  void expect_cases(Server& server) {
    const auto kept = newest(read_topic(brokers_, topic("cases")));
    const auto all = boost::json::parse(server.get("/v1/cases?kind=hotline-ticket&page_size=1000").body);
    std::set<std::string> ids;
    for (const auto& row : all.at("cases").as_array()) ids.insert(std::string(row.at("id").as_string()));
    EXPECT_FALSE(ids.empty());
    for (const auto& id : ids) {
      const auto it = kept.find(id);
      ASSERT_NE(it, kept.end()) << "no row of case " << id;
      const auto now = boost::json::parse(server.get("/v1/cases/" + id).body).as_object();
      for (const char* name : {"kind", "state", "round", "version", "revision", "unit", "due", "opened", "updated", "parts", "links"}) {
        const auto* here = now.if_contains(name);
        const auto* there = it->second.if_contains(name);
        EXPECT_EQ(here == nullptr ? "" : boost::json::serialize(*here), there == nullptr ? "" : boost::json::serialize(*there))
            << name << " of " << id;
      }
    }
    for (const auto& [id, row] : kept) EXPECT_EQ(ids.count(id), 1U) << "a row of no case: " << id;
  }
};

TEST_F(KafkaOutputs, ConsumersSeeWhatTheServerAnswers) {
  TempFolder folder;
  create(folder / "data");
  Server server(folder / "data", {}, "docket", serving());
  ASSERT_TRUE(server.ready()) << server.errors();
  Producer producer(work(2, 7), 20);
  ASSERT_TRUE(producer.publish(server)) << server.errors();
  EXPECT_TRUE(eventually([&] { return written(server); })) << server.get("/metrics").body;
  expect_verdicts(producer.acknowledged());
  expect_cases(server);
  EXPECT_TRUE(server.stop().with(0)) << server.errors();
}

}  // namespace
}  // namespace docket::testing
