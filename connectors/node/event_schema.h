// What an event must look like, as JSON Schema 2020-12, made from the compiled definition: the root is its `data` (what CloudEvents'
// `dataschema` names), `#/$defs/event` the event whole. What ingest takes passes, and what it refuses for its shape doesn't; what a schema
// can't say stands in a description. Thread rule: free functions over immutable input.
#pragma once

#include <boost/json.hpp>
#include <string>

#include "engine/definition/bundle.h"

namespace docket::node {

[[nodiscard]] boost::json::object event_schema(const definition::Bundle& bundle, const definition::KindDef& kind,
                                               const definition::EventDef& event);
[[nodiscard]] std::string event_type(const definition::Bundle& bundle, const definition::KindDef& kind, const definition::EventDef& event);
// "/v1/schemas/{kind}/{event}/{major}"
[[nodiscard]] std::string event_schema_path(const definition::KindDef& kind, const definition::EventDef& event);

}  // namespace docket::node
