// Writing frozen layers back: the rows of each family, one batch a family, for one atomic ingestion.
// Thread rule: free function over immutable layers; runs on the write-back thread.
#pragma once

#include "engine/model/result.h"
#include "projections/layer.h"
#include "projections/store/store.h"

namespace docket::projections {

// Adds the rows of one partition's layer. `view`: the store as it is below that layer.
[[nodiscard]] Status collect_rows(const Layer& layer, int partition, const store::View& view, store::Batches& batches);

// Of a store of figures alone (Options::only_metrics): takes away what it doesn't keep.
void leave_figures(store::Batches& batches);

}  // namespace docket::projections
