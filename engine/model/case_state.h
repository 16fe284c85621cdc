// A case as the fold of its accepted events: everything that judging, measuring and answering need, and nothing that
// needs a clock, calendar or file. Private text is not here: an attribute that is private holds the sealed value.
// Thread rule: built by one thread, then shared as shared_ptr<const CaseState>. Ids belong to `bundle`.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/calendar/limit_unit.h"
#include "engine/model/effects.h"
#include "engine/model/event.h"
#include "engine/model/ids.h"
#include "engine/model/shared_text.h"
#include "engine/model/time.h"
#include "engine/model/value.h"

namespace docket::model {

struct AttributeSlot {
  AttributeId attribute = 0;
  std::uint16_t round = 0;  // 0: not by round
  Value value;
  friend bool operator==(const AttributeSlot&, const AttributeSlot&) = default;
};

struct Pause {
  Instant from = 0;
  Instant to = 0;
  friend bool operator==(const Pause&, const Pause&) = default;
};

struct ClockInstance {
  enum class Status : std::uint8_t { kRunning = 1, kPaused = 2, kStopped = 3, kCancelled = 4 };
  ClockId clock = 0;
  Status status = Status::kRunning;
  std::uint16_t round = 1;
  std::uint16_t nth = 1;      // n-th setting of this clock in its scope instance
  bool late_forever = false;  // revoked with a new round: late whatever its due
  bool adjusted = false;      // due set by clock_adjusted: no pause moves it
  bool provisional = false;
  bool window = false;  // a time to act: no notices, no breach
  bool timed = false;   // some event follows `after` it
  bool fired = false;   // and has
  bool passed = false;  // and was found illegal where this clock runs out, or void
  std::uint8_t extensions = 0;
  calendar::LimitUnit unit = calendar::LimitUnit::kNone;
  Instant start = 0;
  Instant due = kNoInstant;           // kNoInstant: unlimited
  Instant original_due = kNoInstant;  // before extensions
  Instant stop = kNoInstant;
  Instant paused_at = kNoInstant;
  Instant ended = kNoInstant;     // when it was cancelled
  std::vector<Pause> pauses;      // those that are over
  Instant since = kNoInstant;     // recorded instant of what last set it or let it run: what lay before is not told
  Value holder;                   // whose clock: when it stopped; while it runs, see holder_of() in engine/apply
  std::vector<NoticeAt> notices;  // of its present due
  [[nodiscard]] std::int64_t paused_ms() const {
    std::int64_t sum = 0;
    for (const auto& pause : pauses) sum += pause.to - pause.from;
    return sum;
  }
  friend bool operator==(const ClockInstance&, const ClockInstance&) = default;
};

struct EventCount {
  EventId event = 0;
  std::uint16_t in_round = 0;
  std::uint16_t total = 0;
  Instant first = kNoInstant;  // time of the first and the last one
  Instant last = kNoInstant;
  friend bool operator==(const EventCount&, const EventCount&) = default;
};

struct BackEntry {  // what `to: back` restores
  StateId state = 0;
  std::vector<std::pair<std::uint16_t, ClockInstance::Status>> clocks;       // cancelled by entering a closed state: index, status before
  std::vector<std::pair<std::uint32_t, ClockInstance::Status>> part_clocks;  // (instance << 16 | clock index), status before
  friend bool operator==(const BackEntry&, const BackEntry&) = default;
};

struct ScopeState {  // of the case itself or of one part instance
  StateId state = kNotOpened;
  std::vector<AttributeSlot> attributes;  // sorted by (attribute, round)
  std::vector<ClockInstance> clocks;      // in the order they were set
  std::vector<EventCount> counts;         // sorted by event
  std::vector<BackEntry> back;
  friend bool operator==(const ScopeState&, const ScopeState&) = default;
};

struct PartInstance {
  ScopeId part = 1;
  Value key;
  std::uint16_t nth = 1;    // n-th adding of that key
  std::uint16_t round = 1;  // round in which it was added or last moved
  ScopeState scope;
  friend bool operator==(const PartInstance&, const PartInstance&) = default;
};

struct LinkRow {
  LinkId link = 0;
  std::string target;   // case id
  bool common = false;  // made by the common event `linked`
  friend bool operator==(const LinkRow&, const LinkRow&) = default;
};

struct WaivedGate {
  ScopeId scope = 0;
  GateId gate = 0;
  std::uint16_t round = 1;
  std::string by;  // authid
  friend bool operator==(const WaivedGate&, const WaivedGate&) = default;
};

struct OrderKey {  // a case is the fold of its events by this
  Instant time = kNoInstant;
  std::int64_t sequence = 0;
  Height height = 0;
  friend auto operator<=>(const OrderKey&, const OrderKey&) = default;
};

struct Breach {  // a breach that was told and stands
  ScopeId scope = 0;
  Value part_key;
  std::uint16_t part_nth = 0;
  ClockId clock = 0;
  std::uint16_t nth = 1;
  Instant due = 0;
  Height height = 0;  // of its notice
  friend bool operator==(const Breach&, const Breach&) = default;
};

struct CaseState {
  std::string id;
  SharedText bundle;  // id of the bundle it was opened with: definition, rules and calendar versions
  KindId kind = kNone16;
  std::uint16_t round = 1;
  bool voided = false;
  bool backfilled = false;  // some event came from a backfill source
  bool quarantined = false;
  std::uint32_t version = 0;   // accepted events
  std::uint32_t revision = 0;  // without notes and attachments
  Instant opened_recorded = kNoInstant;
  Instant last_recorded = kNoInstant;
  Instant attended = kNoInstant;  // notices up to this instant have been told, or never will be
  std::vector<Breach> breaches;
  OrderKey last;  // of the newest event in fold order: a smaller key is a late event
  ScopeState scope;
  std::vector<PartInstance> parts;  // in the order of adding
  std::vector<LinkRow> links;
  std::vector<WaivedGate> waived;
  std::vector<std::pair<EventId, std::string>> authors;  // authid of the last one, for events that a not_by names
  friend bool operator==(const CaseState&, const CaseState&) = default;
};

using CasePtr = std::shared_ptr<const CaseState>;

}  // namespace docket::model
