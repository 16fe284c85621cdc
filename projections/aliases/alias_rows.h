// A case is found by any of its numbers. Keys start with the alias and not with the partition, so that all owners of a number stand
// side by side, whatever their partitions: (kind, alias, count and texts of the values, partition, case id) -> nothing.
// Thread rule: free functions over immutable input.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/case_state.h"
#include "projections/meta/names.h"

namespace docket::projections::aliases {

// The keys under which a case is found now, sorted. An alias needs all of its values.
[[nodiscard]] std::vector<std::string> alias_keys(const meta::BundleNames& names, int partition, const model::CaseState& state);
// Whether a case of these two states may have other keys: false only if it has not.
[[nodiscard]] bool alias_may_differ(const meta::BundleNames& names, const model::CaseState& before, const model::CaseState& after);

// What all keys of one number start with.
[[nodiscard]] std::string alias_prefix(std::string_view kind, std::string_view alias, const std::vector<std::string>& values);

// A number that several cases have, though it should name one. `values` as text, in the order of the alias's attributes.
struct Conflict {
  std::string kind;
  std::string alias;
  std::vector<std::string> values;
  std::vector<std::string> cases;  // by id
};
// Without its cases.
[[nodiscard]] Conflict conflict_of(std::string_view prefix);
// The prefixes of all numbers that the case has now.
[[nodiscard]] std::vector<std::string> alias_prefixes(const definition::Bundle& bundle, const model::CaseState& state);

struct Owner {
  int partition = 0;
  std::string case_id;
  friend auto operator<=>(const Owner&, const Owner&) = default;
};
[[nodiscard]] Owner owner_of(std::string_view key, std::size_t prefix_bytes);
// The bytes of a key that name its number; 0 if the key is damaged.
[[nodiscard]] std::size_t prefix_bytes_of(std::string_view key);

// How many of the alias rows that `batch` puts give a number a second case (or third). Sorts the batch.
[[nodiscard]] Result<std::uint64_t> count_second_owners(store::RowBatch& batch, const store::View& view);

}  // namespace docket::projections::aliases
