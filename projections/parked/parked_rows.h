// Events that wait for what is missing: (partition, case id, height of the parked record) -> until. A row goes when its record is over.
// Thread rule: free functions over immutable input.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "projections/layer.h"

namespace docket::projections::parked {

using Waiting = std::map<std::pair<std::string, model::Height>, std::optional<model::Instant>>;

void put_parked(const Layer& layer, int partition, store::RowBatch& batch);
// Adds the store's rows that are not yet in `into`.
[[nodiscard]] Status read_parked(const store::View& view, int partition, Waiting& into);

}  // namespace docket::projections::parked
