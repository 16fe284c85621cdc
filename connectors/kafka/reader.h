// Reads partitions of some topics from numeric offsets on, whoever leads them. It is told no end by asking for one: it fetches until a
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
#include <vector>

#include "connectors/kafka/client.h"
#include "engine/ledger/port.h"

namespace docket::kafka {

struct ReaderOptions {
  std::vector<std::string> topics;
  ReaderKind kind = ReaderKind::kLedger;
  // A partition is fetched on at its end, and fetched no more while so much of it lies here unread.
  bool stays = false;
  std::size_t held_bytes_max = std::size_t{8} << 20U;
  // A message's bytes as they are handed out; empty: its value.
  std::function<std::string(const rd_kafka_message_t& message)> text;
};

class Reader {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Reader>> make(const Settings& settings, ReaderOptions options, std::function<void()> news);
  [[nodiscard]] static Result<std::unique_ptr<Reader>> make(const Settings& settings, std::string topic, std::function<void()> news);
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // What has come in of that partition from `from` on, perhaps nothing yet; never waits. At its end the partition is no longer fetched,
  // until it is read again. kUnavailable, retriable: ask again. kNotFound, retriable: the broker lacks that offset: it may be a
  // deposed leader, or the log may have been cut; `out_of_range` says how often in a row.
  [[nodiscard]] Result<ledger::ReadBatch> read(int partition, ledger::Offset from, std::size_t bytes_max) {
    return read({0, partition}, from, bytes_max);
  }
  [[nodiscard]] int out_of_range(int partition) const;
  // Fetches the partition no more, until it is read again.
  void stop(int partition) { unassign({0, partition}); }

  struct Place {
    std::size_t topic = 0;  // its number in the options
    int partition = 0;
    auto operator<=>(const Place&) const = default;
  };
  [[nodiscard]] Result<ledger::ReadBatch> read(const Place& place, ledger::Offset from, std::size_t bytes_max);
  // The first offset that is still there, once it is known. Until then and until it was told, read() says kUnavailable of this partition.
  [[nodiscard]] std::optional<ledger::Offset> begin(const Place& place);
  // The partition's end, as a fetch has last told; -1: unknown.
  [[nodiscard]] ledger::Offset known_end(const Place& place) const;

 private:
  struct Fetching {
    ledger::Offset next = 0;  // of what is handed out next
    std::deque<ledger::Stored> blocks;
    std::size_t bytes = 0;  // of them
    bool assigned = true;   // not while too much lies here
    bool finding = false;   // the beginning is looked for
    std::optional<ledger::Offset> begin;
    std::optional<ledger::Offset> end;
    std::optional<Error> error;
  };
  Reader() = default;
  [[nodiscard]] Status tell_assign(const Place& place, ledger::Offset from);
  void tell_unassign(const Place& place);
  [[nodiscard]] Status assign(const Place& place, ledger::Offset from);
  void unassign(const Place& place);
  void take_all();
  void take(const rd_kafka_message_t& message);
  [[nodiscard]] std::string name_of(const Place& place) const;

  ReaderOptions options_;
  std::map<Place, Fetching> fetching_;
  std::map<Place, int> out_of_range_;
  Client client_;
  std::unique_ptr<QueueNews> news_;
};

}  // namespace docket::kafka
