// Reads partitions of one topic from numeric offsets on, whoever leads them. It is told no end by asking for one: it fetches until a
// partition has no more, and that proves nothing (ledger.md section 3).
//
// Thread rule: one thread's; `news` is called from a thread of librdkafka's. Ownership: holds what was fetched until it is handed out.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "connectors/kafka/client.h"
#include "engine/ledger/port.h"

namespace docket::kafka {

class Reader {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Reader>> make(const Settings& settings, std::string topic, std::function<void()> news);
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // What has come in of that partition from `from` on, perhaps nothing yet; never waits. At its end the partition is no longer fetched,
  // until it is read again. kUnavailable, retriable: ask again (also for an offset that the broker lacks: it may be a deposed leader, or
  // the log may have been cut; `out_of_range` says how often in a row).
  [[nodiscard]] Result<ledger::ReadBatch> read(int partition, ledger::Offset from, std::size_t bytes_max);
  [[nodiscard]] int out_of_range(int partition) const;
  // Fetches the partition no more, until it is read again.
  void stop(int partition) { unassign(partition); }

 private:
  struct Fetching {
    ledger::Offset next = 0;  // of what is handed out next
    std::deque<ledger::Stored> blocks;
    std::optional<ledger::Offset> end;
    std::optional<Error> error;
  };
  Reader() = default;
  [[nodiscard]] Status assign(int partition, ledger::Offset from);
  void unassign(int partition);
  void take_all();
  void take(const rd_kafka_message_t& message);

  std::string topic_;
  std::map<int, Fetching> fetching_;
  std::map<int, int> out_of_range_;
  Client client_;
  std::unique_ptr<QueueNews> news_;
};

}  // namespace docket::kafka
