// One sync of the key store for all that a worker's partitions judged in a turn. Thread rule: its worker's. Ownership: borrows the store.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/ledger/keys.h"

namespace docket::node {

// The keys of all partitions of a worker are made durable once a turn, before any block of that turn is handed to the port: what a loop
// asks for by itself is put off until then.
class TurnKeys final : public ledger::KeyStore {
 public:
  explicit TurnKeys(ledger::KeyStore& keys) : keys_(keys) {}
  Result<ledger::KeyRow> case_key(std::string_view case_id) override { return keys_.case_key(case_id); }
  Result<ledger::KeyRow> parking_key(std::int32_t day) override { return keys_.parking_key(day); }
  std::optional<ledger::SealKey> find(std::string_view key_id) override { return keys_.find(key_id); }
  Result<std::vector<std::string>> retire_case(std::string_view case_id) override { return keys_.retire_case(case_id); }
  // Not put off: the projections take the record that erases right behind it.
  Status erase(std::string_view case_id, const std::vector<std::string>& key_ids, model::Instant recorded) override {
    return keys_.erase(case_id, key_ids, recorded);
  }
  ledger::KeyFate fate(std::string_view key_id) const override { return keys_.fate(key_id); }
  Status sync() override { return {}; }
  Status sync_turn() { return keys_.sync(); }
  const ledger::SealKey& tag_key() const override { return keys_.tag_key(); }
  const ledger::SealKey& signing_seed() const override { return keys_.signing_seed(); }

 private:
  ledger::KeyStore& keys_;
};

}  // namespace docket::node
