// Every check of the envelope and of the actor, as a table: what is changed -> stage, code and findings.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/ingest_fixture.h"

namespace docket::test {
namespace {

using ingest::Offered;
using ingest::Stage;

std::string stage_name(Stage stage) {
  switch (stage) {
    case Stage::kReady:
      return "ready";
    case Stage::kRejected:
      return "rejected";
    case Stage::kForbidden:
      return "forbidden";
    case Stage::kMalformed:
      return "malformed";
  }
  return "?";
}

// "rejected invalid-data; #/data/x missing: missing, expected ..."
std::string summary(const Offered& offered) {
  std::string out = stage_name(offered.stage);
  if (offered.stage == Stage::kReady) return out;
  out += " " + std::string(model::name(offered.refusal.code));
  for (const auto& error : offered.refusal.errors) out += "; " + error.pointer + " " + error.code + ": " + error.detail;
  return out;
}

using Changes = std::vector<std::pair<std::string, std::string>>;
struct Row {
  Changes changes;
  std::string expected;
};

void expect_rows(const std::vector<Row>& rows) {
  ingest::Ingest ingest(test_office(), kTagKey);
  for (const auto& row : rows) {
    const std::string text = event_text(row.changes);
    const Offered offered = ingest.parse(text);
    EXPECT_EQ(summary(offered), row.expected) << text;
    EXPECT_EQ(offered.event == nullptr, offered.stage == Stage::kMalformed) << text;
    EXPECT_EQ(offered.stage == Stage::kReady, offered.refusal.detail.empty()) << text;
  }
}

TEST(Envelope, ReadyInAllItsSpellings) {
  expect_rows({
      {{}, "ready"},
      {{{"time", "\"2017-03-01T02:00:00Z\""}}, "ready"},
      {{{"time", "\"2017-03-01T02:00:00.123456789-01:30\""}}, "ready"},
      {{{"datacontenttype", "\"application/json\""}}, "ready"},
      {{{"datacontenttype", "\"Application/JSON; charset=utf-8\""}}, "ready"},
      {{{"datacontenttype", "null"}, {"dataschema", "null"}}, "ready"},
      {{{"data", ""}}, "ready"},
      {{{"data", "null"}}, "ready"},
      {{{"dataclassification", "\"public\""}}, "ready"},
      {{{"dataclassification", "\"internal\""}}, "ready"},
      {{{"sequence", "7"}}, "ready"},
      {{{"sequence", "\"-9223372036854775808\""}}, "ready"},
      {{{"expectedrevision", "\"42\""}}, "ready"},
      {{{"correlationid", "\"x\""}, {"flag1", "true"}, {"number2", "-7"}}, "ready"},
      {{{"sub\\u006aect", "\"T9\""}, {"subject", ""}}, "ready"},
  });
}

TEST(Envelope, Malformed) {
  expect_rows({
      {{{"specversion", ""}}, "malformed malformed; #/specversion missing: missing, expected \"1.0\""},
      {{{"specversion", "\"0.3\""}}, "malformed malformed; #/specversion value: found \"0.3\", expected \"1.0\""},
      {{{"specversion", "1.0"}}, "malformed malformed; #/specversion value: found 1.0, expected \"1.0\""},
      {{{"id", ""}}, "malformed malformed; #/id missing: missing, expected the producer's own id of this event"},
      {{{"id", "\"\""}}, "malformed malformed; #/id value: found an empty string, expected text"},
      {{{"id", "25"}}, "malformed malformed; #/id type: found 25, expected a string"},
      {{{"id", "\"a\\u0000b\""}}, "malformed malformed; #/id format: found a control character in \"a\\u0000b\", expected none"},
      {{{"id", "\"" + std::string(257, 'i') + "\""}}, "malformed malformed; #/id range: found 257 bytes, expected at most 256"},
      {{{"source", ""}}, "malformed malformed; #/source missing: missing, expected the registered name of the producer"},
      {{{"source", "{}"}}, "malformed malformed; #/source type: found an object, expected a string"},
      {{{"id", ""}, {"subject", ""}},
       "malformed malformed; #/id missing: missing, expected the producer's own id of this event; "
       "#/subject missing: missing, expected the case id, [A-Za-z0-9._:-]{1,64}"},
      {{{"i\\u0064", "\"again\""}}, "malformed malformed; #/id format: this member name stands twice"},
      {{{"subject", "\"\\ud800\""}}, "malformed malformed; # format: not JSON: a string with a broken escape"},
  });
}

TEST(Envelope, NotAnEvent) {
  ingest::Ingest ingest(test_office(), kTagKey);
  const std::vector<std::pair<std::string, std::string>> rows{
      {"", "malformed malformed; # format: not JSON: empty"},
      {"  ", "malformed malformed; # format: not JSON: empty"},
      {"[]", "malformed malformed; # type: found an array, expected one CloudEvent, a JSON object"},
      {"\"text\"", "malformed malformed; # type: found a string of 4 characters, expected one CloudEvent, a JSON object"},
      {"{\"id\":", "malformed malformed; # format: not JSON: not JSON"},
      {"{} {}", "malformed malformed; # format: not JSON: not JSON"},
      {"{\"id\":\"\xff\"}", "malformed malformed; # format: not JSON: not UTF-8"},
  };
  for (const auto& [text, expected] : rows) EXPECT_EQ(summary(ingest.parse(text)), expected) << text;
  EXPECT_EQ(summary(ingest.parse("{}")).substr(0, 40), "malformed malformed; #/specversion missi");
}

TEST(Envelope, Rejected) {
  expect_rows({
      {{{"type", ""}}, "rejected invalid-attribute; #/type missing: missing, expected org.docket.<kind>.<event>.v<major>"},
      {{{"type", "7"}}, "rejected invalid-attribute; #/type type: found 7, expected a string"},
      {{{"subject", ""}}, "rejected invalid-subject; #/subject missing: missing, expected the case id, [A-Za-z0-9._:-]{1,64}"},
      {{{"subject", "\"T 1\""}}, "rejected invalid-subject; #/subject format: found \"T 1\", expected [A-Za-z0-9._:-]{1,64}"},
      {{{"subject", "\"" + std::string(65, 'x') + "\""}},
       "rejected invalid-subject; #/subject format: found \"" + std::string(40, 'x') + "…\", expected [A-Za-z0-9._:-]{1,64}"},
      {{{"time", ""}}, "rejected invalid-attribute; #/time missing: missing, expected when it happened, RFC 3339 with offset"},
      {{{"time", "\"2017-03-01T10:00:00\""}},
       "rejected invalid-attribute; #/time format: found \"2017-03-01T10:00:00\", expected RFC 3339 with offset, such as "
       "2017-03-01T10:00:00+08:00"},
      {{{"time", "1488333600000"}}, "rejected invalid-attribute; #/time type: found 1488333600000, expected a string"},
      {{{"datacontenttype", "\"text/xml\""}},
       "rejected invalid-attribute; #/datacontenttype value: found \"text/xml\", expected application/json"},
      {{{"dataschema", "\"\""}}, "rejected invalid-attribute; #/dataschema value: found an empty string, expected text"},
      {{{"data_base64", "\"AA==\""}}, "rejected invalid-attribute; #/data_base64 value: found binary data, expected a JSON object in data"},
      {{{"Upper", "\"x\""}},
       "rejected invalid-attribute; #/Upper format: found the attribute name \"Upper\", expected 1 to 20 lower-case letters and digits"},
      {{{"abcdefghijklmnopqrstu", "\"x\""}},
       "rejected invalid-attribute; #/abcdefghijklmnopqrstu format: found the attribute name \"abcdefghijklmnopqrstu\", expected 1 to 20 "
       "lower-case letters and digits"},
      {{{"a/b", "1"}},
       "rejected invalid-attribute; #/a~1b format: found the attribute name \"a/b\", expected 1 to 20 lower-case letters and digits"},
      {{{"extra", "{}"}}, "rejected invalid-attribute; #/extra type: found an object, expected a string, true, false or a 32-bit integer"},
      {{{"extra", "1.5"}}, "rejected invalid-attribute; #/extra type: found 1.5, expected a string, true, false or a 32-bit integer"},
      {{{"extra", "2147483648"}},
       "rejected invalid-attribute; #/extra type: found 2147483648, expected a string, true, false or a 32-bit integer"},
      {{{"sequence", "\"two\""}},
       "rejected invalid-attribute; #/sequence format: found \"two\", expected a 64-bit integer, as a number or a string"},
      {{{"sequence", "1.5"}},
       "rejected invalid-attribute; #/sequence format: found 1.5, expected a 64-bit integer, as a number or a string"},
      {{{"expectedrevision", "[]"}},
       "rejected invalid-attribute; #/expectedrevision type: found an array, expected a 64-bit integer, as a number or a string"},
      {{{"authid", "5"}}, "rejected invalid-attribute; #/authid type: found 5, expected a string"},
      {{{"onbehalfof", "true"}}, "rejected invalid-attribute; #/onbehalfof type: found true, expected a string"},
      {{{"data", "[1]"}}, "rejected invalid-data; #/data type: found an array, expected an object"},
      {{{"data", "\"private words\""}}, "rejected invalid-data; #/data type: found a string of 13 characters, expected an object"},
  });
}

TEST(Envelope, UnknownTypeSaysWhatIsNear) {
  expect_rows({
      {{{"type", "\"org.docket.ticket.dispatchd.v1\""}},
       "rejected unknown-type; #/type unknown: kind ticket has no event \"dispatchd\"; did you mean dispatched?"},
      {{{"type", "\"org.docket.tickets.dispatched.v1\""}},
       "rejected unknown-type; #/type unknown: no kind \"tickets\" in this office, expected ticket or call; did you mean ticket?"},
      {{{"type", "\"org.docket.ticket.dispatched.v2\""}},
       "rejected unknown-type; #/type unknown: found version \"v2\" of ticket.dispatched, expected v1"},
      {{{"type", "\"org.docker.ticket.signed.v1\""}},
       "rejected unknown-type; #/type unknown: found \"org.docker.ticket.signed.v1\", expected org.docket.<kind>.<event>.v<major>; "
       "did you mean org.docket.ticket.signed.v1?"},
      {{{"type", "\"io.cloudevents.test\""}},
       "rejected unknown-type; #/type unknown: found \"io.cloudevents.test\", expected org.docket.<kind>.<event>.v<major>"},
      {{{"type", "\"org.docket.ticket\""}},
       "rejected unknown-type; #/type unknown: found \"org.docket.ticket\", expected org.docket.<kind>.<event>.v<major>"},
  });
}

TEST(Envelope, ClassifiedHidesTheRest) {
  expect_rows({
      {{{"dataclassification", "\"secret\""}, {"data", "{\"level\":\"a secret\"}"}, {"sequence", "\"x\""}},
       "rejected classified; #/dataclassification value: found \"secret\", expected public or internal"},
      {{{"dataclassification", "3"}}, "rejected invalid-attribute; #/dataclassification type: found 3, expected a string"},
  });
}

TEST(Actor, SourceDecidesWhatItMayAssert) {
  const std::string limited = "\"intake-only\"";
  expect_rows({
      {{{"source", "\"nobody\""}, {"subject", "\"\""}}, "forbidden forbidden; #/source unknown: source \"nobody\" is not registered"},
      {{{"source", limited}}, "ready"},
      {{{"source", limited}, {"type", "\"org.docket.call.typed.v1\""}},
       "forbidden forbidden; #/type value: this source may not publish events of call"},
      {{{"source", limited}, {"actorrole", "\"auditor\""}},
       "forbidden forbidden; #/actorrole value: this source may not assert the role \"auditor\""},
      {{{"source", limited}, {"actorrole", "\"unit\""}, {"actorunit", "\"U\""}}, "ready"},
      {{{"source", limited}, {"actorrole", "\"unit\""}, {"actorunit", "\"V\""}},
       "forbidden forbidden; #/actorunit value: this source may not assert the unit \"V\""},
  });
}

TEST(Actor, Roles) {
  const std::string dispatched = "\"org.docket.ticket.dispatched.v1\"";
  const std::string data = "{\"unit\":\"U\"}";
  expect_rows({
      {{{"type", dispatched}, {"data", data}, {"actorrole", "\"dispatcher\""}}, "ready"},
      {{{"type", dispatched}, {"data", data}}, "rejected invalid-attribute; #/actorrole missing: missing, expected dispatcher"},
      {{{"type", dispatched}, {"data", data}, {"actorrole", "\"dispacher\""}},
       "rejected invalid-attribute; #/actorrole unknown: found \"dispacher\", expected intake, dispatcher, auditor, unit or system; "
       "did you mean dispatcher?"},
      {{{"type", dispatched}, {"data", data}, {"actorrole", "\"auditor\""}},
       "rejected role-not-allowed; #/actorrole value: found \"auditor\", expected for dispatched dispatcher"},
      {{{"type", "\"org.docket.ticket.signed.v1\""}, {"actorrole", "\"unit\""}, {"actorunit", "\"W\""}}, "ready"},
      {{{"type", "\"org.docket.ticket.signed.v1\""}, {"actorrole", "\"unit\""}},
       "rejected invalid-attribute; #/actorunit missing: missing, expected the actor's unit, as the role is unit"},
      {{{"type", "\"org.docket.ticket.signed.v1\""}, {"actorrole", "\"unit\""}, {"actorunit", "\"Z\""}},
       "rejected invalid-attribute; #/actorunit unknown: found \"Z\", expected a unit of this office: U, V or W"},
      {{{"type", "\"org.docket.ticket.signed.v1\""}, {"actorrole", "\"dispatcher\""}},
       "rejected role-not-allowed; #/actorrole value: found \"dispatcher\", expected for signed unit"},
      // Docket's own events: no source may assert the role `system`.
      {{{"type", "\"org.docket.ticket.expired.v1\""}, {"actorrole", "\"system\""}},
       "forbidden forbidden; #/actorrole value: this source may not assert the role \"system\""},
      {{{"approvedby", "\"p-2\""}, {"authid", "\"p-1\""}}, "ready"},
      {{{"approvedby", "\"p-1\""}, {"authid", "\"p-1\""}},
       "rejected self-approved; #/approvedby value: found the author's own authid, expected somebody else"},
  });
}

TEST(Envelope, AllFindingsAtOnce) {
  expect_rows({{{{"subject", "\"a b\""},
                 {"time", "\"now\""},
                 {"approvedby", "\"p\""},
                 {"authid", "\"p\""},
                 {"data", "{\"level\":\"hi\",\"on\":1}"}},
                "rejected invalid-attribute; #/subject format: found \"a b\", expected [A-Za-z0-9._:-]{1,64}; "
                "#/time format: found \"now\", expected RFC 3339 with offset, such as 2017-03-01T10:00:00+08:00; "
                "#/approvedby value: found the author's own authid, expected somebody else; "
                "#/data/level value: found \"hi\", expected low, high or very_high; did you mean high?; "
                "#/data/on type: found 1, expected true or false"}});
}

TEST(Envelope, TooLargeKeepsItsIdentity) {
  ingest::Ingest ingest(test_office(), kTagKey);
  const std::string frame = event_text({{"extra", "\"\""}});
  const std::string exact = event_text({{"extra", "\"" + std::string(ingest::kEventBytesMax - frame.size(), 'x') + "\""}});
  ASSERT_EQ(exact.size(), ingest::kEventBytesMax);
  EXPECT_EQ(summary(ingest.parse(exact)), "ready");
  const std::string above = event_text({{"extra", "\"" + std::string(ingest::kEventBytesMax - frame.size() + 1, 'x') + "\""}});
  const Offered offered = ingest.parse(above);
  EXPECT_EQ(summary(offered), "rejected too-large; # range: found 65537 bytes, expected at most 65536");
  EXPECT_NE(offered.event->identity.tag, 0U);
}

TEST(Envelope, DecodedEvent) {
  ingest::Ingest ingest(test_office(), kTagKey);
  const Offered offered = ingest.parse(event_text({{"type", "\"org.docket.call.assist_given.v1\""},
                                                   {"id", "\"\\u9053-1\""},
                                                   {"sequence", "\"12\""},
                                                   {"expectedrevision", "3"},
                                                   {"authid", "\"p-1\""},
                                                   {"approvedby", "\"p-2\""},
                                                   {"onbehalfof", "\"p-3\""},
                                                   {"actorrole", "\"unit\""},
                                                   {"actorunit", "\"V\""},
                                                   {"data", " {\"part\" : \"W\", \"\\u0065xtra\": [1, 2]} "}}));
  ASSERT_EQ(summary(offered), "ready");
  const model::Event& event = *offered.event;
  const auto office = test_office();
  EXPECT_EQ(event.id, "道-1");
  EXPECT_EQ(event.source, "https://any.example");
  EXPECT_EQ(event.subject, "T1");
  EXPECT_EQ(event.sequence, 12);
  EXPECT_EQ(event.expected_revision, 3);
  EXPECT_EQ(event.authid, "p-1");
  EXPECT_EQ(event.approvedby, "p-2");
  EXPECT_EQ(event.onbehalfof, "p-3");
  EXPECT_EQ(model::format_instant(event.time), "2017-03-01T02:00:00.000Z");
  EXPECT_EQ(office->kinds[event.kind].name, "call");
  EXPECT_EQ(office->kinds[event.kind].events[event.event].name, "assist_given");
  EXPECT_EQ(event.role, office->unit_role);
  EXPECT_EQ(office->symbols.text(event.unit), "V");
  EXPECT_EQ(office->sources[event.source_id].name, "https://any.example");
  EXPECT_EQ(office->symbols.text(event.part_key.as_symbol()), "W");
  ASSERT_EQ(event.data.size(), 2U);
  EXPECT_EQ(event.data[0].raw, "\"W\"");
  EXPECT_EQ(event.data[1].name, "extra");
  EXPECT_EQ(event.data[1].raw, "[1, 2]");
  EXPECT_EQ(event.data[1].field, model::kNone16);
  EXPECT_TRUE(event.data[1].is_private);
  ASSERT_EQ(event.attributes.size(), 13U);
  EXPECT_EQ(event.attributes[0].name, "specversion");
  EXPECT_EQ(event.attributes[1].raw, "\"\\u9053-1\"");
}

}  // namespace
}  // namespace docket::test
