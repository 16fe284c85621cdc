// Brings what intake topics hold into the loops of one worker: reads on from the cursor that the ledger says, after every take-over and
// freeze, reads the last judged record back first, and hands a record whose case lives in another partition to that one first (ledger.md
// section 6).
//
// Thread rule: the worker's own; a forwarded record's outcome comes from another worker's. Ownership: owns its port.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/ingest/digest.h"
#include "engine/ingest/ingest.h"
#include "engine/ledger/intake_port.h"
#include "engine/partition/loop.h"

namespace docket::node {

// Offers one event to the loop of any partition, wherever it is owned; false: not now. `text`: the event, as it is published.
using Forward = std::function<bool(int partition, partition::Offer offer, const std::string& text)>;

// One intake topic as one partition sees it.
struct IntakeLag {
  std::string topic;
  int partition = 0;
  std::int64_t records = 0;  // not judged yet
};

class IntakeDriver {
 public:
  IntakeDriver(std::unique_ptr<ledger::IntakePort> port, std::string_view tag_key, Forward forward, std::function<void()> wake);

  // Takes what there is for a loop; true if something came in. A loop that can't go on (another topic, a cut one) is halted,
  // until rebase() says that it is meant.
  bool step(partition::PartitionLoop& loop, int partition, model::Instant now);
  // New epochs of a topic, wanted by the operator: each partition's cursor begins at the first offset that is there.
  void rebase(const std::string& topic);
  // It was stopped here, and waits for rebase().
  [[nodiscard]] bool halted(int partition) const;
  [[nodiscard]] std::vector<IntakeLag> lags() const;

 private:
  struct Forwarded {  // of one batch: who still has no outcome
    std::atomic<std::size_t> open{0};
    bool sent = false;                                    // once
    std::vector<partition::EventOutcome::Kind> outcomes;  // read when none is open
    explicit Forwarded(std::size_t count) : outcomes(count, partition::EventOutcome::Kind::kUnknown) {}
  };
  struct Place {                                      // of one topic and partition
    std::uint64_t generation = 0;                     // of the loop's ownership, for which this is true
    bool checked = false;                             // the record before the cursor is the one that was judged
    model::Instant unsure_since = model::kNoInstant;  // the topic ends below the cursor
    std::optional<partition::IntakeBatch> batch;      // waits for its forwarded records
    std::shared_ptr<Forwarded> forwarded;
    model::Instant again_at = model::kNoInstant;  // what a neighbour refused is offered again then
    bool rebase = false;
    bool halted = false;
    std::int64_t lag = 0;
  };

  bool resume(partition::PartitionLoop& loop, int partition);
  static bool halt(partition::PartitionLoop& loop, Place& place, std::string reason);
  bool step_topic(partition::PartitionLoop& loop, int partition, const std::string& topic, model::Instant now);
  bool check(partition::PartitionLoop& loop, int partition, const ledger::IntakeCursor& cursor, Place& place, model::Instant now);
  bool begin_epoch(partition::PartitionLoop& loop, int partition, const ledger::IntakeCursor& cursor, Place& place);
  bool missing(partition::PartitionLoop& loop, int partition, const ledger::IntakeCursor& cursor, Place& place, model::Instant now);
  bool read(partition::PartitionLoop& loop, int partition, const ledger::IntakeCursor& cursor, Place& place, model::Instant now);
  bool send_forwarded(Place& place, model::Instant now);
  [[nodiscard]] std::uint64_t digest_of(const ledger::IntakeRecord& record) const;

  std::unique_ptr<ledger::IntakePort> port_;
  ingest::Digest digest_;
  Forward forward_;
  std::function<void()> wake_;
  std::map<std::pair<std::string, int>, Place> places_;
};

}  // namespace docket::node
