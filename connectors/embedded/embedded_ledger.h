// A worker's port to the embedded ledger. append() returns when its blocks are on the disk; the offset of a block is the
// height of its first record. Thread rule: one worker's. Ownership: the store outlives it.
#pragma once

#include <vector>

#include "connectors/embedded/embedded_store.h"
#include "engine/ledger/port.h"

namespace docket::embedded {

class EmbeddedLedger final : public ledger::Port {
 public:
  explicit EmbeddedLedger(EmbeddedStore& store) : store_(&store) {}
  void append(std::vector<ledger::Appending> blocks) override;
  [[nodiscard]] ledger::Offset after(ledger::Offset offset, std::uint64_t records) const override {
    return offset + static_cast<ledger::Offset>(records);
  }
  [[nodiscard]] std::vector<ledger::Report> poll() override;
  [[nodiscard]] Result<ledger::ReadBatch> read(int partition, ledger::Offset from, std::size_t bytes_max) override;
  void renew() override { reports_.clear(); }

 private:
  EmbeddedStore* store_;
  std::vector<ledger::Report> reports_;
};

}  // namespace docket::embedded
