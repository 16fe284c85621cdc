// Goal: whichever way a client puts a CloudEvent into a Kafka message, the same event comes out; and a value can't say anything of the
// envelope. Method: messages as the CloudEvents Kafka binding shows them, and broken ones.
#include <gtest/gtest.h>

#include "connectors/kafka/intake_message.h"
#include "tests/simulation/office.h"

namespace docket::kafka {
namespace {

using simulation::small_office;

const std::string kData = R"({"number":"n","matter":"water","text":"t"})";

std::vector<Header> binary() {
  return {{"ce_specversion", "1.0"},
          {"ce_id", "e-1"},
          {"ce_source", small_office().source},
          {"ce_type", "org.docket.item.made.v1"},
          {"ce_subject", "C1"},
          {"ce_time", "2026-03-02T01:00:00Z"},
          {"content-type", "application/json"},
          {"traceparent", "00-aa-bb-01"}};
}

TEST(IntakeMessage, BinaryModeIsPutTogether) {
  EXPECT_EQ(
      structured_event(binary(), kData),
      R"({"specversion":"1.0","id":"e-1","source":")" + small_office().source +
          R"(","type":"org.docket.item.made.v1","subject":"C1","time":"2026-03-02T01:00:00Z","datacontenttype":"application/json","data":)" +
          kData + "}");
}

TEST(IntakeMessage, BothModesAreOneEvent) {
  const auto& office = small_office();
  const std::string structured = office.event("C1", "e-1", office.scripts[0][0]);
  const auto one = office.ingest->parse(structured);
  ASSERT_EQ(one.stage, ingest::Stage::kReady) << one.refusal.detail;
  // The same, taken apart.
  std::vector<std::string> kept;
  kept.reserve(64);
  std::vector<Header> headers;
  std::string data;
  for (const auto& attribute : one.event->attributes) {
    std::string& name = kept.emplace_back("ce_");
    name += attribute.name;
    kept.push_back(std::string(attribute.raw.substr(1, attribute.raw.size() - 2)));
    headers.push_back({kept[kept.size() - 2], kept.back()});
  }
  const auto at = structured.find("\"data\":") + 7;
  data = structured.substr(at, structured.size() - 1 - at);
  const auto two = office.ingest->parse(structured_event(headers, data));
  ASSERT_EQ(two.stage, ingest::Stage::kReady) << two.refusal.detail;
  EXPECT_EQ(one.event->identity.tag, two.event->identity.tag);
  EXPECT_EQ(one.event->identity.fingerprint, two.event->identity.fingerprint);
}

TEST(IntakeMessage, AValueCannotSpeakForTheEnvelope) {
  const std::string value = R"(1,"id":"other")";
  EXPECT_EQ(structured_event(binary(), value), value) << "it is no JSON, and is refused as it came";
  EXPECT_EQ(small_office().ingest->parse(structured_event(binary(), value)).stage, ingest::Stage::kMalformed);
}

TEST(IntakeMessage, StructuredModeIsTheValue) {
  const std::string event = R"({"specversion":"1.0"})";
  EXPECT_EQ(structured_event({}, event), event);
  const std::vector<Header> headers{{"content-type", "application/cloudevents+json; charset=UTF-8"}};
  EXPECT_EQ(structured_event(headers, event), event);
}

TEST(IntakeMessage, ARegistrysFrameIsPassedOver) {
  const std::string event = R"({"specversion":"1.0"})";
  std::string framed(4, '\0');
  framed += '\7';
  framed += event;
  EXPECT_EQ(structured_event({}, framed), event);
  const std::string two(2, '\0');
  EXPECT_EQ(structured_event({}, two), two);
}

TEST(IntakeMessage, AValueThatIsMissingIsNoData) {
  const auto text = structured_event(binary(), {});
  EXPECT_EQ(text.find("\"data\""), std::string::npos);
  EXPECT_EQ(structured_event({}, {}), "");
}

}  // namespace
}  // namespace docket::kafka
