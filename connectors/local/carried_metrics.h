// Metrics counted over the whole history beside the live rows (docs/decisions/0021-backfill.md): a store of their rows in DATA/carried/,
// filled and then kept up by one thread of low priority, and what answers read from it.
// Thread rule: start() and stop() from one thread, all else from any. Ownership: the home and the live rows outlive it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "connectors/local/metric_book.h"
#include "connectors/local/projections_store.h"
#include "connectors/local/replay.h"
#include "connectors/node/metric_sides.h"

namespace docket::local {

inline constexpr const char* kCarriedFolder = "carried";

// The rows of one list of metrics, and who fills them. Its thread alone calls advance().
class CarriedRows {
 public:
  // Opens what is there, or begins it.
  [[nodiscard]] static Result<std::shared_ptr<CarriedRows>> open(const Home& home, std::vector<node::MetricDecisions::Counted> counted,
                                                                 std::vector<definition::Carried> metrics);
  // Reads on up to the ledger's end; `between` is called behind each batch, its error ends it.
  [[nodiscard]] Status advance(const std::function<Status()>& between);

  [[nodiscard]] const std::vector<node::MetricDecisions::Counted>& counted() const { return counted_; }
  [[nodiscard]] const std::shared_ptr<CarriedBundles>& source() const { return source_; }
  [[nodiscard]] const ProjectionsStore& store() const { return *store_; }
  [[nodiscard]] projections::Projections& projections() { return *projections_; }
  [[nodiscard]] bool has(std::string_view metric, std::uint16_t version) const;
  [[nodiscard]] std::uint64_t records() const;                    // read so far
  [[nodiscard]] std::uint64_t events() const { return events_; }  // records read by this process
  [[nodiscard]] bool complete() const { return complete_; }
  void set_complete() { complete_ = true; }

 private:
  CarriedRows(const Home& home, std::vector<node::MetricDecisions::Counted> counted, std::shared_ptr<CarriedBundles> source,
              definition::BundlePtr first, std::unique_ptr<projections::Projections> projections);

  const std::vector<node::MetricDecisions::Counted> counted_;
  std::shared_ptr<CarriedBundles> source_;
  std::unique_ptr<ProjectionsStore> store_;
  projections::Projections* projections_;
  partition::Rulebooks books_;
  std::vector<std::unique_ptr<PartitionReplay>> replays_;
  std::atomic<std::uint64_t> events_{0};
  std::atomic<bool> complete_{false};
};

// Makes DATA/carried/ anew from the ledger, as far as anything was decided: what a rebuild does. The folder is nobody else's then.
[[nodiscard]] Result<std::uint64_t> rebuild_carried(const Home& home);

class CarriedMetrics final : public node::MetricSides {
 public:
  CarriedMetrics(const Home& home, std::shared_ptr<node::ProjectionStore> live, std::function<model::Instant()> clock);
  ~CarriedMetrics() override;
  [[nodiscard]] Status start();
  void stop();

  // As MetricBook::decide(); what was decided counts at once.
  [[nodiscard]] ControlReply decide(const std::string& what, const std::vector<std::string>& metrics, const std::string& by);

  [[nodiscard]] std::unique_ptr<node::MetricSide> side(const definition::BundlePtr& decides, As as, const std::string& metric) override;
  [[nodiscard]] node::MetricDecisions decisions() const override;
  [[nodiscard]] int percent() const override;

  // The rows that have a metric's version, as far as the live ones were when it was called. Throws NotCounted.
  [[nodiscard]] std::shared_ptr<const CarriedRows> rows(const std::string& metric, std::uint16_t version);

 private:
  class Side;
  // Definitions whose metrics are what their names answer by, and which of these count all cases.
  struct Whole {
    std::string metric;
    std::uint16_t version = 0;
  };
  struct Named {
    std::string decides;  // the bundle's id
    std::shared_ptr<const definition::Bundle> bundle;
    std::vector<Whole> whole;
  };
  struct Pool {  // what reads by the decisions as they are
    std::shared_ptr<CarriedBundles> source;
    definition::BundlePtr first;
    std::vector<std::unique_ptr<partition::Rulebooks>> idle;
    std::shared_ptr<const Named> named;  // by what decided last
  };

  // Null: the metric that is asked for has no such version.
  [[nodiscard]] static std::shared_ptr<const Named> name(const node::MetricDecisions& decisions, const definition::BundlePtr& decides,
                                                         const definition::Bundle& carried, As as, const std::string& asked);
  [[nodiscard]] Status take_decisions();
  [[nodiscard]] Status take_news();
  [[nodiscard]] Status open_rows(const std::vector<node::MetricDecisions::Counted>& counted, std::shared_ptr<CarriedRows>& into);
  void run();
  [[nodiscard]] Status turn();

  const Home& home_;
  std::shared_ptr<node::ProjectionStore> live_;
  std::function<model::Instant()> clock_;
  MetricBook book_;

  mutable std::mutex mutex_;          // guards all up to stopping_
  std::condition_variable wanted_;    // somebody waits for rows, or decided something
  std::condition_variable advanced_;  // rows went on
  node::MetricDecisions decisions_;
  std::shared_ptr<Pool> pool_;             // null: nothing was decided
  std::shared_ptr<CarriedRows> serving_;   // of what is built
  std::shared_ptr<CarriedRows> building_;  // of a longer list
  std::string failure_;                    // why the thread stopped
  bool asked_ = false;
  std::atomic<bool> news_{false};  // another node decided something
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace docket::local
