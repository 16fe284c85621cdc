// Which cases ever had which anchor day: a superset that is never taken back, so that an exact fold and an explanation read only the
// cases of their period. Keys (partition, anchor, day, case id) -> nothing.
// Thread rule: free functions.
#pragma once

#include <string>
#include <string_view>

#include "projections/codec/key.h"
#include "projections/layer.h"

namespace docket::projections::anchors {

[[nodiscard]] inline std::string anchor_key(int partition, const AnchorAt& at, std::string_view case_id) {
  return codec::KeyWriter(partition).u16(at.anchor).i32(at.day).text(case_id).take();
}
// Before the first row of that day.
[[nodiscard]] inline std::string day_key(int partition, meta::Number anchor, model::Day day) {
  return codec::KeyWriter(partition).u16(anchor).i32(day).take();
}

}  // namespace docket::projections::anchors
