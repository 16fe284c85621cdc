// The row of a case: its state (none while only refused records name the case) and the end of its history.
// Thread rule: plain values and free functions; a CaseRow is immutable once shared.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "engine/model/case_state.h"
#include "engine/model/result.h"
#include "projections/history/tail.h"

namespace docket::projections::cases {

struct CaseRow {
  model::CasePtr state;
  history::Tail tail;
};
using CaseRowPtr = std::shared_ptr<const CaseRow>;

[[nodiscard]] std::string case_key(int partition, std::string_view case_id);
[[nodiscard]] std::string encode_case(const CaseRow& row);
[[nodiscard]] Result<CaseRow> decode_case(std::string_view payload);

// Memory that a decoded state takes, about.
[[nodiscard]] std::size_t state_bytes(const model::CaseState& state);

}  // namespace docket::projections::cases
