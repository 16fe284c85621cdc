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

}  // namespace
}  // namespace docket::testing
