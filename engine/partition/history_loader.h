// A case's accepted events from the ledger, as known at an instant: for late events, corrections, as-of reads, explanations.
// Thread rule: one instance per thread (its Ingest is); the readers are shared.
#pragma once

#include <cstdint>
#include <deque>
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
  // `bundle`: the case's, as known then (moved_from()).
  HistoryLoader(const definition::Bundle& bundle, ingest::Ingest& ingest, const StateReader& states, const RecordReader& records)
      : bundle_(bundle), ingest_(ingest), states_(states), records_(records) {}

  // Everything of that case recorded by `known_at` (inclusive), and at most its first `versions` acceptances; `more`: records that the
  // readers don't show yet.
  [[nodiscard]] Result<apply::CaseHistory> load(int partition, const std::string& case_id, Instant known_at = model::kForever,
                                                const std::vector<Applied>* more = nullptr,
                                                std::uint32_t versions = std::numeric_limits<std::uint32_t>::max()) const;
  // The same without effects: of a case of another bundle that is to move to this one. The errors name the record that it can't read.
  [[nodiscard]] Result<apply::CaseHistory> load_anew(int partition, const std::string& case_id, const std::vector<Applied>& more) const;
  // One more record onto a history, with what it changes of earlier ones.
  [[nodiscard]] Status add(apply::CaseHistory& history, Height height, Instant recorded, const ledger::Record& record,
                           model::EventPtr event) const;
  // The same without effects, for a history that is read by another bundle than the case's. An error: this bundle can't read it.
  [[nodiscard]] Status add_anew(apply::CaseHistory& history, Height height, Instant recorded, const ledger::Record& record) const;

 private:
  struct Row {
    Height height = 0;
    Instant recorded = 0;
    ledger::Record held;  // of the reader
    const ledger::Record* record = nullptr;
    model::EventPtr event;  // null: to be read
  };
  [[nodiscard]] Result<std::deque<Row>> rows(int partition, const std::string& case_id, Instant known_at, const std::vector<Applied>* more,
                                             std::uint32_t versions) const;
  [[nodiscard]] Result<apply::CaseHistory> history_of(const std::deque<Row>& rows, bool effects) const;
  [[nodiscard]] Status add_event(apply::CaseHistory& history, const Row& row, bool effects) const;

  const definition::Bundle& bundle_;
  ingest::Ingest& ingest_;
  const StateReader& states_;
  const RecordReader& records_;
};

// The bundle that a case was moved from by this record; "" if it moved nothing. Effects of records before it are of that bundle, and the
// record holds all that stand after it.
[[nodiscard]] std::string moved_from(const ledger::Record& record);
[[nodiscard]] std::string moved_body(const std::string& from);

// The bundle by which a case was read as known then; `now`: the one by which it is read now.
[[nodiscard]] Result<std::string> bundle_known(const StateReader& states, const RecordReader& records, int partition,
                                               const std::string& case_id, const std::string& now, Instant known_at,
                                               std::uint32_t versions);

}  // namespace docket::partition
