// One layer of one partition in memory: what its blocks changed since the layer began. Active: written by the loop under the
// partition's lock. Frozen: the same object, immutable, at a block boundary. It says everything about the cases in it, so that a
// newer layer hides an older one.
// Thread rule: see PartitionState.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/partition/ports.h"
#include "projections/cases/case_row.h"
#include "projections/listings/listing_log.h"
#include "projections/meta/head.h"
#include "projections/meta/names.h"
#include "projections/meta/quarantine.h"
#include "projections/metrics/delta_table.h"
#include "projections/metrics/group_table.h"
#include "projections/metrics/restatement.h"
#include "projections/reactions/reaction_rows.h"
#include "projections/rejects/reject_rows.h"

namespace docket::projections {

using partition::Fingerprint;
using partition::FingerprintHash;

struct AnchorAt {
  meta::Number anchor = 0;
  model::Day day = 0;
  friend auto operator<=>(const AnchorAt&, const AnchorAt&) = default;
};

struct CaseEntry {
  model::CasePtr base;   // before the layer
  model::CasePtr state;  // now
  history::Tail tail;
  std::vector<history::Chunk> chunks;  // filled in this layer
  std::vector<AnchorAt> anchors;       // of any state in this layer, sorted
  std::size_t bytes = 0;
};

struct Layer {
  definition::NameMap<CaseEntry> cases;
  std::unordered_map<Fingerprint, partition::KnownEvent, FingerprintHash> identities;
  std::map<std::pair<std::string, model::Height>, std::optional<model::Instant>> parked;  // nullopt: over
  meta::Quarantine quarantine;
  std::set<std::pair<model::Instant, std::string>> attention;  // of the cases in this layer, as they are now
  std::vector<ReactionRow> reactions;                          // sent, by height
  std::map<int, std::uint64_t> received;                       // reactions: from -> the last number
  std::vector<RejectRow> rejects;                              // by height
  std::map<std::string, bool> aliases;                         // key -> there or gone
  listings::ListingLog listings;
  metrics::GroupTable groups;
  std::vector<std::vector<metrics::DeltaTable>> tables;  // metric number, grouping
  std::vector<std::pair<meta::Number, metrics::Restatement>> restatements;
  std::vector<meta::NameRegistry::Named> names;  // given out in this layer; filled when it is frozen
  std::optional<meta::Head> head;                // after its last block; none: empty
  std::size_t events = 0;
  std::size_t bytes = 0;  // estimate

  [[nodiscard]] const CaseEntry* find(std::string_view case_id) const {
    const auto found = cases.find(case_id);
    return found == cases.end() ? nullptr : &found->second;
  }
  [[nodiscard]] const metrics::DeltaTable* table(meta::Number metric, std::uint8_t by) const {
    return metric < tables.size() && by < tables[metric].size() ? &tables[metric][by] : nullptr;
  }
};
using FrozenPtr = std::shared_ptr<const Layer>;

}  // namespace docket::projections
