// Where answers about metrics come from when some are counted over the whole history beside the live rows
// (docs/decisions/0021-backfill.md). Thread rule: sides from any thread; a MetricSide is its request's.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>

#include "connectors/node/metric_decisions.h"
#include "connectors/node/read_model.h"
#include "engine/partition/rulebooks.h"

namespace docket::node {

// Rows that an answer needs are not made yet: 503, and what is under way.
class NotCounted : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// What one read of metrics is answered from.
class MetricSide {
 public:
  virtual ~MetricSide() = default;
  // What decides, its metrics as their names answer.
  [[nodiscard]] virtual const definition::Bundle& bundle() const = 0;
  // Throws NotCounted where it is asked for figures that are not there.
  [[nodiscard]] virtual const ReadModel& store() const = 0;
  [[nodiscard]] virtual partition::Rulebooks& books() const = 0;
};

class MetricSides {
 public:
  virtual ~MetricSides() = default;
  // `decides`: what decides for new cases. Null: nothing was decided about metrics, and the live rows are all there is. kOlder, kNewer: the
  // named metric by the version before its backfill, or by that of it; null: there is none.
  enum class As : std::uint8_t { kNames, kOlder, kNewer };
  [[nodiscard]] virtual std::unique_ptr<MetricSide> side(const definition::BundlePtr& decides, As as, const std::string& metric) = 0;
  [[nodiscard]] virtual MetricDecisions decisions() const = 0;
  // Of what is being counted anew, how many per cent of the records are read; 100 if nothing is.
  [[nodiscard]] virtual int percent() const = 0;
};

}  // namespace docket::node
