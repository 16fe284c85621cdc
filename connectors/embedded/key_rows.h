// The rows of the key file (docs/data-layout.md) and the two small tables that find them. Private to this folder.
// Thread rule: plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/ledger/keys.h"

namespace docket::embedded {

enum class KeyType : std::uint8_t {  // on disk: append only
  kCase = 1,
  kParking = 2,
  kTag = 3,
  kSigning = 4,
  kErased = 5,  // of a case's key that is to be gone, or is: its id stays, and when
};

inline constexpr std::size_t kKeyIdBytes = 12;  // random; the nonce of the row's wrapping too, so never used twice
inline constexpr std::size_t kWrappedBytes = 32 + 16;
inline constexpr std::size_t kRowHeadBytes = 4 + 1 + 1 + kKeyIdBytes + kWrappedBytes;
inline constexpr std::size_t kRowNameBytesMax = 255;
inline constexpr std::size_t kKeysHeaderBytes = 14;  // "docket-keys 2\n"; 1: without rows of erased keys

// check (crc32 of the rest) u32 | type u8 | name length u8 | id | wrapped key | name
struct WrappedRow {
  KeyType type = KeyType::kCase;
  std::string id;  // kKeyIdBytes raw bytes
  std::string wrapped;
  std::string name;  // case id, "2017-03-01", or empty
  [[nodiscard]] std::size_t bytes() const { return kRowHeadBytes + name.size(); }
};

void append_row(std::string& out, const WrappedRow& row);
enum class RowState : std::uint8_t { kWhole, kCut, kBroken };
// Reads the row at the start of `bytes`. kCut: it goes on behind the end. kBroken: its check or type is wrong.
[[nodiscard]] RowState read_row(std::string_view bytes, WrappedRow& out);

[[nodiscard]] WrappedRow wrap_key(const ledger::SealKey& master, KeyType type, std::string name, const ledger::SealKey& key);
// nullopt: another master, or altered bytes.
[[nodiscard]] std::optional<ledger::SealKey> unwrap_key(const ledger::SealKey& master, const WrappedRow& row);
[[nodiscard]] ledger::SealKey random_key();
// The same key and id under another master. nullopt: `row` is not of `from`.
[[nodiscard]] std::optional<WrappedRow> wrap_again(const ledger::SealKey& from, const ledger::SealKey& to, const WrappedRow& row);

// When a key of a case was given up, and when its last bytes were.
struct ErasedKey {
  std::string case_id;
  std::int64_t erased = 0;     // ms since 1970 (UTC): the record that says so was recorded then
  std::int64_t destroyed = 0;  // 0: not yet
};
[[nodiscard]] WrappedRow erased_row(const std::string& raw_id, const ErasedKey& erased);
[[nodiscard]] ErasedKey read_erased(const WrappedRow& row);

// Open addressing from a 64-bit hash to the offset of a row: 16 bytes a slot, a third to two thirds full.
class RowTable {
 public:
  void insert(std::uint64_t hash, std::uint64_t offset);
  // Calls matches(offset) for the rows of that hash until it says true; the offset, or 0.
  template <typename Matches>
  [[nodiscard]] std::uint64_t find(std::uint64_t hash, Matches&& matches) const {
    if (slots_.empty()) return 0;
    for (std::size_t at = hash & (slots_.size() - 1); slots_[at].offset != 0; at = (at + 1) & (slots_.size() - 1)) {
      if (slots_[at].hash == hash && matches(slots_[at].offset)) return slots_[at].offset;
    }
    return 0;
  }
  [[nodiscard]] std::size_t size() const { return count_; }
  [[nodiscard]] std::size_t bytes() const { return slots_.size() * sizeof(Slot); }

 private:
  struct Slot {
    std::uint64_t hash = 0;
    std::uint64_t offset = 0;  // 0: empty (the file's header lies there)
  };
  void grow();
  std::vector<Slot> slots_;
  std::size_t count_ = 0;
};

[[nodiscard]] std::uint64_t name_hash(KeyType type, std::string_view name);
[[nodiscard]] std::uint64_t id_hash(std::string_view raw_id);

}  // namespace docket::embedded
