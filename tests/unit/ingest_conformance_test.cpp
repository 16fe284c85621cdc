// Published suites: CloudEvents' JSON format tests and JSONTestSuite. SKIPPED where the shared data folder is absent.
#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "engine/ingest/json_scan.h"
#include "tests/unit/ingest_fixture.h"

namespace docket::test {
namespace {

namespace fs = std::filesystem;
using ingest::ItemReader;
using ingest::MemberReader;
using ingest::Offered;
using ingest::Stage;

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::string_view member(std::string_view object, std::string_view name) {
  MemberReader reader(object);
  while (reader.next()) {
    if (reader.key() == name) return reader.value();
  }
  return {};
}

std::string text_of(std::string_view raw) { return raw.size() < 2 ? std::string{} : std::string(raw.substr(1, raw.size() - 2)); }

// id -> raw event or batch of one of the suite's files.
std::map<std::string, std::string> suite(const std::string& file, const std::string& what) {
  const std::string text = read_file(fs::path(DOCKET_SHARED_DATA) / "cloudevents/conformance/format/json" / file);
  std::map<std::string, std::string> out;
  ItemReader tests(member(text, "tests"));
  while (tests.next()) out[text_of(member(tests.value(), "id"))] = std::string(member(tests.value(), what));
  return out;
}

// What Docket needs beyond CloudEvents, put in where the test leaves it open: a type of this office, a subject, a time.
std::string lifted(const std::string& event) {
  std::string out = "{";
  std::set<std::string> seen;
  const auto add = [&](const std::string& name, const std::string& raw) {
    out += (out.size() > 1 ? "," : "") + ("\"" + name + "\":" + raw);
  };
  MemberReader reader(event);
  while (reader.next()) {
    const std::string name(reader.key());
    std::string raw(reader.value());
    if ((name == "subject" || name == "time") && raw == "null") continue;
    if (raw == "\"io.cloudevents.test\"") raw = "\"org.docket.ticket.typed.v1\"";
    seen.insert(name);
    add(name, raw);
  }
  if (!seen.contains("subject")) add("subject", "\"T1\"");
  if (!seen.contains("time")) add("time", "\"2017-03-01T10:00:00+08:00\"");
  return out + "}";
}

// "rejected #/time #/type"
std::string verdict(const Offered& offered) {
  std::string out = offered.stage == Stage::kReady       ? "ready"
                    : offered.stage == Stage::kRejected  ? "rejected"
                    : offered.stage == Stage::kForbidden ? "forbidden"
                                                         : "malformed";
  for (const auto& error : offered.refusal.errors) out += " " + error.pointer;
  return out;
}

class CloudEvents : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(fs::path(DOCKET_SHARED_DATA) / "cloudevents")) GTEST_SKIP() << "SKIPPED: shared data cloudevents is absent";
  }
  // Every test of the file must have its row, and the other way round.
  void expect_verdicts(const std::map<std::string, std::string>& events, bool lift, const std::map<std::string, std::string>& expected) {
    std::map<std::string, std::string> found;
    for (const auto& [id, event] : events) found[id] = verdict(ingest_.parse(lift ? lifted(event) : event));
    EXPECT_EQ(found, expected);
  }
  ingest::Ingest ingest_{test_office(), kTagKey};
};

TEST_F(CloudEvents, ValidEventsAreReadableAndLackOnlyWhatDocketNeedsBeyond) {
  // CloudEvents leaves subject and time open and any type is good; Docket needs all three, and JSON objects as data.
  // So valid events of others are rejected (the outcome can be written), never malformed.
  const std::string needs = "rejected #/type #/subject #/time";
  expect_verdicts(suite("valid-events.json", "event"), false,
                  {{"validMinimal", needs},
                   {"validMinimalWithNullForOptional", needs},
                   {"validAllCoreAttributes", "rejected #/type #/datacontenttype"},
                   {"validMinimalWithTimeUtc", "rejected #/type #/subject"},
                   {"validMinimalWithTimeToNanosecondsUtc", "rejected #/type #/subject"},
                   {"validMinimalWithTimeUsingPositiveOffset", "rejected #/type #/subject"},
                   {"validMinimalWithTimeUsingNegativeOffset", "rejected #/type #/subject"},
                   {"validRelativeSource", needs},
                   {"validSimpleTextData", "rejected #/type #/subject #/time #/datacontenttype #/data"},
                   {"validAllExtensionTypes", needs}});
}

TEST_F(CloudEvents, ValidEventsWithThatAddedAreReady) {
  std::map<std::string, std::string> expected;
  const auto events = suite("valid-events.json", "event");
  for (const auto& [id, event] : events) expected[id] = "ready";
  expected["validAllCoreAttributes"] = "rejected #/datacontenttype";  // text/plain
  expected["validSimpleTextData"] = "rejected #/datacontenttype #/data";
  expect_verdicts(events, true, expected);
}

TEST_F(CloudEvents, AllSpellingsOfATimeAreTheSameInstant) {
  const auto events = suite("valid-events.json", "event");
  for (const char* id : {"validMinimalWithTimeUtc", "validMinimalWithTimeToNanosecondsUtc", "validMinimalWithTimeUsingPositiveOffset",
                         "validMinimalWithTimeUsingNegativeOffset"}) {
    const Offered offered = ingest_.parse(lifted(events.at(id)));
    ASSERT_NE(offered.event, nullptr) << id;
    EXPECT_EQ(model::format_instant(offered.event->time), "2018-04-05T17:31:00.000Z") << id;
  }
}

TEST_F(CloudEvents, InvalidEventsAreRefusedForTheirFault) {
  expect_verdicts(suite("invalid-events.json", "event"), true,
                  {{"invalidNoSpecVersion", "malformed #/specversion"},
                   {"invalidNoId", "malformed #/id"},
                   {"invalidNoType", "rejected #/type"},
                   {"invalidNoSource", "malformed #/source"},
                   {"invalidTimeGarbage", "rejected #/time"},
                   {"invalidTimeToMinute", "rejected #/time"},
                   {"invalidTimeOffsetX", "rejected #/time"},
                   {"invalidTimeOffsetOutOfRange", "rejected #/time"},
                   {"invalidTimeOffsetNonInteger", "rejected #/time"},
                   {"invalidTimeOffsetHourOnly", "rejected #/time"},
                   {"invalidEmptyId", "malformed #/id"},
                   {"invalidEmptyType", "rejected #/type"},
                   {"invalidEmptySource", "malformed #/source"},
                   {"invalidEmptySpecVersion", "malformed #/specversion"},
                   {"invalidUnknownSpecVersion", "malformed #/specversion"},
                   {"invalidNonRfc2046DataContentType", "rejected #/datacontenttype"},
                   {"invalidEmptyDataContentType", "rejected #/datacontenttype"},
                   {"invalidEmptyDataSchema", "rejected #/dataschema"},
                   {"invalidEmptySubject", "rejected #/subject"},
                   {"invalidNumericId", "malformed #/id"},
                   {"invalidObjectId", "malformed #/id"},
                   {"invalidCapitalizedExtension", "rejected #/MyExtension"},
                   {"invalidPunctuatedExtension", "rejected #/my.extension"},
                   {"invalidNonIntegerExtensionValue", "rejected #/my.extension"},
                   {"invalidBothDataAndDataBase64", "rejected #/data_base64 #/data"}});
}

TEST_F(CloudEvents, Batches) {
  // Each entry is judged for itself: a broken one doesn't refuse its neighbours.
  std::map<std::string, std::vector<bool>> malformed;
  for (const char* file : {"valid-batches.json", "invalid-batches.json"}) {
    for (const auto& [id, batch] : suite(file, "batch")) {
      const auto rows = ingest_.parse_batch(batch);
      ASSERT_TRUE(rows.ok()) << id;
      auto& found = malformed[id];
      for (const auto& row : *rows) found.push_back(row.stage == Stage::kMalformed);
    }
  }
  const std::map<std::string, std::vector<bool>> expected{{"validBatchEmpty", {}},
                                                          {"validBatchMinimal", {false}},
                                                          {"validBatchMinimal2", {false, false}},
                                                          {"validBatchMinimalAndAllCore", {false, false}},
                                                          {"validBatchMinimalAndAllExtensionTypes", {false, false}},
                                                          {"invalidBatchMixedSpecVersions", {false, true}},
                                                          {"invalidBatchContainingInvalidCloudEvent", {true}},
                                                          {"invalidBatchContainingNonObject", {true, false}}};
  EXPECT_EQ(malformed, expected);
}

class JsonTestSuite : public ::testing::Test {
 protected:
  void SetUp() override {
    const fs::path archive = fs::path(DOCKET_SHARED_DATA) / "json-suites/JSONTestSuite-nst.tar.xz";
    if (!fs::exists(archive)) GTEST_SKIP() << "SKIPPED: shared data json-suites/JSONTestSuite-nst.tar.xz is absent";
    std::string pattern = (fs::temp_directory_path() / "docket-ingest-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    ASSERT_EQ(std::system(("tar xJf '" + archive.string() + "' -C '" + folder_.string() + "'").c_str()), 0);
  }
  void TearDown() override {
    if (!folder_.empty()) fs::remove_all(folder_);
  }
  std::map<std::string, std::string> files(const std::string& sub, const std::string& prefix) {
    std::map<std::string, std::string> out;
    for (const auto& entry : fs::directory_iterator(folder_ / sub)) {
      const std::string name = entry.path().filename().string();
      if (name.ends_with(".json") && name.starts_with(prefix)) out[name] = read_file(entry.path());
    }
    return out;
  }
  fs::path folder_;
  ingest::Ingest ingest_{test_office(), kTagKey};
};

TEST_F(JsonTestSuite, WhatMustBeAcceptedIs) {
  std::map<std::string, std::string> refused;
  const auto good = files("test_parsing", "y_");
  for (const auto& [name, text] : good) {
    const auto canonical = ingest::canonical_json(text);
    if (!canonical.ok()) {
      refused[name] = canonical.error().message;
      continue;
    }
    EXPECT_EQ(*ingest::canonical_json(*canonical), *canonical) << name;
    EXPECT_NE(ingest_.parse(event_text({{"data", "{\"open\":" + text + "}"}})).stage, Stage::kMalformed) << name;
  }
  EXPECT_EQ(good.size(), 95U);
  // Valid JSON that has no canonical form, and why.
  const std::map<std::string, std::string> expected{
      {"y_object_duplicated_key.json", "#: a duplicate member name: \"a\""},
      {"y_object_duplicated_key_and_value.json", "#: a duplicate member name: \"a\""},
  };
  EXPECT_EQ(refused, expected);
}

TEST_F(JsonTestSuite, WhatMustBeRefusedIs) {
  const auto bad = files("test_parsing", "n_");
  for (const auto& [name, text] : bad) {
    EXPECT_FALSE(ingest::canonical_json(text).ok()) << name;
    EXPECT_EQ(ingest_.parse(text).stage, Stage::kMalformed) << name;
    EXPECT_EQ(ingest_.parse(event_text({{"data", "{\"open\":" + text + "}"}})).stage, Stage::kMalformed) << name;
    EXPECT_FALSE(ingest_.parse_batch(text).ok()) << name;
  }
  EXPECT_EQ(bad.size(), 188U);
}

TEST_F(JsonTestSuite, WhatIsOpenDoesNoHarm) {
  auto open = files("test_parsing", "i_");
  EXPECT_EQ(open.size(), 35U);
  open.merge(files("test_transform", ""));
  for (const auto& [name, text] : open) {
    const auto canonical = ingest::canonical_json(text);
    if (canonical.ok()) {
      EXPECT_EQ(*ingest::canonical_json(*canonical), *canonical) << name;
    }
    const Offered offered = ingest_.parse(event_text({{"data", "{\"open\":" + text + "}"}}));
    EXPECT_EQ(offered.event == nullptr, offered.stage == Stage::kMalformed) << name;
  }
}

}  // namespace
}  // namespace docket::test
