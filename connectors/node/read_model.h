// What answers need of the projections, over all partitions. Kinds, metrics and anchors are those of the bundle that is given with them;
// rows stand under their names, so cases that were opened with another one are found too. Implemented by the projections (see
// projections_read_model in connectors/service) and by plain maps in tests. Thread rule: any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/definition/bundle.h"
#include "engine/measure/contribution.h"
#include "engine/partition/ports.h"

namespace docket::node {

using SeriesSums = std::vector<std::int64_t>;         // index = measure::Series
using GroupSums = std::map<std::string, SeriesSums>;  // by the group's text; "" = the total or no value

struct CellQuery {
  std::uint16_t metric = 0;
  std::uint8_t by = 0;  // 0: the total
  model::Day from = 0;  // anchor days [from, to)
  model::Day to = 0;
  std::optional<model::Day> at_day;     // what had happened by the end of that day; at most one of the two
  std::optional<model::Day> known_day;  // what was recorded by then
};

struct ListFilter {
  std::string name;                 // "state", or a dimension attribute
  std::vector<std::string> values;  // any of
};

// A refused record; what else it says is in the ledger's block at that height.
struct RejectAt {
  model::Height height = 0;
  model::Instant recorded = 0;
  model::Rejection code{};
  std::string source;
};

// A number that several cases have, though it should name one; by case id.
struct AliasConflict {
  std::string kind;
  std::string alias;
  std::vector<std::string> values;  // as text, in the order of the alias's attributes
  std::vector<std::string> cases;
};
struct ConflictPage {
  std::vector<AliasConflict> conflicts;
  std::string next;       // `after` of the next page; "" = this was the last one
  bool complete = false;  // false: what stood at the start is still being looked through
};

class ReadModel : public partition::StateReader {
 public:
  // Sums over partitions.
  [[nodiscard]] virtual GroupSums sums(const definition::Bundle& bundle, const CellQuery& query) const = 0;
  // A stock: all flows with an anchor day <= day.
  [[nodiscard]] virtual GroupSums stock(const definition::Bundle& bundle, std::uint16_t metric, std::uint8_t by, model::Day day,
                                        std::optional<model::Day> known_day) const = 0;
  // Cases that ever had that anchor on one of the days [from, to).
  [[nodiscard]] virtual std::vector<std::string> anchored(const definition::Bundle& bundle, model::KindId kind, std::uint8_t anchor,
                                                          model::Day from, model::Day to) const = 0;
  // Cases with a clock due in (after, until].
  [[nodiscard]] virtual std::vector<std::string> due_between(model::Instant after, model::Instant until) const = 0;
  // A page of case ids of a kind in order, after `after`; every id whose current state fits the filters.
  [[nodiscard]] virtual std::vector<std::string> list(const definition::Bundle& bundle, model::KindId kind,
                                                      const std::vector<ListFilter>& filters, const std::string& after,
                                                      std::size_t limit) const = 0;
  [[nodiscard]] virtual std::vector<std::string> by_alias(const definition::Bundle& bundle, model::KindId kind,
                                                          const std::string& value) const = 0;
  // Conflicts that stand now, after that place; and those of one case.
  [[nodiscard]] virtual ConflictPage conflicts(const std::string& after, std::size_t limit) const = 0;
  [[nodiscard]] virtual std::vector<AliasConflict> conflicts_of(const definition::Bundle& bundle, const model::CaseState& state) const = 0;
  // Refused records of a partition below height `end`, the newest first; fewer than `limit` only if there are no more.
  [[nodiscard]] virtual std::vector<RejectAt> rejected(int partition, model::Height end, std::size_t limit) const = 0;
  [[nodiscard]] virtual ledger::Position position(int partition) const = 0;
};

// The projections as the node drives them.
class ProjectionStore : public ReadModel, public partition::Sink {
 public:
  // What a partition's rows stand on; height 0: nothing yet.
  struct Standing {
    ledger::Position position;
    std::uint64_t term = 0;
    model::Instant recorded = 0;
    std::uint64_t activation = 1;  // the number of what decides for new cases
  };
  [[nodiscard]] virtual Standing standing(int partition) const = 0;
  // While true the worker takes nothing new (503 overloaded).
  [[nodiscard]] virtual bool full(int worker) const = 0;
  virtual void tick(int worker, model::Instant now) = 0;
  [[nodiscard]] virtual Status flush() = 0;
  [[nodiscard]] virtual Status failed() const = 0;  // an error of the background writer, if any
  [[nodiscard]] virtual std::string metrics_text() const = 0;
  [[nodiscard]] virtual std::uint64_t digest(int partition) const = 0;
  [[nodiscard]] virtual Status backup(const std::string& folder) const = 0;
};

}  // namespace docket::node
