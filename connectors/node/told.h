// What Docket has told of a case's deadlines by its own records: notices, breaches, breaches withdrawn; and which of its timer events
// gave way to a human one.
// Thread rule: as Reading.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "connectors/node/reading.h"

namespace docket::node {

struct Told {
  std::string clock;
  std::string part;  // with its key and the n-th adding of it
  std::string part_key;
  std::int64_t part_nth = 0;
  std::int64_t nth = 0;
  json::object shown;  // level, at, due, to, holder, recorded, height; withdrawn
};

// Of one case, by height: what was recorded by known_at and lay at or before `at`.
[[nodiscard]] std::vector<Told> told_notices(const Reading& reading, const std::string& case_id, const AsOf& as_of);
// Adds "told": what was told of that clock, and "breach": the one that stands.
void add_told(json::object& row, const Reading& reading, const std::vector<Told>& told, const std::string& clock,
              const model::PartInstance* part, const model::ClockInstance& instance);
// Adds "event", "time" and "data" of a notice record.
void add_notice(json::object& out, const ledger::Record& record);
// Height of each displaced timer event -> height of the record that displaced it.
[[nodiscard]] std::map<model::Height, model::Height> displaced_timers(const Reading& reading, int partition,
                                                                      const std::vector<partition::HistoryRow>& rows, Instant known_at);

// Who says what happened: source, id, time, actor and role of an event.
void add_event_head(json::object& out, const model::Event& event);

}  // namespace docket::node
