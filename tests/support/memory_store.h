// The projections of several partitions in maps, as a worker drives them. Nothing is written back.
#pragma once

#include <memory>
#include <vector>

#include "connectors/node/read_model.h"
#include "engine/ledger/block_codec.h"
#include "tests/support/engine_fixture.h"

namespace docket::testing {

class MemoryStore : public node::ProjectionStore, public partition::RecordReader {
 public:
  MemoryStore(const definition::BundlePtr& bundle, int partitions) {
    for (int i = 0; i < partitions; ++i) rows_.push_back(std::make_unique<MemoryProjections>(bundle));
  }
  [[nodiscard]] MemoryProjections& at(int partition) const { return *rows_[static_cast<std::size_t>(partition)]; }

  model::CasePtr find(int partition, std::string_view id) const override { return at(partition).find(partition, id); }
  std::optional<partition::KnownEvent> known(int partition, const std::array<std::uint8_t, 16>& fingerprint) const override {
    return at(partition).known(partition, fingerprint);
  }
  std::vector<partition::HistoryRow> history(int partition, std::string_view id) const override {
    return at(partition).history(partition, id);
  }
  std::vector<partition::ParkedRow> parked(int partition) const override { return at(partition).parked(partition); }
  std::vector<partition::QuarantinedRow> quarantined(int partition) const override { return at(partition).quarantined(partition); }
  Result<partition::RecordAt> record(int partition, model::Height height) const override { return at(partition).record(partition, height); }
  void apply(partition::AppliedBlock&& block) override {
    const int partition = block.position.partition;
    at(partition).apply(std::move(block));
  }
  node::GroupSums sums(const definition::Bundle& /*bundle*/, const node::CellQuery& /*query*/) const override { return {}; }
  node::GroupSums stock(const definition::Bundle& /*bundle*/, std::uint16_t /*metric*/, std::uint8_t /*by*/, model::Day /*day*/,
                        std::optional<model::Day> /*known*/) const override {
    return {};
  }
  std::vector<std::string> anchored(const definition::Bundle& /*bundle*/, model::KindId /*kind*/, std::uint8_t /*anchor*/,
                                    model::Day /*from*/, model::Day /*to*/) const override {
    return {};
  }
  std::vector<std::string> due_between(model::Instant /*after*/, model::Instant /*until*/) const override { return {}; }
  std::vector<std::string> list(const definition::Bundle& /*bundle*/, model::KindId /*kind*/,
                                const std::vector<node::ListFilter>& /*filters*/, const std::string& /*after*/,
                                std::size_t /*limit*/) const override {
    return {};
  }
  std::vector<std::string> by_alias(const definition::Bundle& /*bundle*/, model::KindId /*kind*/,
                                    const std::string& /*value*/) const override {
    return {};
  }
  node::ConflictPage conflicts(const std::string& /*after*/, std::size_t /*limit*/) const override { return {}; }
  std::vector<node::AliasConflict> conflicts_of(const definition::Bundle& /*bundle*/, const model::CaseState& /*state*/) const override {
    return {};
  }
  std::vector<node::RejectAt> rejected(int /*partition*/, model::Height /*end*/, std::size_t /*limit*/) const override { return {}; }
  ledger::Position position(int partition) const override { return at(partition).position; }
  Standing standing(int /*partition*/) const override { return {}; }
  bool full(int /*worker*/) const override { return false; }
  void tick(int /*worker*/, model::Instant /*now*/) override {}
  Status flush() override { return {}; }
  Status failed() const override { return {}; }
  std::string metrics_text() const override { return {}; }
  std::uint64_t digest(int /*partition*/) const override { return 0; }
  Status backup(const std::string& /*folder*/) const override { return {}; }

 private:
  std::vector<std::unique_ptr<MemoryProjections>> rows_;
};

}  // namespace docket::testing
