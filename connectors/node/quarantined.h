// What answers say of cases that met an engine defect: which they are, why, and how many a figure could be touched by.
// Thread rule: as Reading.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "connectors/node/periods.h"
#include "connectors/node/reading.h"

namespace docket::node {

// Of all partitions: those that are quarantined now, and were when what is known was recorded.
[[nodiscard]] std::vector<partition::QuarantinedRow> quarantined_cases(const ReadModel& store, Instant known_at);
// The one of that case; nothing: it is not quarantined.
[[nodiscard]] std::optional<partition::QuarantinedRow> quarantined_case(const Reading& reading, const std::string& case_id,
                                                                        Instant known_at);
// Since when, by which semantics, the cause and the event at which it showed, as its record says.
[[nodiscard]] json::object quarantine_json(const Reading& reading, const partition::QuarantinedRow& row);

// The cases in quarantine that a figure could be touched by: of the metric's kind, and opened by the period's end. What they gave to
// figures before stays in them.
class Quarantined {
 public:
  Quarantined(const Reading& reading, const AsOf& as_of) : reading_(reading), rows_(quarantined_cases(reading.store, as_of.known_at)) {}

  // `metric` must not be a combine or complement.
  [[nodiscard]] std::set<std::string> touching(std::uint16_t metric, const Period& period) const;
  // Which of these stand in each group of that dimension, by what they last gave to the metric in any period.
  [[nodiscard]] std::map<std::string, std::set<std::string>> by_group(const std::set<std::string>& cases, std::uint16_t metric,
                                                                      std::uint8_t by, Instant at) const;

 private:
  const Reading& reading_;
  std::vector<partition::QuarantinedRow> rows_;
};

}  // namespace docket::node
