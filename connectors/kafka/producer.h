// One idempotent producer of one topic: a block is a message, and what becomes of it is a report with its offset, if there is one.
// A producer that met an error is thrown away whole (ledger.md section 3): what it still holds never goes out by its own doing.
//
// Thread rule: one thread's; `news` is called from a thread of librdkafka's. Ownership: holds a block's bytes until it is reported.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "connectors/kafka/broker_clock.h"
#include "connectors/kafka/client.h"
#include "engine/ledger/port.h"

namespace docket::kafka {

struct Delivery {
  ledger::Report report;
  std::string value;  // the block, back from where it was kept
};

class Producer {
 public:
  // `clock`: told of each acknowledged message's time; null: nobody is.
  [[nodiscard]] static Result<std::unique_ptr<Producer>> make(const Settings& settings, const std::string& topic,
                                                              std::function<void()> news, std::shared_ptr<BrokerClock> clock = nullptr);
  ~Producer();
  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;

  void send(ledger::Appending block);
  // What is known by now, in order of arrival. After a fatal error: all that was under way, as failed.
  [[nodiscard]] std::vector<Delivery> poll();
  [[nodiscard]] std::size_t under_way() const { return sent_.size(); }
  // Whether it can still send.
  [[nodiscard]] bool dead() const { return dead_; }

 private:
  Producer() = default;
  static void delivered(rd_kafka_t* client, const rd_kafka_message_t* message, void* opaque);
  void tell(const ledger::Appending* block, bool ok, ledger::Offset offset, std::string error);

  // librdkafka reads the blocks where they lie, so they go after it.
  struct Sent : ledger::Appending {
    std::int64_t at_steady = 0;
  };
  using Blocks = std::unordered_map<const ledger::Appending*, std::unique_ptr<Sent>>;
  Blocks sent_;
  Blocks buried_;  // told of as failed, by a fatal error
  std::vector<Delivery> told_;
  bool dead_ = false;
  Client client_;
  Topic topic_;
  std::unique_ptr<QueueNews> news_;
  std::shared_ptr<BrokerClock> clock_;
};

}  // namespace docket::kafka
