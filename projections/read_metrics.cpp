// Figures: the totals of the store, and what the layers add to them.
#include <algorithm>

#include "projections/codec/key.h"
#include "projections/impl.h"
#include "projections/metrics/read_cells.h"

namespace docket::projections {
namespace {

Result<metrics::Totals> sum_partitions(const Projections::Impl& impl, const std::string& name, metrics::CellSpan span) {
  metrics::Totals totals;
  if (span.at_day && span.known_day) return Error{ErrorCode::kInvalid, "figures on both axes at once are folded from the cases", false};
  for (const auto& state : impl.partitions) {
    Below below;
    {
      const std::shared_lock lock(state->mutex);
      const auto number = state->names.find(name);
      if (!number) continue;
      span.metric = *number;
      metrics::add_layer(*state->active, span, totals);
      below = state->below();
    }
    if (below.frozen) metrics::add_layer(*below.frozen, span, totals);
    if (auto done = metrics::add_stored(*below.view, state->number, span, totals); !done.ok()) return done.error();
  }
  return totals;
}

}  // namespace

Result<metrics::Totals> Projections::cells(const CellQuery& query) const {
  metrics::CellSpan span;
  span.by = query.by;
  span.start = std::max(query.start, metrics::kFirstDay + 1);
  span.end = query.end;
  span.group = query.group;
  span.at_day = query.at_day;
  span.known_day = query.known_day;
  return sum_partitions(*impl_, meta::metric_name(query.metric, query.version), span);
}

Result<metrics::Totals> Projections::prefix(const PrefixQuery& query) const {
  metrics::CellSpan span;
  span.by = query.by;
  span.end = query.day + 1;
  span.group = query.group;
  span.at_day = query.at_day;
  span.known_day = query.known_day;
  return sum_partitions(*impl_, meta::metric_name(query.metric, query.version), span);
}

Result<std::vector<RestatementRow>> Projections::restatements(std::string_view metric, std::uint16_t version, model::Day month) const {
  std::vector<RestatementRow> rows;
  const std::string name = meta::metric_name(metric, version);
  const model::Day first = metrics::month_start(month);
  for (const auto& state : impl_->partitions) {
    std::vector<RestatementRow> newest;
    const auto add = [&](const Layer& layer, meta::Number number) {
      for (const auto& [of, row] : layer.restatements) {
        if (of == number && row.month == first) newest.push_back({state->number, row});
      }
    };
    Below below;
    std::optional<meta::Number> number;
    {
      const std::shared_lock lock(state->mutex);
      number = state->names.find(name);
      if (!number) continue;
      below = state->below();
      if (below.frozen) add(*below.frozen, *number);
      add(*state->active, *number);
    }
    const std::string prefix = metrics::restatement_prefix(state->number, *number, first);
    const auto cursor = below.view->cursor(store::Family::kRestatements, prefix, codec::after_prefix(prefix));
    for (; cursor->valid(); cursor->next()) {
      const auto payload = cursor->payload();
      if (auto status = cursor->status(); !status.ok()) return status.error();
      auto row = metrics::decode_restatement(first, cursor->key().substr(prefix.size()), payload);
      if (!row.ok()) return row.error();
      rows.push_back({state->number, std::move(*row)});
    }
    if (auto status = cursor->status(); !status.ok()) return status.error();
    rows.insert(rows.end(), newest.begin(), newest.end());
  }
  return rows;
}

}  // namespace docket::projections
