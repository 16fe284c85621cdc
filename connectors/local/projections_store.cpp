#include "connectors/local/projections_store.h"

#include <algorithm>
#include <set>
#include <stdexcept>

namespace docket::local {
namespace {

// A read that fails is a damaged store: the request fails with the reason, nothing is answered from half of the rows.
template <typename T>
T value_or_throw(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

node::AliasConflict answered(projections::AliasConflict&& one) {
  return {std::move(one.kind), std::move(one.alias), std::move(one.values), std::move(one.cases)};
}

node::GroupSums group_sums(const projections::metrics::Totals& totals) { return {totals.begin(), totals.end()}; }

}  // namespace

node::GroupSums ProjectionsStore::sums(const definition::Bundle& bundle, const node::CellQuery& query) const {
  const auto& metric = bundle.metrics[query.metric];
  projections::CellQuery cells;
  cells.metric = metric.name;
  cells.version = metric.version;
  cells.by = query.by;
  cells.start = query.from;
  cells.end = query.to;
  cells.at_day = query.at_day;
  cells.known_day = query.known_day;
  return group_sums(value_or_throw(projections_->cells(cells)));
}

node::GroupSums ProjectionsStore::stock(const definition::Bundle& bundle, std::uint16_t index, std::uint8_t by, model::Day day,
                                        std::optional<model::Day> known_day) const {
  const auto& metric = bundle.metrics[index];
  projections::PrefixQuery prefix;
  prefix.metric = metric.name;
  prefix.version = metric.version;
  prefix.by = by;
  prefix.day = day;
  prefix.known_day = known_day;
  return group_sums(value_or_throw(projections_->prefix(prefix)));
}

std::vector<std::string> ProjectionsStore::anchored(const definition::Bundle& bundle, model::KindId kind, std::uint8_t anchor,
                                                    model::Day from, model::Day to) const {
  std::vector<std::string> out;
  if (from >= to) return out;
  for (auto& owner : value_or_throw(projections_->anchored(bundle, kind, anchor, from, to - 1))) out.push_back(std::move(owner.case_id));
  return out;
}

std::vector<std::string> ProjectionsStore::due_between(model::Instant after, model::Instant until) const {
  constexpr std::size_t kPage = 1000;
  std::set<std::string> out;
  for (int partition = 0; partition < model::kPartitions; ++partition) {
    model::Instant from = after + 1;
    while (true) {
      const auto rows = value_or_throw(projections_->due(partition, from, until, kPage));
      for (const auto& row : rows) {
        if (row.row.what == projections::clocks::ClockRow::What::kDue && row.state != nullptr) out.insert(row.state->id);
      }
      if (rows.size() < kPage) break;
      from = std::max(from + 1, rows.back().row.at);
    }
  }
  return {out.begin(), out.end()};
}

std::vector<std::string> ProjectionsStore::list(const definition::Bundle& bundle, model::KindId kind,
                                                const std::vector<node::ListFilter>& filters, const std::string& after,
                                                std::size_t limit) const {
  std::vector<std::string> out;
  projections::ListQuery query;
  query.kind = bundle.kinds[kind].name;
  for (const auto& filter : filters) query.conditions.push_back({filter.name, filter.values});
  query.after = after;
  while (out.size() < limit) {
    query.limit = limit - out.size();
    auto page = value_or_throw(projections_->list(query));
    for (const auto& state : page.cases) out.push_back(state->id);
    if (page.next.empty()) break;
    query.after = page.next;
  }
  return out;
}

std::vector<std::string> ProjectionsStore::by_alias(const definition::Bundle& bundle, model::KindId kind, const std::string& value) const {
  std::set<std::string> out;
  for (const auto& attribute : bundle.kinds[kind].scopes[0].attributes) {
    if (attribute.alias.size() != 1) continue;
    for (auto& owner : value_or_throw(projections_->find_alias(bundle.kinds[kind].name, attribute.name, {value})))
      out.insert(std::move(owner.case_id));
  }
  return {out.begin(), out.end()};
}

node::ConflictPage ProjectionsStore::conflicts(const std::string& after, std::size_t limit) const {
  auto page = value_or_throw(projections_->conflicts(after, limit));
  node::ConflictPage out{{}, std::move(page.next), page.complete};
  for (auto& one : page.conflicts) out.conflicts.push_back(answered(std::move(one)));
  return out;
}

std::vector<node::AliasConflict> ProjectionsStore::conflicts_of(const definition::Bundle& bundle, const model::CaseState& state) const {
  std::vector<node::AliasConflict> out;
  for (auto& one : value_or_throw(projections_->conflicts_of(bundle, state))) out.push_back(answered(std::move(one)));
  return out;
}

std::vector<node::RejectAt> ProjectionsStore::rejected(int partition, model::Height end, std::size_t limit) const {
  std::vector<node::RejectAt> out;
  for (auto& row : value_or_throw(projections_->rejected(partition, end, limit)))
    out.push_back({row.height, row.recorded, row.code, std::move(row.source)});
  return out;
}

ledger::Position ProjectionsStore::position(int partition) const {
  return projections_->heads()[static_cast<std::size_t>(partition)].position;
}

node::ProjectionStore::Standing ProjectionsStore::standing(int partition) const {
  const auto heights = value_or_throw(projections_->heights());
  const auto& head = heights[static_cast<std::size_t>(partition)];
  Standing standing{head.position, head.term, head.recorded == model::kNoInstant ? 0 : head.recorded, head.activation};
  standing.position.partition = partition;
  return standing;
}

std::string ProjectionsStore::metrics_text() const {
  std::string out = "# TYPE docket_storage_bytes gauge\n";
  for (std::size_t i = 0; i < projections::store::kFamilies; ++i) {
    const auto family = static_cast<projections::store::Family>(i);
    out += "docket_storage_bytes{column_family=\"" + std::string(projections::store::kFamilyNames[i]) + "\"} " +
           std::to_string(projections_->stored_bytes(family)) + "\n";
  }
  out += "# TYPE docket_layer_bytes gauge\ndocket_layer_bytes " + std::to_string(projections_->memory_bytes()) + "\n";
  out += "# TYPE docket_alias_conflicts_total counter\ndocket_alias_conflicts_total " + std::to_string(projections_->alarms()) + "\n";
  return out;
}

std::uint64_t ProjectionsStore::digest(int partition) const {
  std::uint64_t sum = 0;
  for (const auto one : value_or_throw(projections_->digest(partition))) sum = sum * 1'000'003 + one;
  return sum;
}

}  // namespace docket::local
