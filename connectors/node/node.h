// A running Docket: workers over a ledger, projections, and the answers of every face. wiring.cpp picks the implementations.
// Thread rule: see service::Service; start() and stop() from one thread.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "connectors/node/clock_check.h"
#include "connectors/node/key_copies.h"
#include "connectors/node/metric_sides.h"
#include "connectors/node/output_rows.h"
#include "connectors/node/peers.h"
#include "connectors/node/read_model.h"
#include "connectors/node/told_events.h"
#include "connectors/node/worker.h"
#include "connectors/service/service.h"
#include "engine/ledger/intake_port.h"
#include "engine/ledger/keys.h"
#include "engine/ledger/port.h"

namespace docket::node {

// A block's bytes by a height in it, as the home keeps them.
using BlockAt = std::function<Result<ledger::Stored>(int partition, model::Height height)>;

struct NodeParts {
  definition::BundlePtr bundle;                       // that the genesis names
  std::shared_ptr<definition::BundleSource> bundles;  // the others; null: there are none
  std::shared_ptr<Activations> activations;           // what is to decide for new cases; null: `bundle` for ever
  std::string ledger_id;
  std::shared_ptr<ledger::KeyStore> keys;
  std::shared_ptr<ProjectionStore> store;
  std::shared_ptr<MetricSides> metrics;  // counted over the whole history; null: the live rows are all there is
  BlockAt block_at;
  std::function<std::unique_ptr<ledger::Port>()> port;
  std::vector<std::string> intake_topics;                       // that upstream systems publish to
  std::function<std::unique_ptr<ledger::IntakePort>()> intake;  // set if there are any
  std::function<bool()> full;                                   // the ledger's disk is full
  std::function<model::Instant()> clock;
  int workers = 2;
  // Of a ledger that several nodes share: this one's name, and who may own what (see WorkerOptions).
  std::string node = "node-1";
  std::function<bool(int partition)> still_ours;
  std::shared_ptr<Peers> peers;                 // how they are reached; null: there are no others
  std::function<std::vector<NodeRow>()> nodes;  // all that have said of themselves that they are there
  bool barriers = false;                        // the ledger may have another owner by now: strong reads wait for a block of its owner's
  CheckClock check_clock;                       // null: the node's clock is the only one
  KeyCopies key_copies;                         // where keys may be beside `keys`; null: nowhere
  std::vector<std::string> risks;               // taken by the operator; /readyz names them
};

class Node final : public service::Service {
 public:
  explicit Node(NodeParts parts);
  ~Node() override;

  // Restores every partition, replays the rest of the ledger, takes ownership; returns when all partitions answer.
  [[nodiscard]] Status start();
  // Finishes what is in flight and writes the projections back.
  [[nodiscard]] Status stop();

  void publish(service::PublishRequest request, std::function<void(service::Answer)> done) override;
  [[nodiscard]] service::Answer query(const service::Query& query) override;

  // For callers in the same process (import): the outcomes as values, in the order given.
  using Outcomes = std::vector<partition::EventOutcome>;
  void publish_events(std::vector<ingest::Offered> events, std::optional<std::int64_t> expected_revision, bool dry_run,
                      std::function<void(Outcomes)> done);
  [[nodiscard]] std::vector<ingest::Offered> parse(service::BodyFormat format, const std::string& body, std::string& problem);
  [[nodiscard]] std::vector<ingest::Offered> parse(const std::vector<std::string>& events);

  // From any thread: the partitions that this node owns, of a ledger that several share.
  void assign(const std::vector<int>& partitions, const std::string& address);
  // Where a partition's owner is reached; "" if it is this node, or nobody is known.
  [[nodiscard]] std::string owner_of(int partition) const;
  [[nodiscard]] bool owns(int partition) const;
  // While it is held the node owns nothing: its partitions are others' for now.
  void hold(bool held) { held_ = held; }
  // A case's row for an output topic, as it is now; nothing: there is no such case. From any thread.
  using OutputRow = std::string (*)(const Reading& reading, const model::CaseState& state, const ledger::Position& position);
  [[nodiscard]] std::optional<std::string> output_of(OutputRow row, const std::string& case_id, const ledger::Position& position);
  // Before anybody asks.
  void show_outputs(ShowOutputs show) { show_outputs_ = std::move(show); }
  // Begins a new epoch of an intake topic that was made anew; false: there is no such one.
  bool rebase_intake(const std::string& topic);

  // Writes a `head` record into that partition's chain, if this node owns it.
  void add_head(int partition, std::string body) {
    workers_[static_cast<std::size_t>(worker_of(partition))]->add_head(partition, std::move(body));
  }

  // Lends what every read needs. From any thread.
  void read(const std::function<void(const Reading& reading)>& with);
  [[nodiscard]] const std::string& ledger_id() const { return parts_.ledger_id; }
  [[nodiscard]] ToldEvents& told_events() { return told_events_; }
  // Rises with what is applied, some 20 ms later at most; costs next to nothing.
  [[nodiscard]] std::uint64_t applied() const;

  // What decides for new cases. Of a newer one that this program can't use, the partitions that it stops say so.
  [[nodiscard]] definition::BundlePtr bundle() const;
  // The lowest number of what decides, over the partitions that this node owns; 0: it owns none.
  [[nodiscard]] std::uint64_t activation() const;
  [[nodiscard]] bool ready() const;
  // False: its clock is too far off the brokers' to own anything.
  [[nodiscard]] bool may_own() const { return clock_check().may_own; }
  [[nodiscard]] bool disk_full() const { return parts_.full(); }

 private:
  class Records;
  class Lease;

  [[nodiscard]] Status restore(int partition);
  [[nodiscard]] Status restore_owner(int partition, std::uint64_t term, model::Height height);
  [[nodiscard]] service::Answer route(const service::Query& query);
  [[nodiscard]] service::Answer route_metrics(const service::Query& query);
  [[nodiscard]] service::Answer open_stream(const Reading& reading, const Params& params);
  [[nodiscard]] std::optional<service::Answer> await_position(const service::Query& query) const;
  [[nodiscard]] std::optional<service::Answer> await_barriers(const service::Query& query);
  [[nodiscard]] bool reached(const ledger::Position& wanted) const;
  [[nodiscard]] bool forward(service::PublishRequest& request, const std::vector<ingest::Offered>& events,
                             std::function<void(service::Answer)>& done);
  [[nodiscard]] bool offer_elsewhere(const std::string& owner, int partition, partition::Offer offer, const std::string& text);
  [[nodiscard]] bool offer_reaction_elsewhere(const std::string& owner, int partition, partition::Offer offer);
  void publish_reaction(const service::PublishRequest& request, std::function<void(service::Answer)> done);
  [[nodiscard]] service::Answer answer_positions(const service::Query& query) const;
  [[nodiscard]] service::Answer answer_nodes() const;
  [[nodiscard]] service::Answer answer_ready() const;
  [[nodiscard]] service::Answer answer_prometheus() const;
  [[nodiscard]] ClockCheck clock_check() const;
  [[nodiscard]] std::string definitions_text(const definition::Bundle& decides) const;
  [[nodiscard]] std::string overload_text() const;
  [[nodiscard]] std::string positions_token() const;
  [[nodiscard]] int worker_of(int partition) const { return partition % static_cast<int>(workers_.size()); }

  NodeParts parts_;
  ShowOutputs show_outputs_;  // null: there are none
  std::unique_ptr<Records> records_;
  ToldEvents told_events_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::unique_ptr<partition::RecordSealer> sealer_;
  std::mutex idle_mutex_;  // guards idle_
  std::vector<std::unique_ptr<partition::Rulebooks>> idle_;
  mutable std::mutex bundle_mutex_;  // guards the next two
  mutable definition::BundlePtr bundle_;
  mutable std::uint64_t bundle_number_ = 1;
  mutable std::atomic<std::int64_t> looked_at_ms_{0};  // when applied() last looked
  mutable std::atomic<std::uint64_t> applied_{0};
  std::atomic<bool> stopped_{false};
  std::atomic<bool> held_{false};
  std::atomic<std::uint64_t> outcomes_[9]{};  // by EventOutcome::Kind
};

}  // namespace docket::node
