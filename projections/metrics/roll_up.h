// Writing metrics back: a layer's day cells are summed to days, months and years and laid over the totals of the store. What is
// written is the new total of each cell that was touched, so it does not matter where a layer ended.
// Thread rule: free function over immutable input.
#pragma once

#include "engine/model/result.h"
#include "projections/layer.h"
#include "projections/store/store.h"

namespace docket::projections::metrics {

[[nodiscard]] Status roll_up(const Layer& layer, int partition, const store::View& view, store::Batches& batches);

}  // namespace docket::projections::metrics
