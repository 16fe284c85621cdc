// One thread that owns the loops of some partitions: takes offers from a bounded inbox, turns its loops, appends what they judged
// in one synced write, hands back the reports. Thread rule: offer() from any thread; all else on the worker's own thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "connectors/node/activations.h"
#include "connectors/node/intake_driver.h"
#include "connectors/node/reaction_driver.h"
#include "connectors/node/read_model.h"
#include "connectors/node/turn_keys.h"
#include "engine/ledger/keys.h"
#include "engine/ledger/port.h"
#include "engine/partition/loop.h"

namespace docket::node {

struct WorkerOptions {
  int index = 0;
  std::vector<int> partitions;
  std::size_t inbox_events_max = 100'000;
  std::function<model::Instant()> clock;
  std::string node = "node-1";
  // Of a ledger that several nodes share: the partitions are owned as assign() says. Whether a partition is still this node's, asked of
  // whoever assigns them (it may wait). Unset: all are owned from the start.
  std::function<bool(int partition)> still_ours;
  // False: the clock is too far off to own a partition (ledger.md section 7). Nothing is judged then or written.
  std::function<bool(model::Instant now)> may_own = [](model::Instant) { return true; };
  // The bundles that the chains name beside the first, and what is to decide for new cases. Null: the first alone, for ever.
  std::shared_ptr<definition::BundleSource> bundles;
  std::shared_ptr<Activations> activations;
};

class Worker {
 public:
  Worker(WorkerOptions options, const definition::BundlePtr& bundle, const std::string& ledger_id, std::uint64_t process,
         std::unique_ptr<ledger::Port> port, ledger::KeyStore& keys, ProjectionStore& store, const partition::RecordReader& records);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Puts a partition's loop where its projections stand (before start()). `cursors` and `bundle`: of the block there.
  [[nodiscard]] Status restore(int partition, const ProjectionStore::Standing& standing, const std::string& head, ledger::Offset offset,
                               std::vector<ledger::IntakeCursor> cursors = {}, const std::string& bundle = {});
  // From any thread: of the worker's partitions it owns these and no others. Each call is a new assignment. `address`: where other
  // nodes reach this one.
  void assign(const std::vector<int>& partitions, const std::string& address);
  // Of the loop's restored term.
  void restore_owner(int partition, const ledger::Record& record);
  // Where the partition's owner is reached, as the chain says; "" if it is this node or nobody said.
  [[nodiscard]] std::string owner_of(int partition) const;
  // Whether it owns that partition, as its last turn has left it.
  [[nodiscard]] bool owns(int partition) const;
  // Takes what intake topics hold (before start()).
  void take_intake(std::unique_ptr<ledger::IntakePort> port, Forward forward);
  // Sends what cases ask of other partitions (before start()).
  void send_reactions(ReactionDriver::Send send);
  // From any thread: see IntakeDriver::rebase().
  void rebase(const std::string& topic);
  // From any thread: see PartitionLoop::add_head().
  void add_head(int partition, std::string body);
  void start();
  // Finishes what is queued and in flight, then ends the thread.
  void stop();

  // False: full (503 overloaded). `offer.done` is called on the worker's thread.
  [[nodiscard]] bool offer(int partition, partition::Offer offer);

  struct Health {
    int owned = 0;
    int wanted = 0;    // to be owned
    int followed = 0;  // of the others, those that are followed at the ledger's end
    bool assigned = false;
    int caught_up = 0;  // partitions that have been read to their end once
    int partitions = 0;
    std::size_t parked = 0;
    std::uint64_t void_blocks = 0;
    std::uint64_t activation = 0;  // the lowest number of what decides, over the partitions it owns; 0: it owns none
    std::string stopped;           // why a partition stopped, "" if none
    std::string halted;            // the same for one that waits for `docket intake rebase`
    int waiting = 0;               // of those
    partition::IntakeCounts intake;
    std::vector<IntakeLag> intake_lags;
    ReactionCounts reactions;
  };
  [[nodiscard]] Health health() const;

 private:
  void run();
  void take_inbox(bool wait);
  bool step();
  bool read_for(partition::PartitionLoop& loop, int partition);
  std::vector<ledger::Appending> take_turns(model::Instant now);
  void hand_reports();
  void wake();
  void take_intake_records(model::Instant now);
  void take_reactions(model::Instant now);
  struct Ownership {
    bool wanted = false;
    bool fresh = false;  // assigned anew, and not acted on
    bool won = false;
    std::uint64_t term_seen = 0;  // when it was last known to be this node's
  };
  void take_assignment();
  void follow_assignment(std::size_t i);
  [[nodiscard]] bool still_owns(std::size_t i);
  void begin_owning(std::size_t i);
  [[nodiscard]] bool frozen() const;
  void renew();
  void take_activation();
  void publish_health();

  WorkerOptions options_;
  std::string tag_key_;
  partition::Rulebooks books_;
  std::uint64_t activation_ = 1;  // told to the loops
  TurnKeys keys_;
  std::unique_ptr<ledger::Port> port_;
  std::unique_ptr<IntakeDriver> intake_;  // null: no intake topics
  std::unique_ptr<ReactionDriver> reactions_;
  bool told_later_ = false;  // the port reports when it has something, not at once
  bool moved_ = false;       // this step: something came of the port, or went to it
  bool wrote_ = false;       // this step: a block was not refused for lack of space
  ProjectionStore& store_;
  std::uint64_t freezes_ = 0;                                     // of all loops, when the port was last renewed
  std::vector<std::unique_ptr<partition::PartitionLoop>> loops_;  // in the order of options_.partitions
  std::vector<partition::PartitionLoop*> by_partition_;
  std::vector<bool> caught_up_;       // in the order of options_.partitions
  std::vector<Ownership> ownership_;  // the same

  std::mutex mutex_;  // guards all up to stopping_
  std::condition_variable wake_;
  std::vector<std::pair<int, partition::Offer>> inbox_;
  std::size_t inbox_events_ = 0;
  bool news_ = false;  // the port has something
  std::vector<std::string> rebase_;
  std::vector<std::pair<int, std::string>> heads_;
  std::optional<std::vector<int>> assignment_;  // not taken yet
  bool assigned_ = false;
  std::string address_;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> closed_{false};  // it may not own
  mutable std::mutex health_mutex_;
  Health health_;
  std::vector<std::string> owners_;  // addresses, in the order of options_.partitions; guarded by health_mutex_
  std::vector<bool> owned_;          // the same
  std::thread thread_;
};

}  // namespace docket::node
