// What upstream publishers put into intake topics, on its way into the loop of one partition (ledger.md section 6). Each record gets
// exactly one first outcome: it stands in the same block as the cursor that passes it.
// Thread rule: plain values.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engine/ingest/ingest.h"
#include "engine/ledger/record.h"

namespace docket::partition {

struct IntakeEvent {
  std::int64_t offset = 0;
  std::uint64_t digest = 0;  // keyed, of the record's bytes; not 0
  ingest::Offered offered;   // of any stage
  int forwarded_to = -1;  // the partition that its case lives in: it has been offered there, and this is its outcome in that one's ledger
  std::string forwarded_outcome;
  std::string text = {};  // of one that is forwarded: the record, as a structured event
};

// Records of one topic, in the order of their offsets, which may have gaps.
struct IntakeBatch {
  std::string topic;
  std::uint32_t epoch = 0;
  std::int64_t from = 0;     // the cursor that it goes on from
  std::int64_t lost_to = 0;  // beyond `from`: the offsets from there to this one are gone, and were never judged
  bool rebased = false;      // `epoch` is new: the topic was made anew, and its offsets begin at `from`
  std::vector<IntakeEvent> events;
};

// Records of one topic and epoch that one block tells to be duplicates.
struct Duplicates {
  std::string topic;
  std::uint32_t epoch = 0;
  std::vector<std::pair<std::int64_t, std::int64_t>> ranges;  // both ends belong to it
};

// The record being judged: whose outcome passes the cursor.
struct Mark {
  std::array<std::uint8_t, 16> fingerprint{};
  ledger::IntakeCursor behind;
};

// Outcomes of intake records in valid blocks of this owner's.
struct IntakeCounts {
  std::uint64_t accepted = 0;
  std::uint64_t duplicate = 0;
  std::uint64_t rejected = 0;
  std::uint64_t parked = 0;
  std::uint64_t forwarded = 0;
  std::uint64_t lost = 0;
};

}  // namespace docket::partition
