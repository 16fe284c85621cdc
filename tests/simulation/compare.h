// Two projections of one ledger at one position: equal, or the first difference in words.
#pragma once

#include <string>

#include "tests/support/engine_fixture.h"

namespace docket::simulation {

[[nodiscard]] std::string difference(const testing::MemoryProjections& a, const testing::MemoryProjections& b);

}  // namespace docket::simulation
