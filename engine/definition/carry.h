// A metric of one bundle said in the ids of another, so that cases that were opened with that one are measured by it too
// (docs/decisions/0021-backfill.md). The case stays as its own definitions fold it; what the metric counts, weighs and bounds is what its
// definitions say. Thread rule: free functions over immutable input.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/definition/bundle.h"
#include "engine/model/result.h"

namespace docket::definition {

struct Carried {
  BundlePtr from;  // has it
  std::string name;
  std::uint16_t version = 1;
};

// Where a bundle has a metric of that name and version, its own or a carried one.
[[nodiscard]] std::optional<std::uint16_t> find_metric(const Bundle& bundle, std::string_view name, std::uint16_t version);

// `to` with those metrics that it lacks, behind its own; the same bundle if it lacks none. Its id stays: events and cases are read by it as
// before. A metric whose kind it lacks is left out: it has no cases to count. kInvalid names what else it lacks, and which metric asks for
// it.
[[nodiscard]] Result<BundlePtr> carry(const BundlePtr& to, const std::vector<Carried>& metrics);

// The same, and what can't be said there is left out: of definitions that came after the backfill, which nothing may stop.
[[nodiscard]] BundlePtr carry_what_fits(const BundlePtr& to, const std::vector<Carried>& metrics);

// Whether a metric's contributions can be carried: of `combine` and `complement` there are none, they are computed from others.
[[nodiscard]] bool has_contributions(const MetricDef& metric);

// A bundle whose metric `name` answers as that version of it; it has both. For reading only: what its cases contribute isn't changed.
void answer_as(Bundle& bundle, std::string_view name, std::uint16_t version);

}  // namespace docket::definition
