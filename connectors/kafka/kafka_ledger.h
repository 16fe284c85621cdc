// A worker's port to a ledger on Kafka: an idempotent producer, one message a block; a consumer that reads from numeric offsets; and, if
// there is one, the local copy, which has a block before anybody hears of it. What a report or an end is worth is the loop's to judge
// (engine/partition, ledger.md section 3).
//
// Thread rule: one worker's; the function given to on_news() is called from threads of librdkafka's. Ownership: shares the copy.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "connectors/kafka/chain_copy.h"
#include "connectors/kafka/client.h"
#include "connectors/kafka/producer.h"
#include "connectors/kafka/reader.h"
#include "engine/ledger/port.h"

namespace docket::kafka {

struct LedgerOptions {
  Settings settings;  // checked
  std::string topic;
  std::shared_ptr<ChainCopy> copy;  // null: none is kept
  // For verify and copy, which know no waiting: read() returns when there is something and append() when all is reported, or after
  // so long. 0: neither waits.
  int patience_ms = 0;
  std::shared_ptr<BrokerClock> clock = nullptr;  // told of the brokers' times; null: nobody is
};

class KafkaLedger final : public ledger::Port {
 public:
  explicit KafkaLedger(LedgerOptions options);
  ~KafkaLedger() override;
  KafkaLedger(const KafkaLedger&) = delete;
  KafkaLedger& operator=(const KafkaLedger&) = delete;

  void append(std::vector<ledger::Appending> blocks) override;
  [[nodiscard]] std::vector<ledger::Report> poll() override;
  // kCorrupt: the partition's topic is not the one that was copied.
  [[nodiscard]] Result<ledger::ReadBatch> read(int partition, ledger::Offset from, std::size_t bytes_max) override;
  void renew() override;
  [[nodiscard]] std::string lost(int partition) const override { return options_.copy ? options_.copy->lost(partition) : std::string(); }
  bool on_news(std::function<void()> wake) override;
  void follow(int partition, bool on) override;

 private:
  [[nodiscard]] bool make_producer();
  void take_reports();
  [[nodiscard]] Result<ledger::ReadBatch> read_once(int partition, ledger::Offset from, std::size_t bytes_max);
  [[nodiscard]] std::function<void()> teller();
  bool wait_for_news(std::int64_t until_ms);

  const LedgerOptions options_;
  std::mutex mutex_;  // guards news_
  std::condition_variable told_;
  bool news_ = false;
  std::function<void()> wake_;
  std::vector<ledger::Report> reports_;
  std::map<int, ledger::ReadBatch> unsaved_;  // read, and not in the copy yet for lack of space
  std::unique_ptr<Producer> producer_;
  std::unique_ptr<Reader> reader_;    // to an end, at once
  std::unique_ptr<Reader> follower_;  // whatever comes in
  std::set<int> followed_;
};

}  // namespace docket::kafka
