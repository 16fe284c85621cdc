// A case's accepted events from the ledger, as known at an instant: for late events, corrections, as-of reads, explanations.
// Thread rule: one instance per thread (its Ingest is); the readers are shared.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "engine/apply/history.h"
#include "engine/definition/bundle.h"
#include "engine/ingest/ingest.h"
#include "engine/partition/ports.h"

namespace docket::partition {

class HistoryLoader {
 public:
  // `bundle`: the case's.
  HistoryLoader(const definition::Bundle& bundle, ingest::Ingest& ingest, const StateReader& states, const RecordReader& records)
      : bundle_(bundle), ingest_(ingest), states_(states), records_(records) {}

  // Everything of that case recorded by `known_at` (inclusive), and at most its first `versions` acceptances; `more`: records that the
  // readers don't show yet.
  [[nodiscard]] Result<apply::CaseHistory> load(int partition, const std::string& case_id, Instant known_at = model::kForever,
                                                const std::vector<Applied>* more = nullptr,
                                                std::uint32_t versions = std::numeric_limits<std::uint32_t>::max()) const;
  // One more record onto a history, with what it changes of earlier ones.
  [[nodiscard]] Status add(apply::CaseHistory& history, Height height, Instant recorded, const ledger::Record& record,
                           model::EventPtr event) const;

 private:
  const definition::Bundle& bundle_;
  ingest::Ingest& ingest_;
  const StateReader& states_;
  const RecordReader& records_;
};

}  // namespace docket::partition
