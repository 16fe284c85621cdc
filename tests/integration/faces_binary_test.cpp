// Goal: an event in binary mode (attributes in ce- fields, its data as the body) comes to what it comes to in structured mode. Method: the
// real server; each event published both ways, and each answer compared.
#include <algorithm>

#include "tests/integration/faces_fixture.h"
#include "tests/integration/http_fixture.h"

namespace docket::testing {
namespace {

using http::testing_http::RawClient;
using http::testing_http::Reply;
using ::testing::HasSubstr;

class FacesBinaryTest : public FacesTest {
 protected:
  void SetUp() override {
    FacesTest::SetUp();
    const auto& address = server_->address();
    port_ = static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
  }

  // As the binding asks of senders: what is no printable ASCII, blanks, quotes and per cent signs.
  static std::string encoded(std::string_view text) {
    constexpr const char* kHex = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte > 0x20 && byte < 0x7F && c != '"' && c != '%') {
        out += c;
      } else {
        out += {'%', kHex[byte >> 4], kHex[byte & 15]};
      }
    }
    return out;
  }
  static std::string fields(const json::object& event) {
    std::string out;
    for (const auto& member : event) {
      if (member.key() == "data" || member.value().is_null()) continue;
      const auto& value = member.value();
      out += "ce-" + std::string(member.key()) + ": ";
      out += (value.is_string() ? encoded(std::string(value.get_string())) : json::serialize(value)) + "\r\n";
    }
    return out;
  }
  // A connection each: one whose head is refused ends, unread.
  [[nodiscard]] Reply send(const std::string& body, const std::string& type, const std::string& query, const std::string& more) const {
    return RawClient(port_).post(body, type, "/v1/events" + query, more);
  }
  Reply binary(const json::object& event, const std::string& query = "", const std::string& more = "") {
    const auto* data = event.if_contains("data");
    return send(data == nullptr ? "" : json::serialize(*data), "application/json", query, fields(event) + more);
  }
  Reply structured(const json::object& event, const std::string& query = "", const std::string& more = "") {
    return send(json::serialize(event), kEventType, query, more);
  }
  static json::object comparable(const Reply& reply) {
    auto out = object(reply.body);
    out.erase("trace_id");
    return out;
  }

  std::uint16_t port_ = 0;
};

TEST_F(FacesBinaryTest, BothModesAreOneEvent) {
  const json::object person{{"authid", "员 7 \"100%\""}, {"sequence", 3}, {"traceparent", "00-aa-bb-01"}};
  const auto one = event("B-1", "B1", person);
  const auto first = binary(one);
  EXPECT_EQ(first.status, 200) << first.body;
  EXPECT_EQ(object(first.body).at("outcome").as_string(), "accepted");
  EXPECT_EQ(object(structured(one).body).at("outcome").as_string(), "duplicate") << "who said it is part of what was said";
  const auto two = event("B-2", "B2", person);
  EXPECT_EQ(object(structured(two).body).at("outcome").as_string(), "accepted");
  EXPECT_EQ(object(binary(two).body).at("outcome").as_string(), "duplicate");
  auto other = two;
  other["authid"] = "somebody";
  EXPECT_EQ(binary(other).status, 409);
  EXPECT_EQ(server_->get("/v1/cases/B1").status, 200);
}

TEST_F(FacesBinaryTest, WhatIsWrongIsToldAlike) {
  const auto good = event("B-1", "B1");
  std::vector<json::object> events{good};
  const auto with = [&](const char* name, const json::value& value) {
    auto changed = good;
    changed[name] = value;
    events.push_back(std::move(changed));
  };
  for (const char* name : {"specversion", "id", "source", "type", "subject", "time", "actorrole", "data"}) {
    with(name, nullptr);
    auto without = good;
    without.erase(name);
    events.push_back(std::move(without));
  }
  for (const char* name : {"specversion", "id", "source", "type", "subject", "time", "actorrole", "authid", "datacontenttype"}) {
    if (std::string_view(name) != "datacontenttype") with(name, "a\x01 b");
    if (std::string_view(name) != "datacontenttype") with(name, "没有");
  }
  with("expectedrevision", 5);
  with("expectedrevision", "x");
  with("dataclassification", "secret");
  with("approvedby", good.at("authid"));
  with("bad_name", "x");  // names of fields come in any case
  with("data", json::array{1});
  with("data", json::object{{"text", 7}, {"unknown", "x"}});
  std::size_t refused = 0;
  for (const auto& each : events) {
    auto sent = each;  // null is absent: a field can't say null
    if (sent.contains("data") && sent.at("data").is_null()) sent.erase("data");
    const auto two = structured(each, "?dry_run=true");
    const auto one = binary(sent, "?dry_run=true");
    EXPECT_EQ(one.status, two.status) << json::serialize(each);
    EXPECT_TRUE(comparable(one) == comparable(two)) << one.body << "\n" << two.body;
    refused += two.status >= 400 ? 1U : 0U;
  }
  EXPECT_GT(refused, 20U);
}

TEST_F(FacesBinaryTest, FieldNamesAreOfAnyCaseAndValuesMayStandInQuotes) {
  const auto one = event("B-1", "B1");
  std::string head = fields(one);
  head.replace(head.find("ce-subject: B1"), 14, "CE-Subject: \"B\\1\"");
  const auto body = json::serialize(one.at("data"));
  EXPECT_EQ(send(body, "Application/JSON; charset=utf-8", "", head).status, 200);
  EXPECT_EQ(object(structured(one).body).at("outcome").as_string(), "duplicate");
}

TEST_F(FacesBinaryTest, WhatCannotBeDecodedIsRefusedByName) {
  for (const char* value : {"50%", "%G1", "%4", "%FF", "%C0%80", "%ED%A0%80"}) {
    const auto reply = binary(event("B-1", "B1"), "", "ce-onbehalfof: " + std::string(value) + "\r\n");
    EXPECT_EQ(reply.status, 400) << value;
    EXPECT_THAT(reply.body, HasSubstr("\"pointer\":\"ce-onbehalfof\"")) << value;
  }
  EXPECT_EQ(get("/v1/events?source=example&id=B-1", 404).at("status"), 404);
}

TEST_F(FacesBinaryTest, TheBodyCannotSpeakForTheEnvelopeNorAFieldTwice) {
  const auto one = event("B-1", "B1");
  for (const char* body : {R"(1,"id":"other")", "{", "no JSON"}) {
    const auto reply = send(body, "application/json", "", fields(one));
    EXPECT_EQ(reply.status, 400) << reply.body;
  }
  EXPECT_THAT(binary(one, "", "ce-id: B-2\r\n").body, HasSubstr("this member name stands twice"));
  EXPECT_THAT(binary(one, "", "ce-data: x\r\n").body, HasSubstr("stands twice"));
  EXPECT_THAT(binary(one, "", "ce-datacontenttype: application/json\r\n").body, HasSubstr("stands twice"));
}

TEST_F(FacesBinaryTest, ItsMediaTypeIsThatOfItsData) {
  const auto one = event("B-1", "B1");
  const auto data = json::serialize(one.at("data"));
  for (const char* type : {"text/plain", "application/json; charset=gb18030", "application/xml"}) {
    const auto reply = send(data, type, "", fields(one));
    EXPECT_EQ(reply.status, 415) << type;
  }
  EXPECT_EQ(send(data, "application/json", "", "").status, 415) << "no attributes: nothing says that it is an event";
  // In structured mode the fields are copies for who stands between, and say nothing.
  EXPECT_EQ(structured(one, "?dry_run=true", "ce-id: other\r\nce-specversion: 9\r\n").status, 200);
  // An event without data needs no type.
  auto note = event("B-2", "T1", {{"type", "org.docket.hotline-ticket.noted.v1"}});
  note.erase("data");
  RawClient client(port_);
  client.send("POST /v1/events?dry_run=true HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n" + fields(note) + "\r\n");
  EXPECT_EQ(client.read().status, 422) << "its text is missing; but it was read";
}

TEST_F(FacesBinaryTest, AnEtagHoldsForItToo) {
  const auto closed = event("B-1", "B1");
  EXPECT_EQ(binary(closed).status, 200);
  auto note = event("B-2", "B1", {{"type", "org.docket.hotline-ticket.noted.v1"}, {"data", {{"text", "t"}}}});
  EXPECT_EQ(binary(note, "", "If-Match: \"99\"\r\n").status, 412);
  EXPECT_EQ(binary(note, "", "If-Match: \"1\"\r\n").status, 200);
}

}  // namespace
}  // namespace docket::testing
