// Goal: the payloads of the output topics are what they were, byte by byte, and what schemas/asyncapi.yml says. Method: golden files in
// tests/fixtures/outputs; the official parser reads the document, and each golden payload by the schema of its message.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "connectors/kafka/output_producer.h"
#include "connectors/kafka/topic_plan.h"
#include "connectors/kafka/verdict_rows.h"
#include "connectors/local/projections_store.h"
#include "connectors/node/output_rows.h"
#include "tests/support/child_process.h"
#include "tests/support/store_fixture.h"
#include "tests/support/worked_example.h"
#include "tests/unit/definition_fixture.h"
#include "tests/unit/ledger_samples.h"

namespace docket::testing {
namespace {

using ledger::testing::fixture;
using ledger::testing::read_file;

const ledger::Position kPosition{7, 63, 0x0123456789abcdef};

std::filesystem::path golden(const std::string& name) { return std::filesystem::path(DOCKET_SOURCE_DIR) / "tests/fixtures/outputs" / name; }

// What differs lies in the build folder, to be compared.
void expect_golden(const std::string& name, const std::string& got) {
  if (read_file(golden(name)) == got) return;
  const auto there = std::filesystem::path(DOCKET_BINARY_DIR) / name;
  std::ofstream(there) << got;
  ADD_FAILURE() << golden(name) << " says otherwise than " << there;
}

TEST(OutputRows, VerdictsOfEverySortOfRecord) {
  std::string rows;
  std::string keys;
  for (const char* name : {"intake", "intake-judged", "mixed"}) {
    auto text = read_file(fixture(name));
    text.pop_back();
    const auto block = ledger::decode_block(text);
    ASSERT_TRUE(block.ok()) << block.error().message;
    for (const auto& row : kafka::verdict_rows({7, block->end(), ledger::hash_prefix(ledger::block_hash(text))}, *block)) {
      rows += row.value + "\n";
      keys += row.key + "\n";
    }
  }
  expect_golden("verdict.ndjson", rows);
  expect_golden("verdict-keys.txt", keys);
}

TEST(OutputRows, AReleaseIsAnEventThatWasAcceptedAndAQuarantineIsNone) {
  std::vector<std::string> rows;
  for (const char* name : {"quarantined-event", "released-event"}) {
    auto text = read_file(fixture(name));
    text.pop_back();
    const auto block = ledger::decode_block(text);
    ASSERT_TRUE(block.ok()) << block.error().message;
    for (const auto& row : kafka::verdict_rows(kPosition, *block)) rows.push_back(row.key + " " + row.value);
  }
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(
      rows.front(),
      R"(HT-1 {"v":1,"outcome":"accepted","position":"7.63.0123456789abcdef","height":58,"recorded":"2017-03-01T02:00:00.125Z","source":"docket:console","id":"released-57-HT-1","type":"org.docket.hotline-ticket.released.v1","case":"HT-1"})");
}

TEST(OutputRows, CasesAndWhatTheyAddToTheFigures) {
  const auto bundle = definition::load_office("example");
  StoreFixture live(bundle, *model::parse_instant("2017-03-01T00:00:00.000Z"));
  for (const auto& event : worked_example()) {
    const auto time = model::parse_instant(std::string(boost::json::parse(event.json).at("time").as_string()));
    live.set_now(std::max(live.now(), *time + 1000));
    live.offer(event.json);
  }
  local::ProjectionsStore store(live.take_projections());
  partition::RecordSealer sealer("test-ledger", live.keys());
  const node::Reading reading{*bundle, store, live, live.books(), sealer, live.now()};
  std::string cases;
  std::string metrics;
  for (const char* id : {"T1", "T2", "T5", "T6"}) {
    const auto state = store.find(0, id);
    ASSERT_NE(state, nullptr) << id;
    cases += node::case_output(reading, *state, kPosition) + "\n";
    metrics += node::metrics_output(reading, *state, kPosition) + "\n";
  }
  EXPECT_EQ(cases.find("\"done\""), std::string::npos) << "a private text";
  EXPECT_NE(cases.find(R"({"sealed":true})"), std::string::npos);
  expect_golden("case.ndjson", cases);
  expect_golden("metrics.ndjson", metrics);
}

TEST(OutputRows, APlaceIsReadAsItWasWritten) {
  kafka::Resume read;
  ASSERT_TRUE(kafka::parse_resume(kafka::resume_text({57, 1234}), read));
  EXPECT_EQ(read.height, 57U);
  EXPECT_EQ(read.offset, 1234);
  for (const char* text : {"", ".", "5", "5.", ".5", "5.-1", "-5.1", "5.1 ", "a.b"}) EXPECT_FALSE(kafka::parse_resume(text, read)) << text;
}

Ran check_document(const std::string& document, const std::string& payloads) {
  const std::string err = ::testing::TempDir() + "asyncapi-" + std::to_string(::getpid());
  Child child({"/usr/bin/env", "node", std::string(DOCKET_SOURCE_DIR) + "/tests/kafka/asyncapi/check.js", document, payloads},
              {{"NODE_PATH", DOCKET_ASYNCAPI_FOLDER "/node_modules"}}, err);
  Ran ran;
  ran.ended = child.wait(&ran.out);
  ran.err = read_file(err);
  return ran;
}

// Partitions and settings of each topic as `docket topics apply` makes it; what the document leaves out is the brokers' matter.
TEST(OutputRows, TheDocumentHasEveryTopicAsItIsMade) {
  const auto yaml = read_file(DOCKET_SOURCE_DIR "/schemas/asyncapi.yml");
  const auto names = kafka::topic_names("docket");
  ASSERT_TRUE(names.ok());
  auto topics = kafka::needed_topics(*names, {});
  for (auto& topic : kafka::output_topics(*names, {})) topics.push_back(std::move(topic));
  auto intake = kafka::intake_topic(*names, "any", {});
  ASSERT_TRUE(intake.ok());
  intake->name = "'docket.intake.{source}'";
  topics.push_back(std::move(*intake));
  for (const auto& topic : topics) {
    const auto at = yaml.find("    address: " + topic.name + "\n");
    ASSERT_NE(at, std::string::npos) << topic.name;
    const auto row = yaml.substr(yaml.find("kafka: {", at), 200);
    const std::map<std::string, std::string> config(topic.config.begin(), topic.config.end());
    const auto says = [&](const std::string& what) {
      EXPECT_NE(row.substr(0, row.find('\n')).find(what), std::string::npos) << topic.name << ": " << what;
    };
    says("partitions: " + std::to_string(topic.partitions) + ",");
    says("cleanup.policy: [" + config.at("cleanup.policy") + "]");
    says("max.message.bytes: " + config.at("max.message.bytes"));
    if (config.contains("retention.ms")) says("retention.ms: " + config.at("retention.ms") + ",");
  }
}

TEST(OutputRows, TheDocumentPassesTheOfficialParserAndThePayloadsItsSchemas) {
  const char* const ci = std::getenv("CI");
  const bool there = std::filesystem::exists(DOCKET_ASYNCAPI_FOLDER "/node_modules/@asyncapi/parser");
  if (!there && (ci == nullptr || std::string(ci) != "true")) GTEST_SKIP() << "SKIPPED: no AsyncAPI parser here; ./dev test fetches it";
  const std::string document = DOCKET_SOURCE_DIR "/schemas/asyncapi.yml";
  const auto good = check_document(document, golden("").string());
  EXPECT_TRUE(good.ended.with(0)) << good.text();
  // What it must find.
  const auto folder = std::filesystem::path(::testing::TempDir()) / ("outputs-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  std::string text = read_file(golden("verdict.ndjson"));
  text.replace(text.find("\"outcome\""), 9, "\"outkome\"");
  std::ofstream(folder / "verdict.ndjson") << text;
  const auto bad = check_document(document, folder.string());
  EXPECT_TRUE(bad.ended.with(1)) << bad.text();
  EXPECT_NE(bad.out.find("must have required property 'outcome'"), std::string::npos) << bad.text();
  std::string yaml = read_file(document);
  yaml.replace(yaml.find("action: send"), 12, "action: tell");
  std::filesystem::copy(DOCKET_SOURCE_DIR "/schemas/outputs", folder / "outputs");
  std::ofstream(folder / "asyncapi.yml") << yaml;
  const auto wrong = check_document((folder / "asyncapi.yml").string(), golden("").string());
  EXPECT_TRUE(wrong.ended.with(1)) << wrong.text();
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace docket::testing
