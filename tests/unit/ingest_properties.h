// What holds for any bytes whatever: shared by the mutation test and the fuzzer.
#pragma once

#include <string>
#include <string_view>

#include "tests/unit/ingest_fixture.h"

namespace docket::test {

// Empty if all holds, else what doesn't.
inline std::string broken_property(ingest::Ingest& ingest, std::string_view text) {
  const auto canonical = ingest::canonical_json(text);
  if (canonical.ok()) {
    const auto again = ingest::canonical_json(*canonical);
    if (!again.ok() || *again != *canonical) return "the canonical form is no fixed point";
  }
  const ingest::Offered offered = ingest.parse(text);
  if ((offered.event == nullptr) != (offered.stage == ingest::Stage::kMalformed)) return "an event goes with every stage but malformed";
  if ((offered.stage == ingest::Stage::kReady) != (offered.refusal.code == model::Rejection::kNone))
    return "a refusal goes with every stage but ready";
  if (canonical.ok() && text.size() <= ingest::kEventBytesMax) {
    const ingest::Offered same = ingest.parse(*canonical);
    if (same.stage != offered.stage || same.refusal.code != offered.refusal.code) return "another verdict for the canonical spelling";
    if (same.event && !(same.event->identity == offered.event->identity)) return "another identity for the canonical spelling";
  }
  if (offered.stage == ingest::Stage::kReady) {
    HexSealer sealer;
    std::string stored;
    ingest::Ingest::append_stored(stored, *offered.event, sealer);
    if (!ingest::canonical_json(stored).ok()) return "a record that is not JSON";
    const auto back = ingest.parse_stored(stored, offered.event->identity.tag);
    if (!back.ok()) return "a record that can't be read back: " + back.error().message;
    if (!((*back)->identity == offered.event->identity) || (*back)->data.size() != offered.event->data.size())
      return "a record of another event";
    for (std::size_t i = 0; i < offered.event->data.size(); ++i) {
      const model::Value& before = offered.event->data[i].value;
      const model::Value& after = (*back)->data[i].value;
      if (before.type() != after.type()) return "a stored value of another type";
      if (before.type() != model::Value::Type::kSealed && !(before == after)) return "another value after storing";
    }
  }
  (void)ingest.parse_stored(text, 1);
  (void)ingest.parse_lines(text);
  const auto batch = ingest.parse_batch("[" + std::string(text) + "]");
  if (canonical.ok() && (!batch.ok() || batch->size() != 1 || (*batch)[0].stage != offered.stage)) return "another verdict in a batch";
  return {};
}

// Where mutations begin.
inline std::vector<std::string> seed_texts() {
  return {
      event_text(),
      event_text(
          {{"sequence", "\"5\""},
           {"authid", "\"p-1\""},
           {"actorrole", "\"unit\""},
           {"actorunit", "\"U\""},
           {"traceparent", "\"00\""},
           {"data", R"({"text":"道路","count":"7","amount":12.50,"on":true,"day":"2017-03-08","unit":"V","person":"张三","tags":["low"],)"
                    R"("open_object":{"a":[1,{"b":null}]},"object":{"b":2e-3},"\u0065xtra":"\ud83d\ude00"})"}}),
      event_text({{"data", R"({"open_object":{"x":9007199254740993,"x":1e400}})"}}),
      R"({"data":{"person":{"sealed":"k1.n.c"},"level":"low"},"id":"e","specversion":"1.0","source":"https://any.example",)"
      R"("type":"org.docket.ticket.typed.v1","subject":"T1","time":"2017-03-01T10:00:00+08:00"})",
  };
}

}  // namespace docket::test
