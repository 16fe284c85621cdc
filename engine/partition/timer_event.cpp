#include "engine/partition/timer_event.h"

#include "engine/ingest/ingest.h"
#include "engine/ingest/json_text.h"
#include "engine/partition/notices.h"
#include "engine/partition/records.h"

namespace docket::partition {
namespace {

constexpr std::size_t kIdBytesMax = 200;
constexpr model::Instant kAfterDue = 1;  // all that a passed deadline causes lies at due + 1 ms

}  // namespace

std::string timer_event_id(const definition::Bundle& bundle, const model::CaseState& state, const apply::Want& want,
                           const definition::EventDef& def, const ingest::Digest& digest) {
  std::string id = setting_id(bundle, state, want) + ":" + def.name;
  if (id.size() > kIdBytesMax) id = state.id + ":" + ingest::tag_text(digest.tag(id)) + ":" + def.name;
  return id;
}

std::string timer_event_json(const definition::Bundle& bundle, const model::CaseState& state, const apply::Want& want,
                             const definition::EventDef& def, const std::string& id) {
  std::string json = R"({"specversion":"1.0","id":)";
  ingest::append_json_string(json, id);
  json += R"(,"source":)";
  ingest::append_json_string(json, definition::kOwnSource);
  json += R"(,"type":")" + bundle.prefix + "." + bundle.kinds[state.kind].name + "." + def.name + ".v" + std::to_string(def.major) +
          R"(","subject":")" + state.id + R"(","time":")";
#ifdef DOCKET_FAULT_TIMER_AT_DUE
  json += model::format_instant(want.at - kAfterDue);
#else
  static_assert(kAfterDue == 1);
  json += model::format_instant(want.at);
#endif
  json += R"(","authid":"docket","actorrole":")" + bundle.roles[bundle.system_role] + R"(","data":{)";
  if (want.part != 0) {
    const auto& part = state.parts[want.part - 1U];
    const auto text = key_text(bundle, part.key);
    json += R"("part":)";
    if (part.key.type() == model::Value::Type::kInteger) {
      json += text;
    } else {
      ingest::append_json_string(json, text);
    }
  }
  json += "}}";
  return json;
}

}  // namespace docket::partition
