// Which partitions this node is to own, by a consumer group over the ledger's topic: the group is asked for its assignment and for nothing
// else, no message is read through it and no offset counts. A mistaken owner is harmless, as the chain decides (ledger.md section 5).
//
// Thread rule: start() and the destructor from one thread; still_ours() from any; `assigned` is called on a thread of the group's own.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "connectors/kafka/client.h"

namespace docket::kafka {

class Group {
 public:
  using Assigned = std::function<void(const std::vector<int>& partitions)>;
  Group(Settings settings, Membership membership, std::string topic, Assigned assigned);
  ~Group();
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;
  [[nodiscard]] Status start();

  // Asks the group's coordinator, and waits for it: false if the partition was given to another, or no answer came in time.
  [[nodiscard]] bool still_ours(int partition);

 private:
  static void rebalance(rd_kafka_t* client, rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t* partitions, void* opaque);
  void run();

  const Settings settings_;
  const Membership membership_;
  const std::string topic_;
  const Assigned assigned_;
  std::mutex mutex_;  // guards given_
  std::set<int> given_;
  std::atomic<bool> stopping_{false};
  Client client_;
  std::thread thread_;
};

}  // namespace docket::kafka
