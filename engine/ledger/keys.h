// Private values and their keys (ledger.md section 11). One AES-256 key a case; the key id stands in each value, so that
// finer keys can follow. Keys are durable in a key store of their own before the first record that uses them.
// Thread rule: KeyStore implementations lock inside; CaseKeys is one worker's.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/result.h"
#include "engine/model/time.h"

namespace docket::ledger {

using SealKey = std::array<std::uint8_t, 32>;

struct KeyRow {
  std::string id;  // random, base64url, unique in the store
  SealKey key{};
};

// What became of a key.
struct KeyFate {
  bool known = false;                            // here, or given up here
  model::Instant erased = model::kNoInstant;     // when the record was recorded by which it was given up; nothing opens with it since
  model::Instant destroyed = model::kNoInstant;  // when its last bytes in this store were
};

// Port. The file store is in connectors/embedded; others (compacted topic, KMS) may follow.
class KeyStore {
 public:
  virtual ~KeyStore() = default;
  // The case's key, or a new one that sync() makes durable. Never overwrites.
  [[nodiscard]] virtual Result<KeyRow> case_key(std::string_view case_id) = 0;
  // Parking key of a local day (deleted after 90 days).
  [[nodiscard]] virtual Result<KeyRow> parking_key(std::int32_t day) = 0;
  // A key by its id; nullopt: erased or lost.
  [[nodiscard]] virtual std::optional<SealKey> find(std::string_view key_id) = 0;
  // The ids of all keys that the case has, for an erasure that is being judged: what is sealed from now on gets a new key, whatever comes
  // of it. They still open.
  [[nodiscard]] virtual Result<std::vector<std::string>> retire_case(std::string_view case_id) = 0;
  // These keys are given up: nothing opens with them any more, and after a restart neither. Returns when that is durable; their bytes
  // follow. Ids that were given up before, or never here, are no error.
  [[nodiscard]] virtual Status erase(std::string_view case_id, const std::vector<std::string>& key_ids, model::Instant recorded) = 0;
  [[nodiscard]] virtual KeyFate fate(std::string_view key_id) const = 0;
  // Returns when every key handed out so far is durable. Cheap when nothing is new.
  [[nodiscard]] virtual Status sync() = 0;
  // HMAC key of the content tags and the ledger's signing seed, both made with the store.
  [[nodiscard]] virtual const SealKey& tag_key() const = 0;
  [[nodiscard]] virtual const SealKey& signing_seed() const = 0;
};

// "<key id>.<nonce>.<ciphertext and tag>", base64url without padding; AES-256-GCM, random 96-bit nonce, associated data
// = ledger, case, event, field joined by 0x1F.
[[nodiscard]] std::string seal_value(const KeyRow& key, std::string_view associated, std::string_view plain);
// nullopt: wrong key, wrong associated data, or altered bytes.
[[nodiscard]] std::optional<std::string> open_value(const SealKey& key, std::string_view associated, std::string_view sealed);
// The key id part of a sealed value; empty if it isn't one.
[[nodiscard]] std::string_view sealed_key_id(std::string_view sealed);
[[nodiscard]] std::string associated_data(std::string_view ledger, std::string_view case_id, std::string_view event_id,
                                          std::string_view field);

}  // namespace docket::ledger
