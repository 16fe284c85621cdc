// What a partition's events have asked of others, and how much of what others asked is judged (ledger.md section 9):
// (partition, 0, to, number) -> height of the cause, link; (partition, 1, from) -> the last number judged; (partition, 2, to) -> how many
// sent. Thread rule: free functions over immutable input.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "engine/partition/ports.h"
#include "projections/store/store.h"

namespace docket::projections {

struct ReactionRow {
  int to = 0;
  std::uint64_t number = 0;
  partition::ReactionCause cause;
};

namespace reactions {

void put_reactions(const std::vector<ReactionRow>& sent, const std::map<int, std::uint64_t>& received, int partition,
                   store::RowBatch& batch);
[[nodiscard]] Status read_numbers(const store::View& view, int partition, partition::ReactionNumbers& into);
[[nodiscard]] Result<std::optional<partition::ReactionCause>> read_cause(const store::View& view, int partition, int to,
                                                                         std::uint64_t number);

}  // namespace reactions
}  // namespace docket::projections
