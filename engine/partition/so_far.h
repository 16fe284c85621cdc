// Internal to partition: what replay has applied of the block at hand. Thread rule: the loop's own.
#pragma once

#include <algorithm>
#include <limits>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/partition/loop.h"

namespace docket::partition {

// What a block has done so far, by case. The rows must have room for all that comes: nothing in them may move.
class PartitionLoop::SoFar {
 public:
  explicit SoFar(std::vector<Applied>& rows) : rows_(rows), before_(rows.capacity(), kNone) {}

  void add(Applied&& row) {
    const auto place = static_cast<std::uint32_t>(rows_.size());
    rows_.push_back(std::move(row));
    const auto [it, first] = newest_.try_emplace(rows_.back().case_id, place);
    if (!first) before_[place] = std::exchange(it->second, place);
  }
  [[nodiscard]] const Applied* newest(std::string_view case_id) const {
    const auto it = newest_.find(case_id);
    return it == newest_.end() ? nullptr : &rows_[it->second];
  }
  // In order; the same but for its deltas.
  [[nodiscard]] std::vector<Applied> of_case(std::string_view case_id) const {
    std::vector<Applied> out;
    const auto it = newest_.find(case_id);
    for (auto at = it == newest_.end() ? kNone : it->second; at != kNone; at = before_[at]) {
      const auto& row = rows_[at];
      Applied& copy = out.emplace_back();
      copy.height = row.height;
      copy.recorded = row.recorded;
      copy.record = row.record;
      copy.event = row.event;
      copy.before = row.before;
      copy.after = row.after;
    }
    std::reverse(out.begin(), out.end());
    return out;
  }

 private:
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
  std::vector<Applied>& rows_;
  std::unordered_map<std::string_view, std::uint32_t> newest_;  // case id -> place
  std::vector<std::uint32_t> before_;                           // place -> that of the case's row before it
};

}  // namespace docket::partition
