// Records: what is written, what is sealed, and that reading it back gives the same event.
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/ingest_fixture.h"

namespace docket::test {
namespace {

using ingest::Ingest;
using ingest::Stage;
using model::Value;

class Stored : public ::testing::Test {
 protected:
  std::string store(const std::string& text) {
    offered_ = ingest_.parse(text);
    EXPECT_EQ(offered_.stage, Stage::kReady) << offered_.refusal.detail;
    std::string out;
    Ingest::append_stored(out, *offered_.event, sealer_);
    return out;
  }

  Ingest ingest_{test_office(), kTagKey};
  ingest::Offered offered_;
  HexSealer sealer_;
};

TEST_F(Stored, EnvelopeAsReceivedAndPrivateFieldsSealed) {
  const std::string text =
      "{ \"id\" : \"e-\\u0031\", \"data\": {\"person\": \"张三\", \"level\" : \"low\", \"unheard_of\": {\"a\": 1}, \"open_object\": { \"a "
      "b\" : [ 1 , 2 ] }, "
      "\"secret_day\": null},\n \"specversion\":\"1.0\", \"source\":\"https://any.example\", \"type\":\"org.docket.ticket.typed.v1\", "
      "\"subject\":\"T1\", \"time\":\"2017-03-01T10:00:00+08:00\", \"traceparent\": \"00-1\" }";
  EXPECT_EQ(store(text),
            R"({"id":"e-\u0031","specversion":"1.0","source":"https://any.example","type":"org.docket.ticket.typed.v1","subject":"T1",)"
            R"("time":"2017-03-01T10:00:00+08:00","traceparent":"00-1","data":{"person":{"sealed":"k1.n.)" +
                ingest::hex("\"张三\"") + R"("},"level":"low","unheard_of":{"sealed":"k1.n.)" + ingest::hex("{\"a\": 1}") +
                R"("},"open_object":{"a b":[1,2]},"secret_day":null}})");
  EXPECT_EQ(sealer_.sealed.size(), 2U);
  EXPECT_EQ(sealer_.sealed.at("unheard_of"), "{\"a\": 1}");
}

TEST_F(Stored, ReadsBackAsTheSameEvent) {
  const std::string stored = store(event_text(
      {{"type", "\"org.docket.ticket.typed.v1\""},
       {"sequence", "\"5\""},
       {"expectedrevision", "2"},
       {"authid", "\"p-1\""},
       {"approvedby", "\"p-2\""},
       {"onbehalfof", "\"\\u9053\""},
       {"actorrole", "\"unit\""},
       {"actorunit", "\"U\""},
       {"data",
        R"({"text":"道路","count":"7","amount":12.50,"weight":-0.125,"on":true,"day":"2017-03-08","at":"2017-03-08T00:00:00Z","unit":"V",)"
        R"("person":"张三","link":"urn:x","level":"high","tags":["low","high"],"notes":["a"],"open_object":{ "a" : [1] },"object":{"b":2},)"
        R"("secret_day":"1980-01-01","extra":"x","n\u006fthing":null,"category":null})"}}));
  const auto back = ingest_.parse_stored(stored, offered_.event->identity.tag);
  ASSERT_TRUE(back.ok()) << back.error().message;
  const model::Event& before = *offered_.event;
  const model::Event& after = **back;
  EXPECT_TRUE(after.identity == before.identity);
  EXPECT_EQ(after.id, before.id);
  EXPECT_EQ(after.source, before.source);
  EXPECT_EQ(after.subject, before.subject);
  EXPECT_EQ(after.time, before.time);
  EXPECT_EQ(after.sequence, 5);
  EXPECT_EQ(after.expected_revision, before.expected_revision);
  EXPECT_EQ(after.authid, before.authid);
  EXPECT_EQ(after.approvedby, before.approvedby);
  EXPECT_EQ(after.onbehalfof, "道");
  EXPECT_EQ(after.kind, before.kind);
  EXPECT_EQ(after.event, before.event);
  EXPECT_EQ(after.source_id, before.source_id);
  EXPECT_EQ(after.role, before.role);
  EXPECT_EQ(after.unit, before.unit);
  ASSERT_EQ(after.data.size(), before.data.size());
  for (std::size_t i = 0; i < after.data.size(); ++i) {
    EXPECT_EQ(after.data[i].name, before.data[i].name);
    EXPECT_EQ(after.data[i].field, before.data[i].field);
    EXPECT_EQ(after.data[i].is_private, before.data[i].is_private);
    if (before.data[i].value.type() == Value::Type::kSealed) {
      EXPECT_TRUE(after.data[i].value == Value::sealed("k1.n." + ingest::hex(before.data[i].raw))) << after.data[i].name;
    } else {
      EXPECT_TRUE(after.data[i].value == before.data[i].value) << after.data[i].name;
    }
  }
  ASSERT_EQ(after.attributes.size(), before.attributes.size());
  for (std::size_t i = 0; i < after.attributes.size(); ++i) EXPECT_EQ(after.attributes[i].raw, before.attributes[i].raw);
}

TEST_F(Stored, PartKey) {
  const std::string stored = store(event_text({{"type", "\"org.docket.ticket.assist_given.v1\""},
                                               {"actorrole", "\"unit\""},
                                               {"actorunit", "\"W\""},
                                               {"data", "{\"part\":\"W\"}"}}));
  const auto back = ingest_.parse_stored(stored, 1);
  ASSERT_TRUE(back.ok());
  EXPECT_TRUE((*back)->part_key == offered_.event->part_key);
  EXPECT_TRUE((*back)->part_key.present());
}

TEST_F(Stored, WithoutDataItHasAnEmptyOne) {
  const std::string stored = store(event_text({{"data", ""}}));
  EXPECT_TRUE(stored.ends_with(",\"data\":{}}")) << stored;
  EXPECT_TRUE(ingest_.parse_stored(stored, 1).ok());
}

TEST_F(Stored, NamesTheBundleDoesNotKnowStayUnresolved) {
  const auto back = ingest_.parse_stored(
      R"({"id":"t","source":"docket:timer","type":"org.docket.ticket.unheard_of.v1","subject":"T1","time":"2017-03-01T00:00:00Z","actorrole":"ghost","actorunit":"Q","data":{"x":{"sealed":"k.n.c"}}})",
      9);
  ASSERT_TRUE(back.ok()) << back.error().message;
  EXPECT_EQ((*back)->event, model::kNone16);
  EXPECT_EQ((*back)->source_id, model::kNone16);
  EXPECT_EQ((*back)->role, model::kNone8);
  EXPECT_EQ((*back)->unit, model::kNoSymbol);
  EXPECT_EQ((*back)->data[0].value.as_text(), "k.n.c");
}

TEST_F(Stored, CorruptTextIsAnError) {
  const std::string good = store(event_text({{"data", R"({"level":"low","person":"x"})"}}));
  ASSERT_TRUE(ingest_.parse_stored(good, 1).ok());
  const auto broken = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    const auto back = ingest_.parse_stored(text, 1);
    return back.ok() ? "" : back.error().code == ErrorCode::kCorrupt ? back.error().message : "another code";
  };
  const std::string prefix = "a stored event is not readable: ";
  EXPECT_EQ(broken("\"low\"", "\"never\""), prefix + "a value of another type than its definition says in level");
  EXPECT_EQ(broken("\"low\"", "12"), prefix + "a value of another type than its definition says in level");
  EXPECT_EQ(broken("\"level\"", "\"lexel\""), prefix + "a field unknown to the definition is not sealed in lexel");
  EXPECT_EQ(broken("2017-03-01", "2017-03-41"), prefix + "no instant in time");
  EXPECT_EQ(broken("\"T1\"", "\"\""), prefix + "no id, source or subject");
  EXPECT_EQ(broken("\"T1\"", "1"), prefix + "not a string in subject");
  EXPECT_EQ(broken("}}", "}"), prefix + "not a JSON object");
  EXPECT_EQ(broken("\"subject\":", "\"subject\""), prefix + "not a JSON object");
  EXPECT_EQ(broken("\"subject\"", "\"id\""), prefix + "this member name stands twice in id");
  for (std::size_t size = 0; size < good.size(); ++size) EXPECT_FALSE(ingest_.parse_stored(std::string_view(good).substr(0, size), 1).ok());
}

}  // namespace
}  // namespace docket::test
