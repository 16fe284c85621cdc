// A node among others that share a ledger: which partitions it is to own (a consumer group says), who else is there (topic PREFIX.nodes),
// and what a node that leaves for good hands to whom, so that nobody waits for its session to end (ledger.md section 5).
//
// Thread rule: start(), leave() and the destructor from one thread; the others from any. Ownership: borrows the node, until leave().
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "connectors/kafka/group.h"
#include "connectors/kafka/table_topic.h"
#include "connectors/local/kafka_home.h"
#include "connectors/node/node.h"

namespace docket::local {

class Sharing {
 public:
  Sharing(const KafkaPlace& place, std::string name, std::function<Status()> catch_up_keys, std::string token);
  ~Sharing();
  Sharing(const Sharing&) = delete;
  Sharing& operator=(const Sharing&) = delete;

  // What a node among others needs.
  void tell(node::NodeParts& parts);
  // Says that it is there and joins the group; the node owns nothing before. kUnavailable: no broker answers.
  // `address`: where others reach it.
  [[nodiscard]] Status start(node::Node& node, const std::string& address);
  // The node has stopped: others take its partitions at once.
  void leave();

  [[nodiscard]] bool still_ours(int partition);
  [[nodiscard]] std::vector<node::NodeRow> nodes() const;

 private:
  void take(const std::vector<kafka::TableTopic::Row>& rows);
  void given(const std::vector<int>& partitions);
  void assign();
  void watch();
  void stop_watch();
  void forget_node();
  [[nodiscard]] std::map<int, std::string> heirs() const;
  [[nodiscard]] bool inherits(int partition) const;
  [[nodiscard]] Status say(const char* state, const std::map<int, std::string>& heirs);

  const KafkaPlace place_;
  const std::string name_;
  const std::string token_;
  const std::function<Status()> catch_up_keys_;
  node::Node* node_ = nullptr;
  std::string address_;
  std::mutex assign_mutex_;   // one after the other; taken before mutex_
  mutable std::mutex mutex_;  // guards those below
  std::map<std::string, node::NodeRow> rows_;
  std::set<int> given_;                             // by the group
  std::map<std::string, std::set<int>> inherited_;  // of nodes that left, until the group gives anew
  bool live_ = false;                               // what is on the topic from here on is news
  kafka::TableTopic table_;
  std::unique_ptr<kafka::Group> group_;
  std::mutex watch_mutex_;
  std::condition_variable watch_wake_;
  bool stopping_ = false;  // guarded by watch_mutex_
  std::thread watch_;
};

}  // namespace docket::local
