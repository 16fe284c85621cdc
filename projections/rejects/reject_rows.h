// Which records are refusals: (partition, height descending) -> recorded, code, source. What `rejects list` walks instead of the ledger;
// the rest of a refusal is read from its block.
// Thread rule: free functions over immutable input.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/model/ids.h"
#include "engine/model/rejection.h"
#include "engine/model/time.h"
#include "projections/store/store.h"

namespace docket::projections {

struct RejectRow {
  model::Height height = 0;
  model::Instant recorded = 0;
  model::Rejection code{};
  std::string source;
};

namespace rejects {

void put_rejects(const std::vector<RejectRow>& rows, int partition, store::RowBatch& batch);
// Appends the store's rows below `end`, the newest first, until `into` has `limit` rows.
[[nodiscard]] Status read_rejects(const store::View& view, int partition, model::Height end, std::size_t limit,
                                  std::vector<RejectRow>& into);

}  // namespace rejects
}  // namespace docket::projections
