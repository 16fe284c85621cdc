// The decisions about metrics in a ledger's store, and what they ask of the definitions that the ledger ever had.
// Thread rule: any thread. Ownership: it shares what it reads.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "connectors/local/control.h"
#include "connectors/local/definitions.h"
#include "connectors/local/home.h"
#include "connectors/node/metric_decisions.h"
#include "engine/definition/carry.h"

namespace docket::local {

// The bundles of a ledger with metrics carried into them; `alone`: these are all that a case of theirs adds to.
class CarriedBundles final : public definition::BundleSource {
 public:
  CarriedBundles(std::shared_ptr<definition::BundleSource> plain, std::vector<definition::Carried> metrics, bool alone = false)
      : plain_(std::move(plain)), metrics_(std::move(metrics)), alone_(alone) {}
  [[nodiscard]] Result<definition::BundlePtr> find(std::string_view id) override;
  [[nodiscard]] const std::vector<definition::Carried>& metrics() const { return metrics_; }

 private:
  std::shared_ptr<definition::BundleSource> plain_;
  const std::vector<definition::Carried> metrics_;
  const bool alone_;
  std::mutex mutex_;  // guards known_
  std::map<std::string, definition::BundlePtr, std::less<>> known_;
};

class MetricBook {
 public:
  explicit MetricBook(const Home& home) : log_(home.metric_log), definitions_(home.definitions) {}

  [[nodiscard]] Result<node::MetricDecisions> read() const { return log_->read(); }
  // What stands in `what` is decided: "backfill", "swap" or "undo", of those metrics, all or none. The answer is for whoever asked; its
  // code 1: it can't be done, 3: there is no such metric. `recorded`: now.
  [[nodiscard]] ControlReply decide(const std::string& what, const std::vector<std::string>& metrics, const std::string& by,
                                    model::Instant recorded);
  // All that had been asked for is counted, up to where the live rows stood. Of several nodes the first to say so says it for all.
  [[nodiscard]] Status note_built(const std::vector<node::MetricDecisions::Counted>& counted, model::Instant recorded);
  // With the bundles that say what each of them means.
  [[nodiscard]] Result<std::vector<definition::Carried>> carried(const std::vector<node::MetricDecisions::Counted>& counted) const;

 private:
  [[nodiscard]] Result<node::MetricDecision> backfill_of(const std::string& metric) const;
  [[nodiscard]] Result<node::MetricDecision> turn_of(const node::MetricDecisions& all, const std::string& metric, bool swap) const;
  [[nodiscard]] std::optional<std::string> decides_otherwise(const std::string& name, std::uint16_t backfilled) const;

  std::shared_ptr<MetricLog> log_;
  Definitions definitions_;
  mutable std::mutex mutex_;  // one change at a time
};

}  // namespace docket::local
