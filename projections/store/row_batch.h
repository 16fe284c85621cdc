// The rows of one family that one write-back puts or deletes: an arena of bytes and a sortable index.
// Values are framed as they are put. Thread rule: one thread. Ownership: copies what it is given.
#pragma once

#include <cstddef>
#include <cstdint>
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
  struct Ref {
    std::uint64_t head = 0;  // first 8 bytes of the key, for quick comparison
    std::uint64_t at = 0;
    std::uint32_t key_bytes = 0;
    std::uint32_t value_bytes = 0;
    bool deleted = false;
  };
  void add(std::string_view key, std::string_view payload, bool deleted);
  [[nodiscard]] std::string_view key_of(const Ref& ref) const { return std::string_view(arena_).substr(ref.at, ref.key_bytes); }
  [[nodiscard]] bool less(const Ref& a, const Ref& b) const;

  std::string arena_;
  std::vector<Ref> refs_;
};

}  // namespace docket::projections::store
