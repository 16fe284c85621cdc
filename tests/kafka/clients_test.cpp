// Goal: whoever speaks Kafka can publish to an intake topic and read the ledger, which is plain JSON: kcat, Python, kafkajs, Java, each by
// its own partitioner and compression. Method: stock clients and a real broker; each publishes whole cases of its own and finds its events
// accepted in the ledger's topic. ./dev test installs the clients; where one can't be had its test is skipped, and with CI=true it fails.
#include "tests/kafka/other_programs.h"

namespace docket::testing {
namespace {

constexpr const char* kSeconds = "60";  // that a client waits for its events

class KafkaClients : public KafkaTest {
 protected:
  void SetUp() override {
    KafkaTest::SetUp();
    if (brokers_.empty() || HasFatalFailure() || IsSkipped()) return;
    const auto made = run_docket(on({"topics", "apply", "--intake", "hotline"}, false));
    ASSERT_TRUE(made.ended.with(0)) << made.text();
    create(data_);
    server_ = std::make_unique<Server>(data_, Environment{}, "docket", serving());
    ASSERT_TRUE(server_->ready()) << server_->errors();
  }
  void TearDown() override {
    if (!server_) return;
    EXPECT_TRUE(server_->stop().with(0)) << server_->errors();
  }

  [[nodiscard]] std::string intake() const { return topics_ + ".intake.hotline"; }
  [[nodiscard]] std::string ledger() const { return topics_ + ".ledger"; }

  // Events of whole cases, one a line, in a file; with `keyed` each behind its case and a tab.
  std::string events_of(const std::string& prefix, bool keyed = false) {
    ids_.clear();
    const std::string file = (folder_ / (prefix + ".ndjson")).string();
    std::ofstream out(file);
    for (const auto& event : work(1, 7, prefix)) {
      out << (keyed ? event.case_id + "\t" : "") << event.json << "\n";
      ids_.insert(event.id);
    }
    return file;
  }
  // A client of the common form: ... BROKERS INTAKE LEDGER FILE SECONDS.
  void expect_finds_its_own(std::vector<std::string> command, const std::string& prefix, const std::vector<std::string>& more = {},
                            const Environment& environment = {}) {
    const std::string file = events_of(prefix);
    command.insert(command.end(), {brokers_, intake(), ledger(), file, kSeconds});
    command.insert(command.end(), more.begin(), more.end());
    const auto ran = run_program(command, environment);
    EXPECT_TRUE(ran.ended.with(0)) << ran.text();
    std::set<std::string> found;
    std::istringstream lines(ran.out);
    for (std::string line; std::getline(lines, line);) EXPECT_TRUE(found.insert(line).second) << line << " is accepted twice";
    EXPECT_EQ(found, ids_);
    expect_known(*server_, ids_);
  }
  [[nodiscard]] std::string forwarded() {
    const auto text = server_->get("/metrics").body;
    const std::string name = "docket_events_total{outcome=\"forwarded\"} ";
    const auto at = text.find(name) + name.size();
    return text.substr(at, text.find('\n', at) - at);
  }

  TempFolder folder_;
  const fs::path data_ = folder_ / "data";
  std::set<std::string> ids_;
  std::unique_ptr<Server> server_;
};

TEST_F(KafkaClients, KcatByEitherPartitioner) {
  DOCKET_NEEDS(is_program("/usr/bin/kcat"), "no kcat here (Debian: apt-get install kcat)");
  const std::vector<std::pair<std::string, std::string>> ways{{"murmur2_random", "snappy"}, {"consistent_random", "lz4"}};
  for (const auto& [partitioner, compression] : ways) {
    const std::string file = events_of("kcat-" + compression, true);
    const auto sent = run_program({"/usr/bin/kcat", "-P", "-b", brokers_, "-t", intake(), "-X", "partitioner=" + partitioner, "-z",
                                   compression, "-K", "\t", "-l", file});
    ASSERT_TRUE(sent.ended.with(0)) << sent.text();
    std::set<std::string> missing = ids_;
    EXPECT_TRUE(eventually([&] {
      const auto blocks = run_program({"/usr/bin/kcat", "-C", "-b", brokers_, "-t", ledger(), "-o", "beginning", "-e", "-q"});
      EXPECT_TRUE(blocks.ended.with(0)) << blocks.text();
      std::istringstream lines(blocks.out);
      for (std::string line; std::getline(lines, line);) {
        const auto block = boost::json::parse(line);
        for (const auto& record : block.at("records").as_array()) {
          if (record.at("kind") == "accepted") missing.erase(std::string(record.at("event").at("id").as_string()));
        }
      }
      return missing.empty() || HasFailure();
    })) << missing.size()
        << " events are not in the ledger, such as " << *missing.begin();
    EXPECT_EQ(forwarded() == "0", partitioner == "murmur2_random") << "by that one each lies where its case lives";
  }
}

TEST_F(KafkaClients, Python) {
  const std::string python = "/usr/bin/python3";
  DOCKET_NEEDS(is_program(python) && run_program({python, "-c", "import kafka, lz4"}).ended.with(0),
               "no Kafka client for Python here (Debian: apt-get install python3-kafka python3-lz4)");
  expect_finds_its_own({python, "-B", clients_folder() + "/client.py"}, "py");
  EXPECT_EQ(forwarded(), "0") << "its partitioner is Java's";
}

TEST_F(KafkaClients, Kafkajs) {
  const std::string node = "/usr/bin/node";
  const std::string modules = std::string(DOCKET_KAFKAJS_FOLDER) + "/node_modules";
  DOCKET_NEEDS(is_program(node) && fs::exists(modules + "/kafkajs") && fs::exists(modules + "/lz4js"),
               "no kafkajs in " + modules + " (./dev test fetches it by npm)");
  expect_finds_its_own({node, clients_folder() + "/kafkajs/client.js"}, "js", {}, {{"NODE_PATH", modules}});
  EXPECT_EQ(forwarded(), "0") << "its partitioner is Java's";
}

TEST_F(KafkaClients, JavaInEachCompressionAndWithAPartitionerOfItsOwn) {
  const auto java = java_program("Client", folder_.path());
  DOCKET_NEEDS(!java.empty(), "no Java compiler here (Debian: apt-get install default-jdk-headless)");
  for (const char* compression : {"gzip", "snappy", "lz4", "zstd"})
    expect_finds_its_own(java, std::string("java-") + compression, {compression});
  EXPECT_EQ(forwarded(), "0");
  expect_finds_its_own(java, "java-own", {"none", "own"});
  EXPECT_NE(forwarded(), "0") << "nearly all lay elsewhere";
}

}  // namespace
}  // namespace docket::testing
