// Two projections of one ledger at one position: equal, or the first difference in words. Two cases: whether they lived the same life.
#pragma once

#include <string>

#include "tests/support/engine_fixture.h"

namespace docket::simulation {

// Whether a case came to the same end as another with the same events: states, clocks, counts, parts; not who was recorded when.
[[nodiscard]] bool same_life(const model::CaseState& a, const model::CaseState& b);

[[nodiscard]] std::string difference(const testing::MemoryProjections& a, const testing::MemoryProjections& b);

}  // namespace docket::simulation
