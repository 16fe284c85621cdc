// How far a partition is: the position after its last block, with what the loop needs to go on from there.
// Thread rule: plain values and free functions.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/ledger/record.h"
#include "engine/model/result.h"
#include "projections/store/store.h"

namespace docket::projections::meta {

struct Head {
  ledger::Position position;  // height: of the next record, so 0 = nothing applied yet
  model::Instant recorded = model::kNoInstant;
  std::uint64_t term = 0;
  std::uint64_t activation = 1;  // the number of what decides for new cases
  std::vector<ledger::IntakeCursor> next;
};

void put_head(store::RowBatch& batch, const Head& head);
[[nodiscard]] Result<Head> read_head(const store::View& view, int partition);

}  // namespace docket::projections::meta
