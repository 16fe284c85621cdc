// What is given to the loop of a partition to be judged, and what is told of it. Thread rule: plain values; `done` is called on the loop's
// thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/ingest/ingest.h"
#include "engine/ledger/port.h"
#include "engine/ledger/record.h"
#include "engine/model/rejection.h"

namespace docket::partition {

using model::Instant;

// What an accepted event of one partition asks of another: to open a case (ledger.md section 9).
struct Reaction {
  int from = 0;
  std::uint64_t number = 0;   // of those from there to here: 1, 2, ...
  Instant recorded = 0;       // of its cause
  std::uint32_t depth = 1;    // 1: its cause is nobody's reaction
  std::string case_id;        // of its cause,
  ledger::Height height = 0;  // and its record
  std::string event;          // the event, JSON
};

// What `migrated` changed of a case, by names.
struct Moved {
  std::string from;  // bundles
  std::string to;
  std::string state_before;
  std::string state_after;
  struct Deadline {  // one that differs
    std::string part;
    std::string part_key;
    std::string clock;
    std::uint16_t round = 1;
    std::uint16_t nth = 1;
    bool before = false;  // whether there is such a clock
    bool after = false;
    Instant due_before = model::kNoInstant;  // kNoInstant: unlimited
    Instant due_after = model::kNoInstant;
    std::uint16_t part_nth = 0;  // which adding of that key
  };
  std::vector<Deadline> deadlines;
};

// What a caller is told of one event.
struct EventOutcome {
  enum class Kind : std::uint8_t {
    kAccepted,
    kDuplicate,
    kRejected,
    kParked,
    kIdentityConflict,
    kVersionConflict,
    kUnknown,     // 503 outcome-unknown: ask, or send again with the same id
    kOverloaded,  // 503, nothing was written
    kTooLarge,    // 413: the events of one case don't fit in one block
  } kind = Kind::kUnknown;
  model::Refusal refusal;  // rejected; parked: what is missing
  std::uint32_t case_version = 0;
  std::uint32_t case_revision = 0;
  ledger::Position position;
  Instant until = model::kNoInstant;   // parked: rejected then at the latest
  std::shared_ptr<const Moved> moved;  // of an accepted `migrated`
  std::uint64_t received = 0;          // of a reaction: the last number from its partition that is judged here
};
// The word for it that callers read, on every face.
[[nodiscard]] const char* name_of(EventOutcome::Kind kind);

// Events of one request that belong to this partition, in the order given.
struct Offer {
  std::vector<ingest::Offered> events;            // kReady or kRejected
  std::optional<std::int64_t> expected_revision;  // If-Match
  bool dry_run = false;
  // Of no events: one outcome, accepted once a block that was produced after this came in is valid, so that whatever anybody was told
  // before is in what can be read by then (ledger.md section 5). All that come in before a turn share its block.
  bool barrier = false;
  // Of no events: this instead, and one outcome: accepted or rejected; duplicate: it was judged before; overloaded: not now, or one before
  // it is missing. What `received` says counts.
  std::shared_ptr<const Reaction> reaction = {};
  Instant deadline = model::kForever;
  std::function<void(std::vector<EventOutcome>)> done;
  [[nodiscard]] std::size_t answers() const { return barrier || reaction ? 1 : events.size(); }
};

struct LoopOptions {
  int partition = 0;
  std::string ledger_id;
  std::string node = "node-1";
  std::string address;            // where other nodes reach it, HOST:PORT; "" if it is the only one
  std::uint64_t process = 0;      // the process's random number
  std::string version = "0.1.0";  // oldest program version that can read what it writes
  std::size_t queue_events_max = 50'000;
  std::size_t turn_events_max = 1'000;
  std::size_t intake_events_max = 4'000;  // taken and not judged
  std::size_t blocks_in_flight_max = 4;
  std::size_t parked_per_case_max = 100;
  std::size_t parked_max = 100'000;
  std::int64_t report_ms_max = 30'000;
  // Of a reader that asks for some kinds alone: records of the others are checked as part of their block, and not applied. Never of an
  // owner.
  std::function<bool(std::string_view kind)> passes_over;
  // The offset after a block of that many records (Port::after).
  std::function<ledger::Offset(ledger::Offset, std::uint64_t)> after = [](ledger::Offset offset, std::uint64_t) { return offset + 1; };
};

}  // namespace docket::partition
