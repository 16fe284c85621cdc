// A compacted topic of one partition that every node reads on and writes rows to: the keys of private values, the list of nodes. A row
// counts for its key until a later one comes. A node can wait until it has taken all that was there when it asked.
//
// Thread rule: start() and the destructor from one thread; put() and catch_up() from any, and they wait; `take` is called on a thread of
// the table's own. Ownership: owns its clients.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "connectors/kafka/reader.h"

namespace docket::kafka {

class TableTopic {
 public:
  struct Row {
    std::string key;    // not beginning with '~'
    std::string value;  // "": what stood there is taken back (a tombstone, which compaction removes with it)
  };
  using Take = std::function<void(const std::vector<Row>& rows)>;

  // `self`: this node's name, under which its marks stand in the topic.
  TableTopic(Settings settings, std::string topic, std::string self, Take take);
  ~TableTopic();
  TableTopic(const TableTopic&) = delete;
  TableTopic& operator=(const TableTopic&) = delete;

  void start();
  // Returns when all rows are acknowledged. kUnavailable: not in time, or refused; some may be there, and all may be put again.
  [[nodiscard]] Status put(const std::vector<Row>& rows, int patience_ms);
  // Returns when all rows that were acknowledged before the call have been taken. kUnavailable: not in time.
  [[nodiscard]] Status catch_up(int patience_ms);

 private:
  void run();
  void take_batch(const ledger::ReadBatch& batch);
  [[nodiscard]] Status send(const std::vector<Row>& rows, int patience_ms);

  const Settings settings_;
  const std::string topic_;
  const std::string mark_;  // the key of its marks
  const std::uint64_t process_;
  const Take take_;

  std::mutex put_mutex_;  // one put at a time
  Client producer_;       // guarded by put_mutex_

  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  bool news_ = false;
  std::uint64_t asked_ = 0;
  std::uint64_t seen_ = 0;
  std::string trouble_;  // why nothing comes in
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace docket::kafka
