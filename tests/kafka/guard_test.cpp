// Goal: what guards a ledger on Kafka beside its chain: the clock rule, the repair of a lost suffix, heads in the neighbour's chain.
// Method: the real program against Apache Kafka.
#include <gmock/gmock.h>

#include <thread>

#include "tests/kafka/broker.h"

namespace docket::testing {
namespace {

using ::testing::HasSubstr;

std::string example_text(const std::string& name) { return file_text(std::string(DOCKET_SOURCE_DIR) + "/docs/examples/" + name); }

// Asks until the answer holds, for half a minute at most.
bool eventually(const std::function<bool()>& holds, std::chrono::seconds most = std::chrono::seconds(30)) {
  const auto until = std::chrono::steady_clock::now() + most;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::yield();
  }
  return true;
}

class KafkaGuard : public KafkaTest {
 protected:
  std::size_t messages() {
    std::size_t count = 0;
    kafka::KafkaLedger port({{brokers_, {}}, topics_ + ".ledger", nullptr, 20'000});
    for (int partition = 0; partition < model::kPartitions; ++partition) {
      for (ledger::Offset from = 0;;) {
        const auto batch = port.read(partition, from, std::size_t{4} << 20U);
        if (!batch) ADD_FAILURE() << batch.error().message;
        if (!batch) return 0;
        count += batch->blocks.size();
        if (batch->end) break;
        from = batch->next;
      }
    }
    return count;
  }
};

TEST_F(KafkaGuard, AnAcknowledgedBlockMeasuresTheBrokersClock) {
  const auto clock = std::make_shared<kafka::BrokerClock>();
  kafka::KafkaLedger port({{brokers_, {}}, topics_ + ".ledger", nullptr, 20'000, clock});
  EXPECT_FALSE(clock->standing(0, 0).measured);
  port.append({{1, 0, "no block, but a message"}});
  ASSERT_TRUE(port.poll().front().ok);
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  EXPECT_TRUE(clock->standing(now, kafka::steady_ms()).measured);
  EXPECT_FALSE(clock->standing(now, kafka::steady_ms()).warns) << "it runs on this machine";
  EXPECT_FALSE(clock->standing(now + 3'600'000, kafka::steady_ms()).may_own);
}

TEST_F(KafkaGuard, ANodeWithAWrongClockWritesNothingSaysWhyAndGoesOnByItself) {
  TempFolder folder;
  const fs::path data = folder / "data";
  const std::string file = (folder / "clock").string();
  const auto set_clock = [&](int ms) {
    std::ofstream(file + ".new") << ms;
    fs::rename(file + ".new", file);
  };
  set_clock(-6'500);
  const auto refused = run_docket(on({"ledger", "create", "--data", data.string()}), {{"DOCKET_CLOCK_FILE", file}});
  EXPECT_TRUE(refused.ended.with(4)) << refused.text();
  EXPECT_THAT(refused.err, HasSubstr("s behind that of broker 1"));
  EXPECT_FALSE(fs::exists(data)) << "and nothing is made";
  create(data);
  Server server(data, {{"DOCKET_CLOCK_FILE", file}}, "docket", serving());
  ASSERT_TRUE(server.ready()) << server.errors();
  const auto status_is = [&](int status) { return [&server, status] { return server.get("/readyz").status == status; }; };
  EXPECT_EQ(server.get("/readyz").status, 503);
  EXPECT_THAT(server.get("/readyz").body, HasSubstr("s behind that of broker 1"));
  EXPECT_EQ(messages(), 32U) << "the genesis blocks, and no owner's";
  const auto written = server.post(example_text("worked-example.ndjson"));
  EXPECT_THAT(written.body, HasSubstr("\"overloaded\""));
  EXPECT_THAT(written.body, HasSubstr("s behind that of broker 1"));
  EXPECT_EQ(messages(), 32U);
  set_clock(0);
  ASSERT_TRUE(eventually(status_is(200))) << server.get("/readyz").body;
  ASSERT_EQ(server.post(example_text("worked-example.ndjson")).status, 200);
  // More than a second: told, and it goes on.
  set_clock(2'500);
  ASSERT_TRUE(eventually([&] { return server.get("/readyz").body.find("s ahead of that of broker 1") != std::string::npos; }));
  EXPECT_EQ(server.get("/readyz").status, 200);
  EXPECT_TRUE(eventually([&] { return server.errors().find("s ahead of that of broker 1") != std::string::npos; })) << server.errors();
  // A jump under way.
  set_clock(3'600'000);
  ASSERT_TRUE(eventually(status_is(503)));
  const auto before = messages();
  EXPECT_THAT(server.post(example_text("worked-example-later.ndjson")).body, HasSubstr("\"overloaded\""));
  EXPECT_EQ(messages(), before);
  set_clock(0);
  ASSERT_TRUE(eventually(status_is(200)));
  EXPECT_TRUE(eventually([&] { return server.errors().find("clock is right again") != std::string::npos; })) << server.errors();
  ASSERT_EQ(server.post(example_text("worked-example-later.ndjson")).status, 200);
  EXPECT_TRUE(server.stop().with(0)) << server.errors();
  verify(data);
}

// Heads go into the next partition's chain, and end when nothing else comes; a cut of a chain then shows by the topic alone.
TEST_F(KafkaGuard, HeadsInTheNextPartitionsChainShowACutTail) {
  TempFolder folder;
  const fs::path data = folder / "data";
  create(data);
  const auto all = [&](int partition) {
    std::vector<std::string> values;
    kafka::KafkaLedger port({{brokers_, {}}, topics_ + ".ledger", nullptr, 20'000});
    for (ledger::Offset from = 0;;) {
      auto batch = port.read(partition, from, std::size_t{4} << 20U);
      if (!batch) ADD_FAILURE() << batch.error().message;
      if (!batch) return values;
      for (auto& stored : batch->blocks) values.push_back(std::move(stored.value));
      if (batch->end) return values;
      from = batch->next;
    }
  };
  // Where chain p stood by its newest head.
  const auto newest_head = [&](int partition) {
    ledger::Height height = 0;
    for (const auto& value : all((partition + 1) % model::kPartitions)) {
      const auto block = ledger::decode_block(value);
      for (const auto& record : block->records) {
        if (record.kind == ledger::RecordKind::kHead) height = ledger::parse_head(record.body, "")->heads.front().height;
      }
    }
    return height;
  };
  const auto heads_in = [&](int partition) {
    int count = 0;
    for (const auto& value : all(partition % model::kPartitions)) {
      const auto block = ledger::decode_block(value);
      for (const auto& record : block->records) count += record.kind == ledger::RecordKind::kHead ? 1 : 0;
    }
    return count;
  };
  // All of chain p but head records lies below its newest head.
  const auto named = [&](int partition) {
    ledger::Height end = 0;
    for (const auto& value : all(partition)) {
      const auto block = ledger::decode_block(value);
      for (const auto& record : block->records) {
        if (record.kind != ledger::RecordKind::kHead) end = block->end();
      }
    }
    return newest_head(partition) >= end;
  };
  std::vector<WorkEvent> life;
  for (auto& event : work(1, 5, "q")) {
    if (life.empty() || event.case_id == life.front().case_id) life.push_back(std::move(event));
  }
  const int partition = model::partition_of(life.front().case_id);
  {
    Server server(data, {{"DOCKET_HEADS_MS", "300"}}, "docket", serving());
    ASSERT_TRUE(server.ready()) << server.errors();
    ASSERT_EQ(server.post(example_text("worked-example.ndjson")).status, 200);
    for (int i = 0; i < model::kPartitions; ++i) ASSERT_TRUE(eventually([&] { return named(i); })) << i;
    // Each round of these brings a head into the next chain. That one has moved by it, and no head of it follows.
    const int behind = heads_in(partition + 2);
    for (std::size_t i = 0; i < 3; ++i) {
      const int before = heads_in(partition + 1);
      ASSERT_EQ(server.post(life.at(i).json).status, 200);
      ASSERT_TRUE(eventually([&] { return named(partition); }));
      EXPECT_GT(heads_in(partition + 1), before);
    }
    EXPECT_EQ(heads_in(partition + 2), behind);
    ASSERT_TRUE(server.stop().with(0)) << server.errors();
  }
  const auto good = run_docket(on({"ledger", "verify", "--data", data.string()}));
  EXPECT_TRUE(good.ended.with(0)) << good.text();
  EXPECT_THAT(good.out, HasSubstr("not seen: without a heads file: whether a chain was cut or rewritten behind the newest of its heads"));
  EXPECT_EQ(good.out.find("keys are not here"), std::string::npos) << good.out;
  EXPECT_THAT(run_docket(on({"ledger", "verify"})).out, HasSubstr("as its keys are not here"));
  {
    Server server(data, {}, "docket", serving());  // a reader passes over them
    ASSERT_TRUE(server.ready()) << server.errors();
    ASSERT_TRUE(server.stop().with(0)) << server.errors();
  }
  verify(data);
  // The same topics, and one chain cut behind its second block.
  std::vector<std::vector<std::string>> chains;
  for (int i = 0; i < model::kPartitions; ++i) chains.push_back(all(i));
  topics_ += "cut";
  ASSERT_TRUE(run_docket(on({"topics", "apply"}, false)).ended.with(0));
  chains[static_cast<std::size_t>(partition)].resize(2);
  kafka::KafkaLedger port({{brokers_, {}}, topics_ + ".ledger", nullptr, 20'000});
  for (int i = 0; i < model::kPartitions; ++i) {
    for (auto& value : chains[static_cast<std::size_t>(i)]) {
      port.append({{1, i, std::move(value)}});
      ASSERT_TRUE(port.poll().front().ok);
    }
  }
  const auto cut = run_docket(on({"ledger", "verify"}));
  EXPECT_TRUE(cut.ended.with(1)) << cut.text();
  EXPECT_THAT(cut.out, HasSubstr("partition " + std::to_string(partition) + ": the head record in partition " +
                                 std::to_string((partition + 1) % model::kPartitions)));
  EXPECT_THAT(cut.out, HasSubstr("the tail is cut: the chain ends at height 2"));
}

// What a topic loses with an unclean election or a power failure, and its node's folder, which knows more.
class KafkaRepair : public KafkaGuard {
 protected:
  // A ledger of two rounds of events, and a second topic that holds the first round only, to which the folder then belongs.
  void lose_the_second_round() {
    create(data_);
    serve_and_post("worked-example.ndjson");
    const fs::path early = folder_ / "early";
    ASSERT_TRUE(run_docket(on({"ledger", "copy", "--from", "kafka", "--to", early.string()})).ended.with(0));
    serve_and_post("worked-example-later.ndjson");
    whole_ = messages();
    const std::string first = topics_;
    topics_ = first + "cut";
    ASSERT_TRUE(run_docket(on({"topics", "apply"}, false)).ended.with(0));
    ASSERT_TRUE(run_docket(on({"ledger", "copy", "--from", early.string(), "--to", "kafka"})).ended.with(0));
    const std::string belongs = file_text((data_ / "kafka.json").string());
    std::ofstream(data_ / "kafka.json") << std::string(belongs).replace(belongs.find(first + ".ledger"), first.size(), topics_);
    left_ = messages();
    ASSERT_LT(left_, whole_);
  }
  void serve_and_post(const std::string& example) {
    Server server(data_, {}, "docket", serving());
    ASSERT_TRUE(server.ready()) << server.errors();
    ASSERT_EQ(server.post(example_text(example)).status, 200);
    before_ = figures(server);
    ASSERT_TRUE(server.stop().with(0)) << server.errors();
  }
  Ran repair(const std::vector<std::string>& more = {}) {
    auto command = on({"ledger", "repair", "--data", data_.string()});
    command.insert(command.end(), more.begin(), more.end());
    return run_docket(command);
  }
  void expect_all_is_there() {
    const auto checked = run_docket(on({"ledger", "verify"}));
    EXPECT_TRUE(checked.ended.with(0)) << checked.text();
    Server server(data_, {}, "docket", serving());
    ASSERT_TRUE(server.ready()) << server.errors();
    expect_same(figures(server), before_);
    ASSERT_TRUE(server.stop().with(0)) << server.errors();
    verify(data_);
  }

  TempFolder folder_;
  const fs::path data_ = folder_ / "data";
  std::map<std::string, std::string> before_;
  std::size_t whole_ = 0;  // messages before the loss, and after
  std::size_t left_ = 0;
};

TEST_F(KafkaRepair, ALostSuffixComesBackFromTheLocalCopy) {
  lose_the_second_round();
  const auto refused =
      run_docket(on({"serve", "--data", data_.string(), "--listen", "127.0.0.1:0"}), {{"DOCKET_COPY_PATIENCE_MS", "2000"}});
  EXPECT_TRUE(refused.ended.with(1)) << refused.text();
  EXPECT_THAT(refused.err, HasSubstr("docket ledger repair"));
  const auto shown = repair({"--dry-run"});
  EXPECT_TRUE(shown.ended.with(0)) << shown.text();
  EXPECT_THAT(shown.out, HasSubstr("to append"));
  EXPECT_EQ(messages(), left_) << "shown, and not written";
  const auto repaired = repair();
  EXPECT_TRUE(repaired.ended.with(0)) << repaired.text();
  EXPECT_THAT(repaired.out, HasSubstr(" appended to topic " + topics_ + ".ledger"));
  EXPECT_EQ(messages(), whole_);
  const auto again = repair();
  EXPECT_TRUE(again.ended.with(0)) << again.text();
  EXPECT_THAT(again.out, HasSubstr("nothing is lost"));
  EXPECT_EQ(messages(), whole_) << "nothing twice";
  expect_all_is_there();
}

TEST_F(KafkaRepair, BehindAnotherOwnersBlockNothingIsAppended) {
  lose_the_second_round();
  const fs::path other = folder_ / "other";
  fs::create_directory(other);
  fs::copy(data_ / "keys", other / "keys", fs::copy_options::recursive);
  {
    Server server(other, {}, "docket", serving());
    ASSERT_TRUE(server.ready()) << server.errors();
    ASSERT_TRUE(server.stop().with(0)) << server.errors();
  }
  const auto after = messages();
  const auto refused = repair();
  EXPECT_TRUE(refused.ended.with(4)) << refused.text();
  EXPECT_THAT(refused.out, HasSubstr("first record owner-changed"));
  EXPECT_THAT(refused.err, HasSubstr("nothing was appended"));
  EXPECT_EQ(messages(), after);
}

// The broker's disk as it was before: as after a power failure that took what no disk had.
TEST_F(KafkaRepair, ANodeThatRunsStopsAndNamesTheRepair) {
  create(data_);
  const fs::path disk = fs::path(DOCKET_BROKER_FOLDER) / "1" / "data";
  const fs::path kept = fs::path(DOCKET_BROKER_FOLDER) / "kept";
  {
    Server server(data_, {{"DOCKET_END_CHECK_MS", "3000"}}, "docket", serving());
    ASSERT_TRUE(server.ready()) << server.errors();
    ASSERT_EQ(server.post(example_text("worked-example.ndjson")).status, 200);
    run_broker("down");
    fs::copy(disk, kept, fs::copy_options::recursive);
    ASSERT_TRUE(run_broker("up").ended.with(0));
    ASSERT_TRUE(
        eventually([&] { return server.post(example_text("worked-example-later.ndjson")).body.find("unknown") == std::string::npos; }));
    before_ = figures(server);
    run_broker("kill");
    fs::remove_all(disk);
    fs::rename(kept, disk);
    ASSERT_TRUE(run_broker("up").ended.with(0));
    EXPECT_TRUE(eventually([&] { return server.errors().find("acknowledged records are gone from the topic") != std::string::npos; },
                           std::chrono::seconds(90)))
        << server.errors();
    EXPECT_TRUE(eventually([&] {
      server.post(example_text("worked-example-later.ndjson"));
      return server.get("/readyz").body.find("docket ledger repair") != std::string::npos;
    })) << server.get("/readyz").body;
    EXPECT_EQ(server.get("/readyz").status, 503);
    ASSERT_TRUE(server.stop().with(0)) << server.errors();
  }
  const auto repaired = repair();
  EXPECT_TRUE(repaired.ended.with(0)) << repaired.text();
  EXPECT_THAT(repaired.out, HasSubstr(" appended to topic "));
  expect_all_is_there();
}

}  // namespace
}  // namespace docket::testing
