// Identity: equal content has an equal tag however it is written; any change of content changes it.
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "tests/unit/ingest_fixture.h"

namespace docket::test {
namespace {

using ingest::Stage;

class IdentityOf : public ::testing::Test {
 protected:
  model::Identity operator()(const std::string& text) {
    const auto offered = ingest_.parse(text);
    EXPECT_NE(offered.stage, Stage::kMalformed) << text << offered.refusal.detail;
    return offered.event ? offered.event->identity : model::Identity{};
  }
  ingest::Ingest ingest_{test_office(), kTagKey};
};

TEST_F(IdentityOf, IsHmacOfTheCanonicalContent) {
  const std::string text = event_text({{"authid", "\"p-1\""}, {"data", "{\"on\":true,\"count\":1.0}"}});
  // Written out by hand from ledger.md section 6: members sorted, time as int64 milliseconds.
  const std::string content =
      R"({"authid":"p-1","data":{"count":1,"on":true},"id":"e-1","source":"https://any.example","subject":"T1","time":1488333600000,)"
      R"("type":"org.docket.ticket.typed.v1"})";
  std::array<unsigned char, 32> mac{};
  unsigned size = 0;
  HMAC(EVP_sha256(), kTagKey.data(), static_cast<int>(kTagKey.size()), reinterpret_cast<const unsigned char*>(content.data()),
       content.size(), mac.data(), &size);
  const model::Identity identity = (*this)(text);
  EXPECT_EQ(ingest::tag_text(identity.tag), ingest::hex({reinterpret_cast<const char*>(mac.data()), 8}));

  std::string key("https://any.example");
  key.push_back('\0');
  key += "e-1";
  std::array<unsigned char, 32> hash{};
  EVP_Digest(key.data(), key.size(), hash.data(), &size, EVP_sha256(), nullptr);
  EXPECT_TRUE(std::equal(identity.fingerprint.begin(), identity.fingerprint.end(), hash.begin()));
}

TEST_F(IdentityOf, EqualContent) {
  const model::Identity first = (*this)(event_text({{"data", R"({"count":10,"text":"é!","open_object":{"a":1,"b":[1,2]}})"}}));
  const std::vector<std::string> same{
      event_text({{"data", R"( { "open_object" : { "b" : [ 1 , 2 ] , "a" : 1 } , "text" : "é!" , "count" : 10 } )"}}),
      event_text({{"data", R"({"count":1e1,"text":"\u00e9\u0021","open_object":{"\u0061":1.0,"b":[1,2]}})"}}),
      event_text({{"time", "\"2017-03-01T02:00:00.0000004Z\""}, {"data", R"({"count":10,"text":"é!","open_object":{"a":1,"b":[1,2]}})"}}),
      event_text({{"datacontenttype", "\"application/json\""}, {"data", R"({"count":10,"text":"é!","open_object":{"a":1,"b":[1,2]}})"}}),
      // Transport attributes don't count.
      event_text({{"sequence", "3"},
                  {"traceparent", "\"00-1\""},
                  {"expectedrevision", "1"},
                  {"authid", "null"},
                  {"data", R"({"count":10,"text":"é!","open_object":{"a":1,"b":[1,2]}})"}}),
      R"({"data":{"count":10,"text":"é!","open_object":{"a":1,"b":[1,2]}},"time":"2017-03-01T10:00:00+08:00","subject":"T1",)"
      R"("type":"org.docket.ticket.typed.v1","source":"https://any.example","id":"e-1","specversion":"1.0"})",
  };
  for (const auto& text : same) EXPECT_TRUE((*this)(text) == first) << text;
  EXPECT_TRUE((*this)(event_text({{"data", ""}})) == (*this)(event_text({{"data", "{}"}})));
}

TEST_F(IdentityOf, OtherContent) {
  const std::string data = R"({"count":10})";
  const model::Identity first = (*this)(event_text({{"data", data}}));
  const std::vector<std::vector<std::pair<std::string, std::string>>> changes{
      {{"data", R"({"count":"10"})"}},
      {{"data", R"({"count":11})"}},
      {{"data", R"({"count":10,"x":null})"}},
      {{"data", data}, {"type", "\"org.docket.call.typed.v1\""}},
      {{"data", data}, {"subject", "\"T2\""}},
      {{"data", data}, {"time", "\"2017-03-01T10:00:00.001+08:00\""}},
      {{"data", data}, {"authid", "\"p\""}},
      {{"data", data}, {"actorunit", "\"U\""}},
      {{"data", data}, {"actorrole", "\"unit\""}},
      {{"data", data}, {"onbehalfof", "\"p\""}},
      {{"data", data}, {"approvedby", "\"p\""}},
  };
  for (const auto& change : changes) {
    const model::Identity other = (*this)(event_text(change));
    EXPECT_NE(other.tag, first.tag) << event_text(change);
    EXPECT_EQ(other.fingerprint, first.fingerprint);
  }
  EXPECT_NE((*this)(event_text({{"data", data}, {"id", "\"e-2\""}})).fingerprint, first.fingerprint);
}

TEST_F(IdentityOf, DependsOnTheKey) {
  ingest::Ingest other(test_office(), "another key of thirty-two bytes!");
  EXPECT_NE(other.parse(event_text()).event->identity.tag, (*this)(event_text()).tag);
  EXPECT_EQ(other.parse(event_text()).event->identity.fingerprint, (*this)(event_text()).fingerprint);
}

TEST_F(IdentityOf, RejectedEventsHaveOneToo) {
  const model::Identity good = (*this)(event_text({{"data", "{\"level\":\"low\"}"}}));
  const model::Identity wrong = (*this)(event_text({{"data", "{\"level\":\"hot\"}"}}));
  EXPECT_EQ(good.fingerprint, wrong.fingerprint);
  EXPECT_NE(good.tag, wrong.tag);
  EXPECT_TRUE(wrong == (*this)(event_text({{"data", " { \"level\" : \"h\\u006ft\" }"}})));
  // Without an exact form the number stands as it was spelled.
  EXPECT_NE((*this)(event_text({{"data", "{\"x\":9007199254740993}"}})).tag,
            (*this)(event_text({{"data", "{\"x\":9007199254740992}"}})).tag);
  EXPECT_NE((*this)(event_text({{"time", "\"soon\""}})).tag, (*this)(event_text({{"time", "\"later\""}})).tag);
}

}  // namespace
}  // namespace docket::test
