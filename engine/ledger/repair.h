// Whether a home still holds all that a copy of it has, partition by partition, and the appending of what it lost (ledger.md section 10).
// Thread rule: free functions. Ownership: ports are borrowed for the call.
#pragma once

#include <cstdint>

#include "engine/ledger/port.h"
#include "engine/ledger/record.h"

namespace docket::ledger {

struct RepairReport {
  Height home_height = 0;  // where the home's chain ended before
  Height copy_height = 0;
  std::uint64_t lost = 0;  // blocks of the copy that the home's chain lacked
  Offset last = -1;        // of the copy's last block in the home; -1: it is not there
};

// Compares the two chains block by block. kConflict: the home holds another block where the copy goes on, which it names. kCorrupt: one of
// the two is not sound.
[[nodiscard]] Result<RepairReport> compare_chains(Port& copy, Port& home, int partition);
// The same, and appends to the home, verbatim and in order, what its chain lacks of the copy's; then reads it back. `home` has reported
// when append() returns. What is there already is not appended again.
[[nodiscard]] Result<RepairReport> repair_chain(Port& copy, Port& home, int partition);

}  // namespace docket::ledger
