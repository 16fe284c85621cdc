// Cases that met an engine defect and were not released since: (partition, case id) -> which record says so. A row goes with the release.
// Apart from the cases, as a case may fail at its opening, and as every figure says how many there are.
// Thread rule: free functions over immutable input.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "engine/partition/ports.h"
#include "projections/store/store.h"

namespace docket::projections::meta {

// By case id; nullopt: released.
using Quarantine = std::map<std::string, std::optional<partition::QuarantinedRow>>;

void put_quarantine(store::RowBatch& batch, int partition, const Quarantine& rows);
// Adds the store's rows that are not yet in `into`.
[[nodiscard]] Status read_quarantine(const store::View& view, int partition, Quarantine& into);

}  // namespace docket::projections::meta
