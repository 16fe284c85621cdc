// The RocksDB projections as the node sees them. Thread rule: as projections::Projections. Ownership: holds the projections.
#pragma once

#include <memory>

#include "connectors/node/read_model.h"
#include "projections/projections.h"

namespace docket::local {

class ProjectionsStore final : public node::ProjectionStore {
 public:
  explicit ProjectionsStore(std::unique_ptr<projections::Projections> projections) : projections_(std::move(projections)) {}

  // StateReader
  model::CasePtr find(int partition, std::string_view case_id) const override { return projections_->find(partition, case_id); }
  std::optional<partition::KnownEvent> known(int partition, const std::array<std::uint8_t, 16>& fingerprint) const override {
    return projections_->known(partition, fingerprint);
  }
  std::vector<partition::HistoryRow> history(int partition, std::string_view case_id) const override {
    return projections_->history(partition, case_id);
  }
  std::vector<partition::ParkedRow> parked(int partition) const override { return projections_->parked(partition); }
  std::vector<partition::QuarantinedRow> quarantined(int partition) const override { return projections_->quarantined(partition); }
  // Sink
  void apply(partition::AppliedBlock&& block) override { projections_->apply(std::move(block)); }
  // ReadModel
  node::GroupSums sums(const definition::Bundle& bundle, const node::CellQuery& query) const override;
  node::GroupSums stock(const definition::Bundle& bundle, std::uint16_t metric, std::uint8_t by, model::Day day,
                        std::optional<model::Day> known_day) const override;
  std::vector<std::string> anchored(const definition::Bundle& bundle, model::KindId kind, std::uint8_t anchor, model::Day from,
                                    model::Day to) const override;
  partition::ReactionNumbers reaction_numbers(int partition) const override { return projections_->reaction_numbers(partition); }
  std::optional<partition::ReactionCause> reaction_cause(int partition, int to, std::uint64_t number) const override {
    return projections_->reaction_cause(partition, to, number);
  }
  std::vector<partition::AttentionRow> attention(int partition, model::Instant from, std::string_view from_case,
                                                 std::size_t limit) const override {
    return projections_->attention(partition, from, from_case, limit);
  }
  std::vector<std::string> due_between(model::Instant after, model::Instant until) const override;
  std::vector<std::string> list(const definition::Bundle& bundle, model::KindId kind, const std::vector<node::ListFilter>& filters,
                                const std::string& after, std::size_t limit) const override;
  std::vector<std::string> by_alias(const definition::Bundle& bundle, model::KindId kind, const std::string& value) const override;
  node::ConflictPage conflicts(const std::string& after, std::size_t limit) const override;
  std::vector<node::AliasConflict> conflicts_of(const definition::Bundle& bundle, const model::CaseState& state) const override;
  std::vector<node::RejectAt> rejected(int partition, model::Height end, std::size_t limit) const override;
  ledger::Position position(int partition) const override;
  // ProjectionStore
  Standing standing(int partition) const override;
  bool full(int worker) const override { return projections_->full(static_cast<std::size_t>(worker)); }
  void tick(int worker, model::Instant now) override { projections_->tick(static_cast<std::size_t>(worker), now); }
  Status flush() override { return projections_->flush(); }
  Status failed() const override { return projections_->health(); }
  std::string metrics_text() const override;
  std::uint64_t digest(int partition) const override;
  Status backup(const std::string& folder) const override { return projections_->backup(folder); }

 private:
  std::unique_ptr<projections::Projections> projections_;
};

}  // namespace docket::local
