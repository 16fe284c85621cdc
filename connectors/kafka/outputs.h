// Writes the output topics of the partitions that this node owns (ledger.md section 10), from the local copy of the chain and from the
// projections: what stands there is valid, and reading it costs no worker anything. Nothing is kept of how far the rows go but the rows
// themselves: an owner begins where its partition of the topic ends. Memory is bounded; what an output doesn't take waits in the copy.
//
// Thread rule: start(), stop() and the destructor from one thread; wake(), tell_heads(), lags() and problem() from any; a thread of its own
// writes. Ownership: shares the copy; what `row` and `projected` read must outlive stop().
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "connectors/kafka/chain_copy.h"
#include "connectors/kafka/output_producer.h"
#include "connectors/kafka/verdict_rows.h"

namespace docket::kafka {

struct OutputStream {
  std::string topic;
  // Empty: a row for each outcome that a block tells. Else the row of a case that blocks have touched, as it stands at `position` or
  // behind; nothing: there is no such case.
  std::function<std::optional<std::string>(const std::string& case_id, const ledger::Position& position)> row;
  std::int64_t keep_ms = -1;  // what was recorded longer ago is not written any more
};

struct OutputLag {
  std::string topic;
  int partition = 0;
  std::uint64_t records = 0;  // of the ledger, that this topic doesn't tell of yet
};

class Outputs {
 public:
  struct Options {
    Settings settings;
    std::string ledger;  // its id
    std::vector<OutputStream> streams;
    std::string heads;  // topic of the signed heads; "" none
    std::shared_ptr<embedded::EmbeddedStore> blocks;
    std::shared_ptr<ChainCopy> copy;
    std::function<bool(int partition)> owned;
    std::function<ledger::Position(int partition)> projected;
    std::function<model::Instant()> clock;
    std::function<void(const std::string& what)> tell;
    std::int64_t check_ms = 60'000;  // where nobody writes, a topic is looked at so often
  };
  explicit Outputs(Options options);
  ~Outputs();
  Outputs(const Outputs&) = delete;
  Outputs& operator=(const Outputs&) = delete;

  void start();
  // Writes what is valid by now, for two seconds at most.
  void stop();
  // There are new blocks.
  void wake();
  // A line of signed heads to be told; a newer one takes the place of one that couldn't be.
  void tell_heads(OutputRow row);
  [[nodiscard]] std::vector<OutputLag> lags() const;
  [[nodiscard]] std::string problem() const;  // "" none

 private:
  struct Waiting {
    OutputRow row;
    std::string position;
    model::Instant recorded = 0;
    std::uint64_t batch = 0;
  };
  struct Batch {
    ledger::Height end = 0;
    std::size_t missing = 0;
  };
  // One partition of one stream.
  struct Lane {
    bool on = false;
    std::uint32_t generation = 0;  // reports of an earlier one tell nothing
    ledger::Height cursor = 0;     // blocks below are taken
    ledger::Height done = 0;       // of blocks below every row is there
    ledger::Offset next = 0;       // behind the last own row that is there
    ledger::Offset expected = 0;   // of the next row that is sent, if nobody else writes
    std::deque<Waiting> waiting;
    std::deque<Batch> open;
    std::uint64_t first = 0;                // number of the first of them
    std::set<std::string> rewrite;          // cases of which another wrote a row behind ours
    std::optional<ledger::Offset> foreign;  // rows of others may lie from here on
    std::int64_t not_before = 0;            // states: when they are looked at again
  };
  struct Stream {
    std::unique_ptr<OutputProducer> producer;  // null: it has to be made
    std::vector<Lane> lanes;
    std::size_t under_way = 0;
    std::size_t bytes = 0;
    std::int64_t retry_at = 0;
    std::int64_t pause_ms = 0;
    std::int64_t checked_at = 0;
    std::string problem;
  };

  void run();
  [[nodiscard]] bool turn();
  [[nodiscard]] bool tell_outcomes();
  [[nodiscard]] Result<std::unique_ptr<OutputProducer>> make_producer(const std::string& topic);
  void take_reports(std::size_t stream);
  void take_report(std::size_t stream, const OutputReport& report);
  void follow_ownership();
  void recover(std::size_t stream);
  void check_end(std::size_t stream);
  void send_heads();
  void keep_heads();
  void fail(std::size_t stream, const std::string& why);
  void restart(Lane& lane, ledger::Height height, ledger::Offset next);
  [[nodiscard]] bool step(std::size_t stream, int partition);
  [[nodiscard]] bool send_waiting(std::size_t stream, int partition);
  [[nodiscard]] bool take_block(std::size_t stream, int partition);
  [[nodiscard]] bool take_cases(std::size_t stream, int partition);
  void add_batch(Lane& lane, ledger::Height end, std::vector<OutputRow> rows, const std::string& position, model::Instant recorded);
  void settle(Lane& lane);
  [[nodiscard]] bool caught_up() const;
  void publish();

  const Options options_;
  const std::string writer_;
  std::vector<Stream> streams_;
  std::int64_t published_at_ = 0;
  bool draining_ = false;  // its own thread's: states don't wait any more
  std::unique_ptr<OutputProducer> heads_producer_;
  OutputRow sent_heads_;  // until it is there
  std::int64_t heads_again_at_ = 0;

  mutable std::mutex mutex_;  // guards all below
  std::condition_variable woken_;
  bool news_ = false;
  bool stopping_ = false;
  std::optional<OutputRow> heads_;
  std::vector<OutputLag> lags_;
  std::string problem_;
  std::thread thread_;
};

}  // namespace docket::kafka
