// One applied record into the active layer of its partition: memory only, except when a case that is in no layer and not in the
// cache has to be read.
// Thread rule: called with the partition's lock held alone.
#pragma once

#include "engine/model/result.h"
#include "engine/partition/ports.h"
#include "projections/partition_state.h"

namespace docket::projections {

[[nodiscard]] Status apply_record(PartitionState& partition, const BundleLookup& bundles, const partition::Applied& applied);

}  // namespace docket::projections
