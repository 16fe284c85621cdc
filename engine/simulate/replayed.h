// One partition's chain replayed into memory: each case as it stands, its records, and what the figures come to. What a loop needs to
// replay (StateReader, RecordReader), and where it puts what it replayed (Sink). Thread rule: one thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/partition/ports.h"
#include "engine/partition/rulebooks.h"
#include "engine/simulate/sums.h"

namespace docket::simulate {

struct RecordRow {  // of an accepted or a timer event
  model::Height height = 0;
  model::Instant recorded = 0;
  std::uint32_t version = 0;
  std::shared_ptr<const ledger::Record> record;
  model::Instant time = 0;
  std::string id;                             // the event's
  const definition::EventDef* def = nullptr;  // by what judged it
};

struct ReplayedCase {
  model::CasePtr state;
  std::vector<RecordRow> rows;  // in the order recorded
};

class Replayed final : public partition::StateReader, public partition::RecordReader, public partition::Sink {
 public:
  // `books`: of the loop that replays; `sums` takes its figures. Both outlive this.
  Replayed(partition::Rulebooks& books, Sums& sums) : books_(books), sums_(sums) {}

  [[nodiscard]] const std::map<std::string, ReplayedCase, std::less<>>& cases() const { return cases_; }
  [[nodiscard]] std::uint64_t events() const { return events_; }
  [[nodiscard]] model::Instant recorded() const { return recorded_; }  // of its last block

  model::CasePtr find(int partition, std::string_view case_id) const override;
  std::optional<partition::KnownEvent> known(int partition, const std::array<std::uint8_t, 16>& fingerprint) const override;
  std::vector<partition::HistoryRow> history(int partition, std::string_view case_id) const override;
  std::vector<partition::ParkedRow> parked(int partition) const override;
  std::vector<partition::QuarantinedRow> quarantined(int partition) const override;
  Result<partition::RecordAt> record(int partition, model::Height height) const override;
  void apply(partition::AppliedBlock&& block) override;

 private:
  struct Kept {
    model::Instant recorded = 0;
    std::shared_ptr<const ledger::Record> record;
  };

  partition::Rulebooks& books_;
  Sums& sums_;
  std::map<std::string, ReplayedCase, std::less<>> cases_;
  std::vector<std::pair<model::Height, Kept>> records_;  // accepted and timer, by height
  std::uint64_t events_ = 0;
  model::Instant recorded_ = 0;
};

}  // namespace docket::simulate
