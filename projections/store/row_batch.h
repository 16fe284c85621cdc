// The rows of one family that one write-back puts or deletes: bytes in chunks that never move, and a sortable index.
// Values are framed as they are put. Thread rule: one thread. Ownership: copies what it is given.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/result.h"

namespace docket::projections::store {

class RowBatch {
 public:
  struct Row {
    std::string_view key;
    std::string_view value;  // framed
    bool deleted = false;
  };

  void put(std::string_view key, std::string_view payload);
  void erase(std::string_view key);

  // Brings the rows into key order; kInternal when a key stands there twice.
  [[nodiscard]] Status sort();
  [[nodiscard]] std::size_t size() const { return refs_.size(); }
  [[nodiscard]] bool empty() const { return refs_.empty(); }
  [[nodiscard]] Row row(std::size_t i) const;  // the i-th in key order after sort()
  void clear();                                // keeps its memory for the next write-back

 private:
  // A row lies in a chunk as u32 bytes of the key, u32 bytes of the value (the top bit: deleted), key, value.
  struct Ref {
    std::uint64_t head = 0;  // first 8 bytes of the key, for quick comparison
    const char* at = nullptr;
  };
  struct Chunk {
    std::unique_ptr<char[]> bytes;
    std::size_t size = 0;
  };
  void add(std::string_view key, std::string_view payload, bool deleted);
  [[nodiscard]] char* place(std::size_t bytes);
  [[nodiscard]] static std::string_view key_of(const Ref& ref);

  std::vector<Chunk> chunks_;
  std::size_t chunk_ = 0;  // the one being filled
  std::size_t used_ = 0;   // of it
  std::vector<Ref> refs_;
  std::string framed_;  // the value being added
};

}  // namespace docket::projections::store
