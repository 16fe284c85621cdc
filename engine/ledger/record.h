// The records of a block (ledger.md section 1), as the engine holds them. Names, not ids, so that a reader needs no
// definitions. JSON form and its field order: docs/data-layout.md; encoder and decoder in block_codec.h.
// Thread rule: plain values.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/model/ids.h"
#include "engine/model/rejection.h"
#include "engine/model/time.h"

namespace docket::ledger {

using model::Height;
using model::Instant;

enum class RecordKind : std::uint8_t {
  kGenesis,
  kOwnerChanged,
  kBarrier,
  kActivated,
  kAccepted,
  kRejected,
  kParked,
  kDuplicates,
  kForwarded,
  kLost,
  kTimer,
  kNotice,
  kHead,
  kReaction,
  kQuarantined,
  kReleased,
};
[[nodiscard]] const char* to_string(RecordKind kind);
[[nodiscard]] std::optional<RecordKind> record_kind_from(std::string_view name);
// Whether a record of that kind is an accepted event: a producer's, Docket's own after a clock, or one that another case caused.
[[nodiscard]] constexpr bool accepts(RecordKind kind) {
  return kind == RecordKind::kAccepted || kind == RecordKind::kTimer || kind == RecordKind::kReaction;
}

// One computed value by name, in JSON e.g. {"set":"start","clock":"handle","due":"2017-03-08T15:59:59.999Z","unit":"wd",
// "notices":[{"at":"...","level":"yellow","to":"holder"}]}; "due" is left out when the clock is unlimited.
struct NoticeEffect {
  Instant at = 0;
  std::string level;
  std::string to;  // "holder" or a role
};
struct NamedEffect {
  std::string set;  // start, extend, resume, adjust, revoke
  std::string clock;
  std::string part;  // part name, with key and nth
  std::string part_key;
  std::uint32_t part_nth = 0;
  Instant due = model::kNoInstant;
  std::string unit;  // wd wh d h min mo, "" for given or unlimited
  bool provisional = false;
  std::vector<NoticeEffect> notices;
};
// The newest effects of an event: of the record's own (of == kNoHeight) or of an earlier accepted record of the case.
struct EffectsOf {
  Height of = model::kNoHeight;
  std::vector<NamedEffect> effects;
};

struct Versions {          // every record that concerns a case names all three
  std::string definition;  // "hotline-ticket.1"
  std::string rules;
  std::string calendar;
};

struct Record {
  RecordKind kind = RecordKind::kAccepted;
  // accepted, rejected, parked, timer, ...: which event
  std::string
      event;  // accepted: the CloudEvent with private fields sealed; parked: the whole event sealed under the day's parking key; JSON text
  std::string source;  // rejected: of the event that is not here
  std::string id;
  std::string subject;
  std::string type;
  std::string tag;                                  // 16 hex digits: the keyed content tag
  model::Rejection code = model::Rejection::kNone;  // rejected: why; parked: what is missing
  std::string detail;
  std::vector<model::FieldError> errors;
  std::vector<EffectsOf> effects;
  std::vector<Height> displaces;        // accepted timer events that this one displaces
  Height parked_at = model::kNoHeight;  // accepted/rejected: the parked record that this one resolves
  Instant until = model::kNoInstant;    // parked: when it is rejected at the latest
  bool backfill = false;
  std::uint32_t case_version = 0;  // accepted: the case's version after it
  std::uint32_t case_revision = 0;
  std::shared_ptr<const Versions> versions;  // null: concerns no case
  // genesis, owner-changed, barrier, activated, notice, duplicates, ...: their own members, JSON object text without braces-level meaning
  // to us here
  std::string body;  // a JSON object, "" if none
};

// The name of the kind of case that a record concerns; "" if it concerns none.
[[nodiscard]] std::string_view kind_named(const Record& record);

// next: per intake topic and epoch the next offset to judge
struct IntakeCursor {
  std::string topic;
  std::uint32_t epoch = 0;
  std::int64_t offset = 0;
  std::uint64_t digest = 0;  // keyed, of the intake record before `offset`, to be read back at take-over; 0: none (block version 1)
};

struct Block {
  int version = 1;       // 2: a cursor has a digest; encode_block() sees to it
  Height height = 0;     // of its first record
  std::string previous;  // 64 hex digits; 64 zeros before the genesis block
  std::uint64_t term = 0;
  Instant recorded = 0;
  std::string bundle;
  std::vector<IntakeCursor> next;
  std::vector<Record> records;

  [[nodiscard]] Height end() const { return height + records.size(); }  // height after its last record
};

// Where a reader is: (partition, height at the end of a block, first 8 bytes of that block's hash).
struct Position {
  int partition = 0;
  Height height = 0;
  std::uint64_t hash = 0;
  friend bool operator==(const Position&, const Position&) = default;
};

}  // namespace docket::ledger
