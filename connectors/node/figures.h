// A metric's integers for a period, on either axis or both: from the rows where whole days decide, folded from the cases where an
// instant inside a day or both axes at once do (design.md section 4). Thread rule: one thread, shared input.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "connectors/node/periods.h"
#include "connectors/node/reading.h"

namespace docket::node {

struct Figures {
  GroupSums groups;    // by == 0: one entry ""
  bool exact = false;  // folded from the cases, at least in part
};

// `metric` must not be a combine or complement.
[[nodiscard]] Figures figures(const Reading& reading, std::uint16_t metric, std::uint8_t by, const Period& period, const AsOf& as_of);

// What one case adds to a metric in a period, by the exact fold.
struct CaseShare {
  std::string case_id;
  model::CasePtr state;
  std::vector<measure::Contribution> rows;
};
[[nodiscard]] std::vector<CaseShare> shares(const Reading& reading, std::uint16_t metric, const Period& period, const AsOf& as_of);

// The same item by item, nothings too (measure::ItemShare).
struct CaseItems {
  std::string case_id;
  model::CasePtr state;
  std::vector<measure::ItemShare> items;
};
[[nodiscard]] std::vector<CaseItems> item_shares(const Reading& reading, std::uint16_t metric, const Period& period, const AsOf& as_of);

// The metric among those of another bundle; nothing: that one has none of its name and version.
[[nodiscard]] std::optional<std::uint16_t> same_metric(const Reading& reading, std::uint16_t metric, const definition::Bundle& other);

// The series that holds the numerator for that kind of period.
[[nodiscard]] std::uint8_t numerator_series(const definition::MetricDef& metric, PeriodKind kind);
[[nodiscard]] std::int64_t at_series(const SeriesSums& sums, std::size_t series);

}  // namespace docket::node
