// Batches and lines: every entry judged for itself, events that outlive their request.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/ingest_fixture.h"

namespace docket::test {
namespace {

using ingest::Stage;

std::vector<Stage> stages(const std::vector<ingest::Offered>& rows) {
  std::vector<Stage> out;
  for (const auto& row : rows) out.push_back(row.stage);
  return out;
}

TEST(Batch, EachEntryForItself) {
  ingest::Ingest ingest(test_office(), kTagKey);
  std::vector<ingest::Offered> rows;
  {
    const std::string deep = event_text({{"data", "{\"x\":" + std::string(100, '[') + std::string(100, ']') + "}"}});
    const std::string text = " [" + event_text() + " ,\n" + event_text({{"id", "\"e-2\""}, {"data", "{\"level\":\"x\"}"}}) + ", 7, " +
                             event_text({{"source", "\"nobody\""}}) + "," + deep + "," + event_text({{"id", "\"e-3\""}}) + "] ";
    auto parsed = ingest.parse_batch(text);
    ASSERT_TRUE(parsed.ok()) << parsed.error().message;
    rows = std::move(*parsed);
  }
  EXPECT_EQ(stages(rows),
            (std::vector<Stage>{Stage::kReady, Stage::kRejected, Stage::kMalformed, Stage::kForbidden, Stage::kMalformed, Stage::kReady}));
  // The request's text is gone; each event holds its own.
  EXPECT_EQ(rows[0].event->attributes[1].raw, "\"e-1\"");
  EXPECT_EQ(*rows[5].event->text, event_text({{"id", "\"e-3\""}}));
}

TEST(Batch, NotAnArray) {
  ingest::Ingest ingest(test_office(), kTagKey);
  EXPECT_EQ(ingest.parse_batch("{}").error().message, "found an object, expected a JSON array of CloudEvents");
  EXPECT_EQ(ingest.parse_batch("[{]").error().code, ErrorCode::kInvalid);
  EXPECT_EQ(ingest.parse_batch("").error().message, "not JSON: empty");
  EXPECT_TRUE(ingest.parse_batch("[]")->empty());
}

TEST(Batch, WhatIsNoObjectIsToldByItsType) {
  ingest::Ingest ingest(test_office(), kTagKey);
  const std::string tail = ", expected one CloudEvent, a JSON object";
  const auto told = [](const ingest::Offered& row) { return row.refusal.errors.at(0).pointer + ": " + row.refusal.errors.at(0).detail; };
  const auto rows = ingest.parse_batch("[7, [], \"x\", null]");
  ASSERT_TRUE(rows.ok());
  EXPECT_EQ(told(rows->at(0)), "#: found a number" + tail);
  EXPECT_EQ(told(rows->at(1)), "#: found an array" + tail);
  EXPECT_EQ(told(rows->at(2)), "#: found a string of 1 characters" + tail);
  EXPECT_EQ(told(rows->at(3)), "#: found null" + tail);
  EXPECT_EQ(told(ingest.parse(" [1] ")), told(rows->at(1)));
  EXPECT_EQ(rows->at(0).refusal.errors.at(0).code, "type");
}

TEST(Batch, LargerThanTheBufferThatIsKept) {
  ingest::Ingest ingest(test_office(), kTagKey);
  std::string text = "[";
  const std::size_t count = 8000;
  for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "" : ",") + event_text({{"id", "\"e" + std::to_string(i) + "\""}});
  ASSERT_GT(text.size(), 1024U * 1024U);
  const auto rows = ingest.parse_batch(text + "]");
  ASSERT_TRUE(rows.ok());
  EXPECT_EQ(rows->size(), count);
  EXPECT_EQ((*rows)[count - 1].event->id, "e7999");
  EXPECT_EQ(ingest.parse(event_text()).stage, Stage::kReady);
}

TEST(Lines, OneEventALine) {
  ingest::Ingest ingest(test_office(), kTagKey);
  const auto parsed = ingest.parse_lines("\n" + event_text() + "\r\n  \n{broken\n" + event_text({{"source", "\"nobody\""}}) + "\n" +
                                         event_text({{"id", "\"last\""}}));
  ASSERT_TRUE(parsed.ok());
  const auto& rows = *parsed;
  EXPECT_EQ(stages(rows), (std::vector<Stage>{Stage::kReady, Stage::kMalformed, Stage::kForbidden, Stage::kReady}));
  EXPECT_EQ(rows[3].event->id, "last");
  EXPECT_TRUE(ingest.parse_lines("")->empty());
  EXPECT_TRUE(ingest.parse_lines("\n\n")->empty());
}

TEST(Batch, MoreThanARequestMayHoldAreRefusedWhole) {
  ingest::Ingest ingest(test_office(), kTagKey);
  std::string lines;
  std::string array = "[0";
  for (std::size_t i = 0; i < ingest::kBatchEventsMax; ++i) {
    lines += "{}\n";
    if (i > 0) array += ",0";
  }
  EXPECT_EQ(ingest.parse_lines(lines)->size(), ingest::kBatchEventsMax);
  EXPECT_EQ(ingest.parse_batch(array + "]")->size(), ingest::kBatchEventsMax);
  const std::string said = "more than 50000 events at once; send them in several requests";
  EXPECT_EQ(ingest.parse_lines(lines + "\n{}").error().message, said);
  EXPECT_EQ(ingest.parse_batch(array + ",0]").error().message, said);
}

}  // namespace
}  // namespace docket::test
