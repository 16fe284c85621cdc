// The refused events, newest first: which they are tell the projections, what they say the ledger's blocks.
// Thread rule: as Reading.
#pragma once

#include "connectors/node/node.h"
#include "connectors/node/reading.h"

namespace docket::node {

// Looks at so many refusals, or at blocks of so many bytes, then answers with what it has and where to go on.
struct ScanLimits {
  std::size_t rows_max = 50'000;
  std::size_t bytes_max = std::size_t{32} << 20U;
};
[[nodiscard]] service::Answer answer_rejects(const definition::Bundle& bundle, const ReadModel& store, const BlockAt& block_at,
                                             const Params& params, const ScanLimits& limits = {});

}  // namespace docket::node
