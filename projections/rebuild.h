// A store built from nothing beside the live one, from the blocks of the chain, with larger layers. swap_store() and undo_swap() in
// store/current.h put it to use and take that back; the digests of both say whether they are equal.
// Thread rule: one caller; the live store may be in use meanwhile.
#pragma once

#include <functional>
#include <limits>
#include <optional>
#include <string>

#include "engine/model/result.h"
#include "projections/projections.h"

namespace docket::projections {

// The next block of any partition, in chain order of each; nullopt at the end.
using NextBlock = std::function<Result<std::optional<partition::AppliedBlock>>()>;

inline constexpr FreezeLimits kBulkLimits{400'000, 256U << 20U, std::numeric_limits<std::int64_t>::max()};

class BulkWriter final : public partition::Sink {
 public:
  // Into a fresh store in options.folder; its name is name().
  [[nodiscard]] static Result<std::unique_ptr<BulkWriter>> open(Options options);
  void apply(partition::AppliedBlock&& block) override;
  [[nodiscard]] Status finish();
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] Projections& projections() { return *projections_; }

 private:
  BulkWriter(std::string name, std::unique_ptr<Projections> projections) : name_(std::move(name)), projections_(std::move(projections)) {}

  std::string name_;
  std::unique_ptr<Projections> projections_;
  std::size_t events_ = 0;
  Status failure_;
};

// The name of the new store.
[[nodiscard]] Result<std::string> rebuild(Options options, const NextBlock& next);

}  // namespace docket::projections
