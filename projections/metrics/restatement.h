// A change that was recorded after the month of its anchor had ended: which record moved which cells, so that the difference of two
// instants has its causes at hand. One row a record, metric and month. Backfilled history writes none: its share of a figure is the
// series `backfilled`.
// Thread rule: plain values and free functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/ids.h"
#include "engine/model/result.h"
#include "engine/model/time.h"

namespace docket::projections::metrics {

struct RestatedCell {
  std::uint8_t by = 0;
  std::uint8_t series = 0;
  model::Day anchor = 0;
  std::string group;
  std::int64_t value = 0;
  friend bool operator==(const RestatedCell&, const RestatedCell&) = default;
};

struct Restatement {
  model::Day month = 0;  // its first day
  model::Height height = 0;
  std::string case_id;
  std::vector<RestatedCell> cells;  // in the order of the record's deltas
};

// Keys (partition, metric, month, height).
[[nodiscard]] std::string restatement_prefix(int partition, std::uint16_t metric, model::Day month);
[[nodiscard]] std::string restatement_key(int partition, std::uint16_t metric, const Restatement& row);
[[nodiscard]] std::string encode_restatement(const Restatement& row);
// `key` from behind its prefix.
[[nodiscard]] Result<Restatement> decode_restatement(model::Day month, std::string_view key_rest, std::string_view payload);

}  // namespace docket::projections::metrics
