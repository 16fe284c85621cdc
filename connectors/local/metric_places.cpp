// What a metric may change within one version: nothing that would give the figures that it has another meaning by their place.
#include <algorithm>

#include "connectors/local/definitions.h"

namespace docket::local {
namespace {

template <typename Row>
std::string names_text(const std::vector<Row>& rows) {
  std::string out;
  for (const auto& row : rows) out += (out.empty() ? "" : ", ") + row.name;
  return "[" + out + "]";
}

template <typename Row>
Status places_kept(const definition::MetricDef& metric, const char* what, const std::vector<Row>& was, const std::vector<Row>& is) {
  const auto shared = std::min(was.size(), is.size());
  for (std::size_t i = 0; i < shared; ++i) {
    if (was[i].name == is[i].name) continue;
    return Error{ErrorCode::kInvalid, "metric " + metric.name + " is version " + std::to_string(metric.version) + " still, and its " +
                                          what + " were " + names_text(was) + " and would be " + names_text(is) +
                                          ": its figures stand by their places, so put new ones last, or give it version " +
                                          std::to_string(metric.version + 1)};
  }
  return {};
}

// What a dimension reads, by names.
std::string read_text(const definition::Bundle& bundle, const definition::MetricDef& metric, const definition::FieldRef& ref) {
  using Kind = definition::FieldRef::Kind;
  const auto& kind = bundle.kinds[metric.kind];
  const auto& scope = kind.scopes[ref.scope];
  std::string out = std::to_string(static_cast<int>(ref.kind)) + " " + scope.name + " " + std::to_string(static_cast<int>(ref.select)) +
                    " " + std::to_string(ref.round) + " ";
  if (ref.kind == Kind::kAttribute || ref.kind == Kind::kEach) return out + scope.attributes[ref.id].name;
  if (ref.kind == Kind::kClockHolder) return out + scope.clocks[ref.id].name;
  return ref.kind == Kind::kEventHour ? out + kind.events[ref.id].name : out;
}

// Cells of one version hold one kind of number, by dimensions that read one thing each.
Status shape_kept(const definition::Bundle& before, const definition::MetricDef& was, const definition::Bundle& after,
                  const definition::MetricDef& is) {
  const auto refused = [&](const std::string& what) {
    return Error{ErrorCode::kInvalid,
                 "metric " + is.name + " is version " + std::to_string(is.version) + " still, and " + what +
                     ": figures of one version add up, so give it version " + std::to_string(is.version + 1),
                 false};
  };
  if (was.measure != is.measure || was.in_thousandths != is.in_thousandths) return refused("what it measures is of another sort");
  for (std::size_t i = 0; i < std::min(was.by.size(), is.by.size()); ++i) {
    if (read_text(before, was, was.by[i].field) != read_text(after, is, is.by[i].field))
      return refused("its dimension " + is.by[i].name + " would read something else");
  }
  return {};
}

}  // namespace

Status keeps_places(const Definitions& definitions, const definition::Bundle& bundle) {
  const auto all = definitions.bundles->all();
  if (!all) return all.error();
  for (const auto& was : *all) {
    for (const auto& metric : bundle.metrics) {
      const auto* same = definition::find_name(was->metric_ids, metric.name);
      if (same == nullptr || was->metrics[*same].version != metric.version) continue;
      if (auto kept = places_kept(metric, "dimensions", was->metrics[*same].by, metric.by); !kept) return kept;
      if (auto kept = places_kept(metric, "exclusions", was->metrics[*same].except, metric.except); !kept) return kept;
      if (auto kept = shape_kept(*was, was->metrics[*same], bundle, metric); !kept) return kept;
    }
  }
  return {};
}

}  // namespace docket::local
