// What the loop of one partition needs of the outside beside the ledger, and what it hands to the projections.
// Thread rule: called on the worker's own thread; implementations may be read by query threads at the same time.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/ledger/record.h"
#include "engine/measure/contribution.h"
#include "engine/model/case_state.h"
#include "engine/model/event.h"
#include "engine/model/result.h"

namespace docket::partition {

using ledger::Height;
using model::Instant;

using Fingerprint = std::array<std::uint8_t, 16>;  // of model::Identity
struct FingerprintHash {
  std::size_t operator()(const Fingerprint& fingerprint) const {
    std::size_t hash = 0;
    std::memcpy(&hash, fingerprint.data(), sizeof hash);  // it is a hash already
    return hash;
  }
};

// The latest outcome of an event by its fingerprint.
struct KnownEvent {
  std::uint64_t tag = 0;
  Height height = 0;                                        // of the record that tells it
  ledger::RecordKind kind = ledger::RecordKind::kAccepted;  // accepted, rejected, parked, timer, notice or released
};

// One row of a case's history: which records concern it.
struct HistoryRow {
  Height height = 0;
  std::uint32_t version = 0;  // case_version after it; 0 for records that accept nothing (rejected, notice)
  Instant recorded = 0;
  Instant time = 0;
  ledger::RecordKind kind = ledger::RecordKind::kAccepted;
  std::string event;  // the event's name
};

struct ParkedRow {
  Height height = 0;  // of the parked record
  std::string case_id;
  Instant until = 0;
};

// A case that met an engine defect and was not released since.
struct QuarantinedRow {
  std::string case_id;
  std::string kind;   // by name
  Height height = 0;  // of the quarantined record, which says the cause
  Instant recorded = 0;
};

// A case that wants attention at an instant (engine/apply/attention.h).
struct AttentionRow {
  Instant at = 0;
  std::string case_id;
};

// Reactions of one partition (ledger.md section 9), by the other partition: how many it has sent there, and the last number from there
// that its chain has judged.
struct ReactionNumbers {
  std::array<std::uint64_t, model::kPartitions> sent{};
  std::array<std::uint64_t, model::kPartitions> received{};
  friend bool operator==(const ReactionNumbers&, const ReactionNumbers&) = default;
};
// What caused one: an accepted event, by this link of its kind.
struct ReactionCause {
  Height height = 0;
  model::LinkId link = 0;
};

// Valid state, as the projections hold it (active, frozen, store).
class StateReader {
 public:
  virtual ~StateReader() = default;
  [[nodiscard]] virtual model::CasePtr find(int partition, std::string_view case_id) const = 0;
  [[nodiscard]] virtual std::optional<KnownEvent> known(int partition, const std::array<std::uint8_t, 16>& fingerprint) const = 0;
  [[nodiscard]] virtual std::vector<HistoryRow> history(int partition, std::string_view case_id) const = 0;
  [[nodiscard]] virtual std::vector<ParkedRow> parked(int partition) const = 0;
  // By case id.
  [[nodiscard]] virtual std::vector<QuarantinedRow> quarantined(int partition) const = 0;
  // The cases that want attention behind (from, from_case), by instant and case id; at most `limit`.
  [[nodiscard]] virtual std::vector<AttentionRow> attention(int /*partition*/, Instant /*from*/, std::string_view /*from_case*/,
                                                            std::size_t /*limit*/) const {
    return {};
  }
  [[nodiscard]] virtual ReactionNumbers reaction_numbers(int /*partition*/) const { return {}; }
  [[nodiscard]] virtual std::optional<ReactionCause> reaction_cause(int /*partition*/, int /*to*/, std::uint64_t /*number*/) const {
    return std::nullopt;
  }
};

// A record of the valid chain by its height.
struct RecordAt {
  ledger::Record record;
  Instant recorded = 0;
};
class RecordReader {
 public:
  virtual ~RecordReader() = default;
  [[nodiscard]] virtual Result<RecordAt> record(int partition, Height height) const = 0;
};

// What one valid record did, for the projections. `before` and `after` are equal pointers when no case changed.
struct Applied {
  Height height = 0;
  Instant recorded = 0;
  std::shared_ptr<const ledger::Record> record;
  model::EventPtr event;     // of accepted, timer and parked (tell them apart by record->kind); else null
  model::Identity identity;  // of the event whose outcome this is; zero if none
  std::string case_id;       // "" if none
  model::CasePtr before;     // null: the case did not exist
  model::CasePtr after;
  std::vector<measure::Delta> deltas;
  std::vector<measure::Delta> withdrawn;  // of a case that moved to other definitions: what it takes back, by the bundle of `before`
  Height resolves = model::kNoHeight;     // the parked record that is over with it
  struct Reaction {
    int partition = 0;  // to, or from
    std::uint64_t number = 0;
    model::LinkId link = 0;  // of one that is to be sent
  };
  std::vector<Reaction> sends = {};
  std::optional<Reaction> received = {};  // whose outcome this is
};
struct AppliedBlock {
  ledger::Position position;  // after the block
  Instant recorded = 0;
  std::uint64_t term = 0;
  std::uint64_t activation = 1;  // the number of what decides for new cases, after the block
  std::vector<ledger::IntakeCursor> next;
  std::vector<Applied> records;
};

// Takes each valid block exactly once, in chain order of its partition.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void apply(AppliedBlock&& block) = 0;
};

}  // namespace docket::partition
