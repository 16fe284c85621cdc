// The refused events, newest first, read from the ledger's blocks: no row of the projections holds them.
// Thread rule: as Reading.
#pragma once

#include "connectors/node/node.h"
#include "connectors/node/reading.h"

namespace docket::node {

// Looks at so many blocks, or at blocks of so many bytes, then answers with what it has and where to go on.
struct ScanLimits {
  std::size_t blocks_max = 2000;
  std::size_t bytes_max = std::size_t{32} << 20U;
};
[[nodiscard]] service::Answer answer_rejects(const definition::Bundle& bundle, const ReadModel& store, const BlockAt& block_at,
                                             const Params& params, const ScanLimits& limits = {});

}  // namespace docket::node
