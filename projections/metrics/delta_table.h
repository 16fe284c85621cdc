// What one layer adds to one (metric, grouping): day cells in an open-addressing table of packed integers, so that a delta costs
// one probe. Nothing is ever removed, not even a sum of zero: a row that was touched is written, wherever a layer ended.
// Thread rule: one writer, or any number of readers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/model/time.h"

namespace docket::projections::metrics {

using model::Day;

struct DeltaEntry {
  std::uint32_t group = 0;  // number in the layer's GroupTable
  Day anchor = 0;
  Day recorded = 0;
  Day occurred = 0;
  std::int64_t value = 0;
  std::uint16_t series = 0;
  bool used = false;
};

class DeltaTable {
 public:
  void add(const DeltaEntry& delta);  // `used` is ignored

  template <typename Visit>
  void each(Visit&& visit) const {
    for (const auto& entry : slots_) {
      if (entry.used) visit(entry);
    }
  }
  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] std::size_t size() const { return count_; }
  [[nodiscard]] std::size_t bytes() const { return slots_.size() * sizeof(DeltaEntry); }

 private:
  [[nodiscard]] DeltaEntry& slot_of(const DeltaEntry& key);
  void grow();

  std::vector<DeltaEntry> slots_;  // a power of two, or none
  std::size_t count_ = 0;
};

}  // namespace docket::projections::metrics
