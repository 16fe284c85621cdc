// One function a route: a read's parameters -> its JSON. Every face shows these bytes. Throws BadParameter only.
#pragma once

#include "connectors/node/reading.h"

namespace docket::node {

[[nodiscard]] service::Answer answer_cases(const Reading& reading, const Params& params);
[[nodiscard]] service::Answer answer_case(const Reading& reading, const Params& params, const std::string& case_id);
[[nodiscard]] service::Answer answer_history(const Reading& reading, const Params& params, const std::string& case_id);
[[nodiscard]] service::Answer answer_deadlines(const Reading& reading, const Params& params, const std::string& case_id);
[[nodiscard]] service::Answer answer_event(const Reading& reading, const Params& params);
[[nodiscard]] service::Answer answer_metrics(const Reading& reading, const Params& params);
[[nodiscard]] service::Answer answer_metric(const Reading& reading, const Params& params, const std::string& name);
[[nodiscard]] service::Answer answer_metric_explain(const Reading& reading, const Params& params, const std::string& name);
[[nodiscard]] service::Answer answer_alarms(const Reading& reading, const Params& params);
[[nodiscard]] service::Answer answer_rejection_codes(const Reading& reading);
[[nodiscard]] service::Answer answer_kinds(const Reading& reading);
[[nodiscard]] service::Answer answer_kind(const Reading& reading, const Params& params, const std::string& kind);
// Every event's schema by its path, and one of them (event_schema.h).
[[nodiscard]] service::Answer answer_schemas(const Reading& reading);
[[nodiscard]] service::Answer answer_schema(const Reading& reading, const Params& params, const std::string& kind_name,
                                            const std::string& event_name, const std::string& major);
[[nodiscard]] service::Answer answer_rules(const Reading& reading, const Params& params);
[[nodiscard]] service::Answer answer_calendars(const Reading& reading);
// An office's kinds, each with what it counts; also what docket kind list shows without a server.
[[nodiscard]] json::object kinds_json(const definition::Bundle& bundle);
// `activation`: the number of what decides for new cases.
[[nodiscard]] service::Answer answer_office(const Reading& reading, const std::string& ledger_id, std::uint64_t activation);

// The strong ETag of a case: revision, version and light ("42.45-due_soon").
[[nodiscard]] std::string etag_of(const Reading& reading, const model::CaseState& state, Instant at);
// The due that matters most now: the earliest of the running, limited clocks that are no windows.
[[nodiscard]] Instant next_due(const definition::KindDef& kind, const model::CaseState& state);
// A case whole, private values left sealed: its row, attributes, clocks, parts, links and the versions that it keeps.
[[nodiscard]] json::object case_json(const Reading& reading, const model::CaseState& state, Instant at);
[[nodiscard]] json::object conflict_json(const Reading& reading, const AliasConflict& conflict);
[[nodiscard]] json::object case_row(const Reading& reading, const model::CaseState& state, Instant at);

}  // namespace docket::node
