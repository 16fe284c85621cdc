// Goal: `docket serve` is given its options by flags, environment, file and defaults, in that order; every mistake of a file is found at
// its line; and nothing shows a secret. Method: the real program's `config check`, `config show` and `serve`.
#include "tests/support/docket_process.h"

namespace docket::testing {
namespace {

bool with_kafka() { return run_docket({"serve", "--help"}).out.find("--brokers") != std::string::npos; }

class ConfigTest : public ::testing::Test {
 protected:
  void write(const std::string& text) const { std::ofstream(file()) << text; }
  [[nodiscard]] std::string file() const { return (folder_ / "docket.yaml").string(); }
  [[nodiscard]] Ran run(const std::string& verb, std::vector<std::string> more = {}, const Environment& environment = {}) const {
    more.insert(more.begin(), {"config", verb, "--config", file()});
    return run_docket(more, environment);
  }
  void expect_finding(const std::string& text, const std::string& finding) const {
    write(text);
    const auto ran = run("check");
    EXPECT_TRUE(ran.ended.with(2)) << text << ran.text();
    EXPECT_EQ(ran.err, "docket: " + file() + ":" + finding + "\n") << text;
    EXPECT_TRUE(run("show").ended.with(2));
  }
  TempFolder folder_;
};

TEST_F(ConfigTest, EveryMistakeStandsAtItsLine) {
  expect_finding("workers: 2\nlisten: 127.0.0.1:0\nacess_log: true\n",
                 "3:1: error: configuration: unknown key acess_log; known are " +
                     std::string(with_kafka() ? "data, listen, workers, tokens, access_log, kafka, ledger"
                                              : "data, listen, workers, tokens, access_log") +
                     "; did you mean access_log?");
  expect_finding("workers: 99\n", "1:10: error: workers: \"99\" is no whole number from 1 to 32");
  expect_finding("access_log: perhaps\n", "1:13: error: access_log: \"perhaps\" is neither true nor false");
  expect_finding("listen: [a, b]\n", "1:9: error: listen: one value belongs here");
  write("workers: 99\ndata: x\ndat: y\n");
  const auto both = run("check");
  EXPECT_NE(both.err.find(":1:10: "), std::string::npos) << both.err;
  EXPECT_NE(both.err.find(":3:1: "), std::string::npos) << both.err;
  write("\n");
  EXPECT_EQ(run("check").out, file() + ": good\n");
  fs::remove(file());
  EXPECT_TRUE(run("check").ended.with(3));
}

TEST_F(ConfigTest, FlagsThenEnvironmentThenFileThenDefaults) {
  write("workers: 3\nlisten: 127.0.0.1:7\n");
  const auto shown = run("show", {"--resolved", "--format", "plain"}, {{"DOCKET_LISTEN", "127.0.0.1:8"}, {"DOCKET_ACCESS_LOG", "true"}});
  EXPECT_TRUE(shown.ended.with(0)) << shown.text();
  for (const std::string row : {"data\tdata\tdefault\n", "listen\t127.0.0.1:8\tDOCKET_LISTEN\n", "access_log\ttrue\tDOCKET_ACCESS_LOG\n"})
    EXPECT_NE(shown.out.find(row), std::string::npos) << row << shown.out;
  EXPECT_NE(shown.out.find("workers\t3\t" + file() + ":1:1\n"), std::string::npos) << shown.out;
  EXPECT_EQ(run("show", {"--format", "csv", "--lang", "en"}).out.find("default"), std::string::npos);
  const auto wrong = run("check", {}, {{"DOCKET_WORKERS", "many"}});
  EXPECT_TRUE(wrong.ended.with(2));
  EXPECT_EQ(wrong.err, "docket: DOCKET_WORKERS: \"many\" is no whole number from 1 to 32\n");

  create_ledger(folder_ / "data");
  write("data: " + (folder_ / "data").string() + "\nlisten: nowhere\n");
  Child child({docket_program(), "serve", "--config", file(), "--listen", "127.0.0.1:0"}, {{"DOCKET_LISTEN", "nowhere"}},
              (folder_ / "err").string());
  const auto line = child.line();
  EXPECT_NE(line.value_or("").find("http://127.0.0.1:"), std::string::npos) << file_text((folder_ / "err").string());
  child.signal(SIGTERM);
  EXPECT_TRUE(child.wait().with(0));
  write("listn: x\n");
  EXPECT_TRUE(run_docket({"serve", "--config", file(), "--data", (folder_ / "data").string()}).ended.with(2));
}

TEST_F(ConfigTest, ASecretStandsInItsOwnFileAndIsNotShown) {
  if (!with_kafka()) GTEST_SKIP() << "built without Kafka";
  const std::string secret = (folder_ / "password").string();
  std::ofstream(secret) << "hush\n";
  write("ledger: kafka\nkafka:\n  brokers: \"k1:9092,k2:9092\"\n  config: {client.rack: a, sasl.password_file: " + secret + "}\n");
  const auto shown = run("show", {"--format", "plain"});
  EXPECT_NE(shown.out.find("kafka.brokers\tk1:9092,k2:9092\t" + file() + ":3:3\n"), std::string::npos) << shown.text();
  EXPECT_NE(shown.out.find("kafka.config\tclient.rack=a sasl.password=(not shown)\t" + file() + ":4:12\n"), std::string::npos)
      << shown.text();
  expect_finding("kafka: {config: {sasl.password: hush}}\n",
                 "1:33: error: kafka.config.sasl.password: a secret stands in a file of its own; write sasl.password_file: FILE");
  expect_finding("kafka: {config: {sasl.password_file: /none}}\n", "1:38: error: kafka.config.sasl.password_file: /none can't be read");
  write("");
  const auto near = run("check", {}, {{"DOCKET_KAFKA__BROKER", "x"}});
  EXPECT_EQ(near.err, "docket: DOCKET_KAFKA__BROKER: unknown; did you mean DOCKET_KAFKA__BROKERS?\n");
  EXPECT_NE(run("show", {}, {{"DOCKET_KAFKA__CONFIG", "client.rack=b linger.ms=5"}}).out.find("client.rack=b linger.ms=5"),
            std::string::npos);
  const auto alone = run_docket({"serve", "--data", secret, "--brokers", "k1:9092"});
  EXPECT_TRUE(alone.ended.with(2)) << alone.text();
  EXPECT_NE(alone.err.find("give --ledger kafka too"), std::string::npos) << alone.err;
}

}  // namespace
}  // namespace docket::testing
