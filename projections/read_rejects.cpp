// The refusals of a partition, the newest first, over the three layers: each holds heights of its own.
#include "projections/impl.h"

namespace docket::projections {

Result<std::vector<RejectRow>> Projections::rejected(int partition, model::Height end, std::size_t limit) const {
  const auto& state = impl_->partition(partition);
  std::vector<RejectRow> out;
  const auto add = [&](const std::vector<RejectRow>& rows) {
    for (auto row = rows.rbegin(); row != rows.rend() && out.size() < limit; ++row) {
      if (row->height < end) out.push_back(*row);
    }
  };
  Below below;
  {
    const std::shared_lock lock(state.mutex);
    add(state.active->rejects);
    below = state.below();
  }
  if (below.frozen) add(below.frozen->rejects);
  if (auto read = rejects::read_rejects(*below.view, partition, end, limit, out); !read.ok()) return read.error();
  return out;
}

}  // namespace docket::projections
