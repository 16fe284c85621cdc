// The latest outcome of every event ever judged: (partition, fingerprint) -> content tag, height. For ever; a filter of 10 bits an
// event answers most of the lookups that find nothing.
// Thread rule: free functions over immutable input.
#pragma once

#include <optional>

#include "projections/layer.h"

namespace docket::projections::identities {

void put_identities(const Layer& layer, int partition, store::RowBatch& batch);
[[nodiscard]] Result<std::optional<partition::KnownEvent>> read_identity(const store::View& view, int partition,
                                                                         const Fingerprint& fingerprint);

}  // namespace docket::projections::identities
