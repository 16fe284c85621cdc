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

#include "connectors/node/intake_driver.h"
#include "connectors/node/read_model.h"
#include "engine/ledger/keys.h"
#include "engine/ledger/port.h"
#include "engine/partition/loop.h"

namespace docket::node {

struct WorkerOptions {
  int index = 0;
  std::vector<int> partitions;
  std::size_t inbox_events_max = 100'000;
  std::function<model::Instant()> clock;
  // False: the clock is too far off to own a partition (ledger.md section 7). Nothing is judged then or written.
  std::function<bool(model::Instant now)> may_own = [](model::Instant) { return true; };
};

class Worker {
 public:
  Worker(WorkerOptions options, definition::BundlePtr bundle, std::string ledger_id, std::uint64_t process,
         std::unique_ptr<ledger::Port> port, ledger::KeyStore& keys, ProjectionStore& store, const partition::RecordReader& records);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Puts a partition's loop where its projections stand (before start()). `cursors`: of the block there.
  [[nodiscard]] Status restore(int partition, const ProjectionStore::Standing& standing, const std::string& head, ledger::Offset offset,
                               std::vector<ledger::IntakeCursor> cursors = {});
  // Takes what intake topics hold (before start()).
  void take_intake(std::unique_ptr<ledger::IntakePort> port, Forward forward);
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
    int caught_up = 0;  // partitions that have been read to their end once
    int partitions = 0;
    std::size_t parked = 0;
    std::uint64_t void_blocks = 0;
    std::string stopped;  // why a partition stopped, "" if none
    partition::IntakeCounts intake;
    std::vector<IntakeLag> intake_lags;
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
  [[nodiscard]] bool frozen() const;
  void renew();
  void publish_health();

  WorkerOptions options_;
  definition::BundlePtr bundle_;
  ingest::Ingest ingest_;
  std::string tag_key_;
  std::unique_ptr<ledger::Port> port_;
  std::unique_ptr<IntakeDriver> intake_;  // null: no intake topics
  bool told_later_ = false;               // the port reports when it has something, not at once
  bool moved_ = false;                    // this step: something came of the port, or went to it
  bool wrote_ = false;                    // this step: a block was not refused for lack of space
  ProjectionStore& store_;
  std::uint64_t freezes_ = 0;                                     // of all loops, when the port was last renewed
  std::vector<std::unique_ptr<partition::PartitionLoop>> loops_;  // in the order of options_.partitions
  std::vector<partition::PartitionLoop*> by_partition_;
  std::vector<bool> caught_up_;  // in the order of options_.partitions

  std::mutex mutex_;  // guards inbox_, inbox_events_, news_, rebase_, heads_
  std::condition_variable wake_;
  std::vector<std::pair<int, partition::Offer>> inbox_;
  std::size_t inbox_events_ = 0;
  bool news_ = false;  // the port has something
  std::vector<std::string> rebase_;
  std::vector<std::pair<int, std::string>> heads_;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> closed_{false};  // it may not own
  mutable std::mutex health_mutex_;
  Health health_;
  std::thread thread_;
};

}  // namespace docket::node
