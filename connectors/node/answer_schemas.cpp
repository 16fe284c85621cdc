// What producers check their events by: a JSON Schema of each event that the office knows.
#include "connectors/node/answers.h"
#include "connectors/node/event_schema.h"
#include "engine/ingest/names.h"

namespace docket::node {

service::Answer answer_schemas(const Reading& reading) {
  json::array rows;
  for (const auto& kind : reading.bundle.kinds) {
    for (const auto& event : kind.events) {
      rows.push_back(json::object{{"kind", kind.name},
                                  {"event", event.name},
                                  {"major", event.major},
                                  {"label", reading.labels(event.labels)},
                                  {"type", event_type(reading.bundle, kind, event)},
                                  {"path", event_schema_path(kind, event)}});
    }
  }
  return json_answer(json::object{{"schemas", std::move(rows)}, {"bundle", reading.bundle.id}});
}

service::Answer answer_schema(const Reading& reading, const Params& params, const std::string& kind_name, const std::string& event_name,
                              const std::string& major) {
  const auto& bundle = reading.bundle;
  const ingest::TypeNames types(bundle);
  const std::string type = bundle.prefix + "." + kind_name + "." + event_name + ".v" + major;
  const auto* found = types.find(type);
  if (found == nullptr) return not_found(types.explain(type), params.query().language);
  const auto& kind = bundle.kinds[found->kind];
  auto answer = json_answer(event_schema(bundle, kind, kind.events[found->event]));
  answer.content_type = "application/schema+json";
  return answer;
}

}  // namespace docket::node
