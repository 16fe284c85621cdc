// Reactions over the three layers: a newer one knows the higher numbers.
#include <algorithm>

#include "projections/impl.h"

namespace docket::projections {

partition::ReactionNumbers Projections::reaction_numbers(int partition) const {
  const auto& state = impl_->partition(partition);
  partition::ReactionNumbers out;
  const std::shared_lock lock(state.mutex);
  if (auto read = reactions::read_numbers(*state.view, partition, out); !read.ok()) impl_->note_failure(read.error());
  for (const Layer* layer : {state.frozen.get(), static_cast<const Layer*>(state.active.get())}) {
    if (layer == nullptr) continue;
    for (const auto& row : layer->reactions) out.sent[static_cast<std::size_t>(row.to)] = row.number;
    for (const auto& [from, number] : layer->received) out.received[static_cast<std::size_t>(from)] = number;
  }
  return out;
}

std::optional<partition::ReactionCause> Projections::reaction_cause(int partition, int to, std::uint64_t number) const {
  const auto& state = impl_->partition(partition);
  const std::shared_lock lock(state.mutex);
  for (const Layer* layer : {static_cast<const Layer*>(state.active.get()), state.frozen.get()}) {
    if (layer == nullptr) continue;
    const auto row =
        std::find_if(layer->reactions.begin(), layer->reactions.end(), [&](const auto& r) { return r.to == to && r.number == number; });
    if (row != layer->reactions.end()) return row->cause;
  }
  auto stored = reactions::read_cause(*state.view, partition, to, number);
  if (stored.ok()) return *stored;
  impl_->note_failure(stored.error());
  return std::nullopt;
}

}  // namespace docket::projections
