// The parts of Projections that its source files share. Internal.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "projections/alias_watch.h"
#include "projections/partition_state.h"
#include "projections/projections.h"

namespace docket::projections {

// The partitions that one loop owns; they freeze together.
struct Worker {
  std::vector<int> partitions;
  std::mutex freezing;                 // one freeze at a time
  std::atomic<std::size_t> events{0};  // of the active layers
  std::atomic<std::size_t> bytes{0};
  std::atomic<bool> pending{false};          // a frozen layer is not yet written; changes under Impl::mutex
  model::Instant since = model::kNoInstant;  // when the active layers began; the worker's own thread
  model::Instant retry_at = model::kNoInstant;
  bool failed = false;  // guarded by Impl::mutex, like the next
  Status failure;
};

struct Projections::Impl {
  explicit Impl(Options options_in) : options(std::move(options_in)) {}
  ~Impl();

  [[nodiscard]] Status start();
  void apply(partition::AppliedBlock&& block);
  void freeze(Worker& worker);  // nothing happens while a frozen layer is pending
  void wake(std::size_t worker);
  [[nodiscard]] Status wait_written(std::size_t worker);
  [[nodiscard]] bool full(const Worker& worker) const;
  void note_failure(const Error& error) const;
  [[nodiscard]] PartitionState& partition(int number) const { return *partitions.at(static_cast<std::size_t>(number)); }

  Options options;
  std::unique_ptr<store::Store> store;
  std::vector<std::unique_ptr<PartitionState>> partitions;
  std::vector<std::unique_ptr<Worker>> workers;
  std::vector<std::size_t> worker_of;            // by partition
  mutable std::atomic<std::uint64_t> alarms{0};  // by `watch` when it tells; without one when rows are written back

  mutable std::mutex mutex;
  std::condition_variable work;
  std::condition_variable written;
  std::deque<std::size_t> queue;  // workers with a frozen layer; guarded by mutex
  bool stopping = false;          // guarded by mutex
  mutable Status broken;          // a failed read or an impossible record; guarded by mutex
  mutable std::atomic<bool> is_broken{false};
  std::thread writer;
  std::unique_ptr<AliasWatch> watch;  // null: nobody is to be told
  store::Batches batches;             // the writer's alone; kept, since their memory is as large every time

 private:
  void write_back_loop();
  [[nodiscard]] Status write_back(const Worker& worker);
  void publish(const store::ViewPtr& view, const Worker& worker);
};

}  // namespace docket::projections
