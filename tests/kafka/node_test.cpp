// Goal: one node on a real broker answers as on an embedded ledger, starts from nothing but the topic and its keys, and refuses a topic
// that is not its own or not safe. Method: the real program against Apache Kafka.
#include "tests/kafka/broker.h"

namespace docket::testing {
namespace {

std::string example_text(const std::string& name) { return file_text(std::string(DOCKET_SOURCE_DIR) + "/docs/examples/" + name); }

// domain.md 3.4: the unit's March at the cut-off.
const std::vector<std::pair<std::string, std::string>> kFigures{
    {"hotline.completion_rate", "100.00"}, {"hotline.on_time_rate", "75.00"},    {"hotline.response_rate", "75.00"},
    {"hotline.satisfaction.v1", "66.67"},  {"hotline.satisfaction.v2", "33.33"}, {"hotline.first_round_satisfaction", "66.67"},
    {"hotline.redo_rate", "25.00"},
};

void expect_figures(Server& server) {
  for (const auto& [name, value] : kFigures) {
    const auto shown = run_docket({"metric", "show", name, "--period", "2017-03", "--at", "2017-04-10", "--server", server.address()});
    EXPECT_NE(shown.out.find(" " + value + " %"), std::string::npos) << name << " must be " << value << ":\n" << shown.text();
  }
}

class KafkaNode : public KafkaTest {};

TEST_F(KafkaNode, TheWorkedExampleGivesTheVeryFigures) {
  TempFolder folder;
  const fs::path data = folder / "data";
  create(data);
  std::map<std::string, std::string> before;
  {
    Server server(data, {}, "docket", serving());
    ASSERT_TRUE(server.ready()) << server.errors();
    ASSERT_EQ(server.post(example_text("worked-example.ndjson")).status, 200);
    expect_figures(server);
    const auto ready = server.get("/readyz");
    EXPECT_EQ(ready.status, 200);
    EXPECT_NE(ready.body.find("single copy"), std::string::npos) << "the risk that was taken is told: " << ready.body;
    before = figures(server);
    const auto backup = run_docket({"store", "backup", "--data", data.string(), "--to", (folder / "backup").string()});
    EXPECT_TRUE(backup.ended.with(4)) << backup.text();
    EXPECT_NE(backup.err.find("its ledger is on Kafka"), std::string::npos) << backup.text();
    EXPECT_FALSE(fs::exists(folder / "backup")) << "nothing that could be taken for the ledger";
    EXPECT_TRUE(server.stop().with(0)) << server.errors();
  }
  verify(data);
  const auto import = run_docket({"event", "import", "--data", data.string(), "/dev/null"});
  EXPECT_TRUE(import.ended.with(4)) << import.text();
  EXPECT_NE(import.err.find("--server"), std::string::npos) << import.text();
  {
    Server server(data, {}, "docket", serving());
    ASSERT_TRUE(server.ready()) << server.errors();
    expect_figures(server);
    expect_same(figures(server), before);
    EXPECT_TRUE(server.stop().with(0)) << server.errors();
  }
  // Another folder, with the keys and nothing else: all comes back from the topic.
  const fs::path other = folder / "other";
  fs::create_directory(other);
  fs::copy(data / "keys", other / "keys", fs::copy_options::recursive);
  Server server(other, {}, "docket", serving());
  ASSERT_TRUE(server.ready()) << server.errors();
  expect_figures(server);
  expect_same(figures(server), before);
  EXPECT_TRUE(server.stop().with(0)) << server.errors();
  verify(other);
}

// Every block of an embedded ledger, byte for byte.
std::vector<std::string> blocks_of(const fs::path& data) {
  std::vector<std::string> out;
  const auto store = embedded::EmbeddedStore::open(data);
  if (!store) ADD_FAILURE() << store.error().message;
  if (!store) return out;
  for (int partition = 0; partition < (*store)->partitions(); ++partition) {
    const auto all = (*store)->read(partition, 0, ~std::size_t{0});
    for (const auto& stored : all->blocks) out.push_back(std::to_string(partition) + " " + stored.value);
  }
  return out;
}

TEST_F(KafkaNode, ALedgerGoesToKafkaAndBackWithItsChainsIntact) {
  TempFolder folder;
  const fs::path data = folder / "data";
  create_ledger(data);
  std::map<std::string, std::string> before;
  {
    Server server(data);
    ASSERT_TRUE(server.ready()) << server.errors();
    ASSERT_EQ(server.post(example_text("worked-example.ndjson")).status, 200);
    before = figures(server);
    ASSERT_TRUE(server.stop().with(0));
  }
  const auto there = run_docket(on({"ledger", "copy", "--from", data.string(), "--to", "kafka"}));
  ASSERT_TRUE(there.ended.with(0)) << there.text();
  const auto again = run_docket(on({"ledger", "copy", "--from", data.string(), "--to", "kafka"}));
  EXPECT_TRUE(again.ended.with(0)) << again.text();
  EXPECT_EQ(again.out.rfind("0 blocks", 0), 0U) << "nothing is copied twice: " << again.text();
  const auto back = run_docket(on({"ledger", "copy", "--from", "kafka", "--to", (folder / "back").string()}));
  ASSERT_TRUE(back.ended.with(0)) << back.text();
  EXPECT_EQ(blocks_of(folder / "back"), blocks_of(data));

  // A node goes on with it on Kafka, and what it adds comes back too.
  const fs::path node = folder / "node";
  fs::create_directory(node);
  fs::copy(data / "keys", node / "keys", fs::copy_options::recursive);
  {
    Server server(node, {}, "docket", serving());
    ASSERT_TRUE(server.ready()) << server.errors();
    expect_figures(server);
    expect_same(figures(server), before);
    ASSERT_EQ(server.post(example_text("worked-example-later.ndjson")).status, 200);
    ASSERT_TRUE(server.stop().with(0));
  }
  const auto more = run_docket(on({"ledger", "copy", "--from", "kafka", "--to", (folder / "back").string()}));
  ASSERT_TRUE(more.ended.with(0)) << more.text();
  EXPECT_NE(more.out.rfind("0 blocks", 0), 0U) << more.text();
  EXPECT_TRUE(run_docket(on({"ledger", "verify"})).ended.with(0));

  const auto stranger = folder / "stranger";
  create_ledger(stranger);
  const auto refused = run_docket(on({"ledger", "copy", "--from", stranger.string(), "--to", "kafka"}));
  EXPECT_TRUE(refused.ended.with(4)) << refused.text();
}

// Nobody asked the first to go: the chain tells it, at its next block.
TEST_F(KafkaNode, ASecondOwnerStopsTheFirstAndNothingIsLost) {
  TempFolder folder;
  create(folder / "first");
  Producer producer(work(1, 7), 5);
  Server first(folder / "first", {}, "docket", serving());
  ASSERT_TRUE(first.ready()) << first.errors();
  ASSERT_TRUE(producer.publish(first.client(), 3));
  const auto acknowledged = producer.acknowledged();
  ASSERT_FALSE(acknowledged.empty());
  fs::create_directory(folder / "second");
  fs::copy(folder / "first" / "keys", folder / "second" / "keys", fs::copy_options::recursive);  // as they are by now
  Server second(folder / "second", {}, "docket", serving());
  ASSERT_TRUE(second.ready()) << second.errors();
  producer.publish(first.client(), 10);
  EXPECT_EQ(producer.acknowledged(), acknowledged) << "the first can't win any more";
  EXPECT_GT(producer.refused(), 0U);
  EXPECT_EQ(first.get("/readyz").status, 503);
  ASSERT_TRUE(producer.publish(second)) << second.errors();
  expect_known(second, producer.acknowledged());
  EXPECT_TRUE(first.stop().with(0)) << first.errors();
  EXPECT_TRUE(second.stop().with(0)) << second.errors();
  expect_once_in_topic(producer.acknowledged());
  verify(folder / "second");
}

TEST_F(KafkaNode, ATopicThatIsNotItsOwnIsRefused) {
  TempFolder folder;
  create(folder / "mine");
  const auto again = run_docket(on({"ledger", "create", "--data", (folder / "mine").string()}));
  EXPECT_TRUE(again.ended.with(0)) << "given again after a kill, it goes on: " << again.text();
  const auto taken = run_docket(on({"ledger", "create", "--data", (folder / "theirs").string()}));
  EXPECT_TRUE(taken.ended.with(4)) << taken.text();
  EXPECT_NE(taken.err.find("holds ledger"), std::string::npos) << taken.text();
  const auto embedded = run_docket({"serve", "--data", (folder / "mine").string(), "--listen", "127.0.0.1:0"});
  EXPECT_TRUE(embedded.ended.with(4)) << embedded.text();
  EXPECT_NE(embedded.err.find("--ledger kafka"), std::string::npos) << embedded.text();

  const std::string first = topics_;
  topics_ = first + "b";
  ASSERT_TRUE(run_docket(on({"topics", "apply"}, false)).ended.with(0));
  create(folder / "theirs2");
  const auto moved = run_docket(on({"serve", "--data", (folder / "mine").string(), "--listen", "127.0.0.1:0"}));
  EXPECT_TRUE(moved.ended.with(4)) << moved.text();
  EXPECT_NE(moved.err.find("belongs to topic " + first + ".ledger"), std::string::npos) << moved.text();
}

// The same name, another topic: what the folder's copy holds is not there.
TEST_F(KafkaNode, ATopicThatWasMadeAnewIsRefused) {
  TempFolder folder;
  const fs::path data = folder / "data";
  create(data);
  {
    Server server(data, {}, "docket", serving());
    ASSERT_TRUE(server.ready()) << server.errors();
    ASSERT_EQ(server.post(example_text("worked-example.ndjson")).status, 200);
    ASSERT_TRUE(server.stop().with(0));
  }
  const fs::path copy = folder / "copy";
  ASSERT_TRUE(run_docket(on({"ledger", "copy", "--from", "kafka", "--to", copy.string()})).ended.with(0));
  const std::string first = topics_;
  topics_ = first + "anew";
  ASSERT_TRUE(run_docket(on({"topics", "apply"}, false)).ended.with(0));
  // The same ledger, cut: its genesis blocks alone.
  create_ledger(folder / "other");
  ASSERT_TRUE(run_docket(on({"ledger", "copy", "--from", (folder / "other").string(), "--to", "kafka"})).ended.with(0));
  const std::string belongs = file_text((data / "kafka.json").string());
  std::ofstream(data / "kafka.json") << std::string(belongs).replace(belongs.find(first + ".ledger"), first.size(), topics_);
  const auto refused = run_docket(on({"serve", "--data", data.string(), "--listen", "127.0.0.1:0"}));
  EXPECT_TRUE(refused.ended.with(4)) << refused.text();
  EXPECT_NE(refused.err.find("the topic was made anew"), std::string::npos) << refused.text();
}

TEST_F(KafkaNode, UnsafeTopicsAreRefusedByName) {
  TempFolder folder;
  std::vector<std::string> plan{"topics", "plan", "--brokers", brokers_, "--topics", topics_};
  const auto strict = run_docket(plan);
  EXPECT_TRUE(strict.ended.with(4)) << strict.text();
  for (const char* named : {"replication is 1, must be 3", "min.insync.replicas is 1, must be 2"})
    EXPECT_NE(strict.out.find(named), std::string::npos) << strict.text();
  const auto create = run_docket(
      {"ledger", "create", "--data", (folder / "data").string(), "--ledger", "kafka", "--brokers", brokers_, "--topics", topics_});
  EXPECT_TRUE(create.ended.with(4)) << create.text();
  EXPECT_NE(create.err.find("replication"), std::string::npos) << create.text();
  EXPECT_FALSE(fs::exists(folder / "data")) << "and nothing is made";
  // Set wrongly afterwards: told, and put right.
  auto admin = kafka::Admin::make({brokers_, {}});
  ASSERT_TRUE(admin.ok());
  ASSERT_TRUE(admin->alter(topics_ + ".ledger", {{"retention.ms", "604800000"}, {"segment.ms", "3600000"}}).ok());
  const auto wrong = run_docket(on({"topics", "plan"}, false));
  EXPECT_TRUE(wrong.ended.with(4)) << wrong.text();
  EXPECT_NE(wrong.out.find("retention.ms is 604800000, must be -1"), std::string::npos) << wrong.text();
  ASSERT_TRUE(run_docket(on({"topics", "apply"}, false)).ended.with(0));
  EXPECT_TRUE(run_docket(on({"topics", "plan"}, false)).ended.with(0));
  const auto state = admin->describe(topics_ + ".ledger");
  ASSERT_TRUE(state.ok());
  EXPECT_EQ(state->config.at("segment.ms"), "3600000") << "other settings of the topic stay";
}

TEST_F(KafkaNode, WrongOptionsAreNamedBeforeAnythingStarts) {
  TempFolder folder;
  const auto with = [&](std::vector<std::string> more) {
    auto command = on({"serve", "--data", (folder / "data").string(), "--listen", "127.0.0.1:0"});
    command.insert(command.end(), more.begin(), more.end());
    return run_docket(command);
  };
  const auto unknown = with({"--kafka-config", "lingr.ms=5"});
  EXPECT_TRUE(unknown.ended.with(2)) << unknown.text();
  EXPECT_NE(unknown.err.find("lingr.ms=5"), std::string::npos) << unknown.text();
  const auto fixed = with({"--kafka-config", "acks=1"});
  EXPECT_TRUE(fixed.ended.with(2)) << fixed.text();
  const auto none = with({});
  EXPECT_TRUE(none.ended.with(3)) << "no keys there: " << none.text();
  EXPECT_FALSE(fs::exists(folder / "data"));
}

}  // namespace
}  // namespace docket::testing
