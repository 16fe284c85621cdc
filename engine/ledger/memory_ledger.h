// The in-memory twin of a ledger, with Kafka's semantics and Kafka's faults (ledger.md section 12): a log a partition with
// offsets and gaps, a high watermark, leader changes that cut the suffix that nobody was told of, deposed leaders that
// answer from the past, requests that are lost, refused, doubled or outlive their producer, reports that are lost, late,
// out of order or without an offset. What was acknowledged is never cut (acks=all).
//
// Nothing happens by itself: the simulator calls step() (or its parts) and owns the random numbers, so one seed is one run.
// set_immediate(true) makes it a plain ledger that appends, commits and reports at once.
//
// Thread rule: everything on one thread. Ownership: the cluster outlives its nodes; `random` outlives the cluster.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/ledger/port.h"

namespace docket::ledger {

// What becomes of one produce request.
enum class Fate : std::uint8_t {
  kGood,
  kLost,                // never arrives, never reported
  kRefused,             // error, not appended
  kAckedWithoutOffset,  // appended, success without offset
  kAppendedWithError,   // appended, reported as an error
  kReportLost,          // appended, never reported
  kDoubled,             // appended and reported; lands a second time later
};

// Chances in thousandths. The defaults make every fault common enough for runs of some thousand steps.
struct MemoryFaults {
  std::uint32_t lost = 15;
  std::uint32_t refused = 15;
  std::uint32_t acked_without_offset = 15;
  std::uint32_t appended_with_error = 10;
  std::uint32_t report_lost = 10;
  std::uint32_t doubled = 35;
  std::uint32_t gap = 5;                  // somebody's control record takes an offset
  std::uint32_t dead_request_lost = 250;  // a request whose producer is gone
  std::uint32_t report_passed_over = 40;  // a report lets a later one go first
  std::uint32_t stale_view = 500;         // at a leader change: a node goes on talking to the deposed leader
  std::uint32_t resent = 600;             // at a leader change: a cut request is sent again by its producer
  // Weights of what one step does, in thousandths of all steps; the rest of the steps only let time pass.
  std::uint32_t step_deliver = 450;
  std::uint32_t step_commit = 200;
  std::uint32_t step_report = 330;
  std::uint32_t step_leader = 6;
  [[nodiscard]] static MemoryFaults none();
};

class MemoryLedger;

class MemoryCluster {
 public:
  using Random = std::mt19937_64;

  MemoryCluster(int partitions, Random& random, MemoryFaults faults = {});
  MemoryCluster(const MemoryCluster&) = delete;
  MemoryCluster& operator=(const MemoryCluster&) = delete;

  // A node's view of the cluster. Destroying it is a crash: what it has sent may still land.
  [[nodiscard]] std::unique_ptr<MemoryLedger> node();

  // One step of virtual time.
  void step();
  // Its parts; false: there was nothing to do.
  bool deliver();  // one request reaches the leader
  bool commit();   // followers catch up, perhaps not wholly
  bool report();   // one report reaches its node
  void change_leader(int partition);
  // Everything under way lands, is committed and reported, in order and without faults.
  void drain();

  void set_faults(const MemoryFaults& faults) { faults_ = faults; }
  void set_immediate(bool immediate) { immediate_ = immediate; }
  void set_full(bool full) { full_ = full; }  // appends are refused before writing, as the embedded home does
  // The fates of the next requests to be delivered, before chance has its say.
  void plan(std::deque<Fate> fates) { planned_ = std::move(fates); }
  // A node frozen by the simulator gets no reports meanwhile.
  void set_paused(const MemoryLedger& node, bool paused);
  // The node sees `end` as the partition's end for that many steps.
  void set_stale(const MemoryLedger& node, int partition, Offset end, std::uint64_t steps);

  // The truth, for genesis blocks and checkers: appended and committed at once; all that is committed, from an offset on.
  Offset write(int partition, std::string value);
  [[nodiscard]] std::vector<Stored> committed(int partition, Offset from = 0) const;
  [[nodiscard]] Offset high_watermark(int partition) const;
  [[nodiscard]] Offset log_end(int partition) const;
  [[nodiscard]] std::uint32_t leader_epoch(int partition) const;
  [[nodiscard]] std::uint64_t now() const { return now_; }
  // Requests under way or unreported.
  [[nodiscard]] bool idle() const { return network_.empty() && reports_.empty(); }

 private:
  friend class MemoryLedger;
  struct Request {
    std::uint64_t producer = 0;
    std::uint64_t token = 0;
    int partition = 0;
    bool silent = false;  // its report was given or is lost
    std::string value;
  };
  struct Entry {
    Offset offset = 0;
    Request request;
  };
  struct Log {
    std::vector<Entry> entries;
    Offset end = 0;  // next offset
    Offset high_watermark = 0;
    std::uint32_t epoch = 0;
  };
  struct PendingReport {
    std::uint64_t producer = 0;
    Offset needs = 0;  // told when the high watermark has reached this
    Report report;
  };
  struct StaleView {
    Offset end = 0;
    std::uint64_t until = 0;
  };
  struct Node {
    std::uint64_t producer = 0;
    bool paused = false;
    std::vector<Report> inbox;
    std::map<int, StaleView> stale;
  };
  using Told = std::pair<std::uint64_t, std::uint64_t>;  // producer, token
  using Route = std::pair<std::uint64_t, int>;           // producer, partition: requests of one route keep their order

  bool chance(std::uint32_t thousandths) { return below(1000) < thousandths; }
  std::uint64_t below(std::uint64_t limit) { return limit == 0 ? 0 : (*random_)() % limit; }
  Node* node_of(std::uint64_t producer);
  void send(Node& node, std::vector<Appending> blocks);
  Fate fate(bool dead);
  void land(Request request, Fate fate);
  Offset append_to(Log& log, Request request);
  void queue_report(const Request& request, Offset needs, bool ok, std::optional<Offset> offset, const char* error);
  void cut_reports(int partition, Offset cut, std::set<Told>& told);
  [[nodiscard]] Offset visible_end(const Node& node, int partition) const;

  Random* random_;
  MemoryFaults faults_;
  bool immediate_ = false;
  bool full_ = false;
  bool quiet_ = false;
  std::uint64_t now_ = 0;
  std::uint64_t producers_ = 0;
  std::uint64_t nodes_made_ = 0;
  std::vector<Log> logs_;
  std::map<Route, std::deque<Request>> network_;
  std::vector<PendingReport> reports_;
  std::map<std::uint64_t, Node> nodes_;
  std::deque<Fate> planned_;
};

class MemoryLedger final : public Port {
 public:
  ~MemoryLedger() override;
  void append(std::vector<Appending> blocks) override;
  [[nodiscard]] std::vector<Report> poll() override;
  [[nodiscard]] Result<ReadBatch> read(int partition, Offset from, std::size_t bytes_max) override;
  void renew() override;

 private:
  friend class MemoryCluster;
  MemoryLedger(MemoryCluster& cluster, std::uint64_t id) : cluster_(&cluster), id_(id) {}
  MemoryCluster::Node& state() { return cluster_->nodes_.at(id_); }

  MemoryCluster* cluster_;
  std::uint64_t id_;
};

}  // namespace docket::ledger
