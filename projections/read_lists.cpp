// Lists, aliases, due clocks and anchors: rows of the layers laid over rows of the store, in the order of their keys.
#include <algorithm>
#include <set>
#include <utility>

#include "projections/anchors/anchor_rows.h"
#include "projections/impl.h"
#include "projections/listings/listing_rows.h"

namespace docket::projections {
namespace {

using listings::IdStreamPtr;

constexpr std::size_t kLooksPerRow = 20;  // candidates that a page may turn down for each row it could hold
constexpr std::size_t kLooksMin = 1000;

// The values of a condition that a partition has a filter for, with what its layers say about them.
struct Source {
  listings::FilterValue of;
  listings::Overlay newer;
};

IdStreamPtr condition_stream(const store::View& view, int partition, std::vector<Source> sources, std::optional<model::Day> day) {
  std::vector<IdStreamPtr> streams;
  for (auto& source : sources) streams.push_back(listings::stream_of(view, partition, source.of, std::move(source.newer), day));
  return listings::any_of(std::move(streams));
}

// The cases of one partition that stand under all conditions of the query by their rows; null: this partition has none of them.
IdStreamPtr partition_stream(const PartitionState& state, const ListQuery& query) {
  std::vector<listings::Condition> conditions = query.conditions;
  if (conditions.empty()) conditions.push_back({std::string(meta::kFilterAll), {std::string{}}});
  std::vector<std::vector<Source>> sources;
  Below below;
  {
    const std::shared_lock lock(state.mutex);
    below = state.below();
    for (const auto& condition : conditions) {
      const auto filter = state.names.find(meta::filter_name(query.kind, condition.filter));
      if (!filter) return nullptr;
      std::set<std::string> values(condition.values.begin(), condition.values.end());
      sources.emplace_back();
      for (const auto& value : values) {
        Source source{{*filter, value}, {}};
        listings::overlay(source.newer, state.active->listings.find(source.of), query.known_day);
        sources.back().push_back(std::move(source));
      }
    }
  }
  std::vector<IdStreamPtr> streams;
  for (auto& condition : sources) {
    for (auto& source : condition) {
      if (below.frozen) listings::overlay(source.newer, below.frozen->listings.find(source.of), query.known_day);
    }
    streams.push_back(condition_stream(*below.view, state.number, std::move(condition), query.known_day));
  }
  return listings::all_of(std::move(streams));
}

struct Running {
  int partition = 0;
  IdStreamPtr ids;
};

std::vector<aliases::Owner> sorted_owners(std::vector<aliases::Owner> owners) {
  std::sort(owners.begin(), owners.end());
  owners.erase(std::unique(owners.begin(), owners.end()), owners.end());
  return owners;
}

}  // namespace

Result<ListPage> Projections::list(const ListQuery& query) const {
  std::vector<Running> streams;
  const std::string first = query.after.empty() ? std::string{} : query.after + '\0';
  for (const auto& state : impl_->partitions) {
    auto ids = partition_stream(*state, query);
    if (!ids) continue;
    if (ids->seek(first)) {
      streams.push_back({state->number, std::move(ids)});
    } else if (auto status = ids->status(); !status.ok()) {
      return status.error();
    }
  }
  ListPage page;
  std::size_t looks = std::max(kLooksMin, query.limit * kLooksPerRow);
  while (!streams.empty()) {
    const auto least =
        std::min_element(streams.begin(), streams.end(), [](const Running& a, const Running& b) { return a.ids->id() < b.ids->id(); });
    if (page.cases.size() >= query.limit || looks == 0) return page;  // `next` is the last one looked at: there are more
    const std::string id = least->ids->id();
    auto state = read_state(impl_->partition(least->partition), id);
    if (!state.ok()) return state.error();
    --looks;
    page.next = id;
    if (*state) {
      const auto bundle = impl_->options.bundles ? impl_->options.bundles((*state)->bundle) : nullptr;
      const bool holds =
          bundle && (query.known_day || listings::matches(*bundle, **state, query.conditions)) && (!query.also || query.also(**state));
      if (holds) page.cases.push_back(std::move(*state));
    }
    if (!least->ids->seek(id + '\0')) {
      if (auto status = least->ids->status(); !status.ok()) return status.error();
      streams.erase(least);
    }
  }
  page.next.clear();
  return page;
}

Result<std::vector<aliases::Owner>> Projections::find_alias(std::string_view kind, std::string_view alias,
                                                            const std::vector<std::string>& values) const {
  const std::string prefix = aliases::alias_prefix(kind, alias, values);
  std::vector<aliases::Owner> owners;
  for (const auto& state : impl_->partitions) {
    std::map<std::string, bool> newer;
    const auto add = [&](const Layer& layer) {
      for (auto it = layer.aliases.lower_bound(prefix); it != layer.aliases.end() && it->first.starts_with(prefix); ++it) newer.insert(*it);
    };
    Below below;
    {
      const std::shared_lock lock(state->mutex);
      add(*state->active);
      below = state->below();
    }
    if (below.frozen) add(*below.frozen);
    const std::string own = codec::KeyWriter().bytes(prefix).u8(static_cast<std::uint8_t>(state->number)).str();
    const auto cursor = below.view->cursor(store::Family::kAliases, own, codec::after_prefix(own));
    for (; cursor->valid(); cursor->next()) newer.emplace(cursor->key(), true);
    if (auto status = cursor->status(); !status.ok()) return status.error();
    for (const auto& [key, there] : newer) {
      if (there) owners.push_back(aliases::owner_of(key, prefix.size()));
    }
  }
  return sorted_owners(std::move(owners));
}

Result<ConflictPage> Projections::conflicts(std::string_view after, std::size_t limit) const {
  if (impl_->watch) return impl_->watch->page(after, limit);
  return ConflictPage{};
}

Result<std::vector<AliasConflict>> Projections::conflicts_of(const definition::Bundle& bundle, const model::CaseState& state) const {
  const auto prefixes = aliases::alias_prefixes(bundle, state);
  const auto owners = owners_of(*impl_, prefixes);
  if (!owners.ok()) return owners.error();
  std::vector<AliasConflict> out;
  for (std::size_t i = 0; i < prefixes.size(); ++i) {
    if ((*owners)[i].size() < 2) continue;
    auto conflict = conflict_at(*impl_, prefixes[i], (*owners)[i]);
    if (!conflict.ok()) return conflict.error();
    const bool own = std::find(conflict->cases.begin(), conflict->cases.end(), state.id) != conflict->cases.end();
    if (own && conflict->cases.size() > 1) out.push_back(std::move(*conflict));
  }
  return out;
}

Result<std::vector<DueRow>> Projections::due(int partition, model::Instant from, model::Instant to, std::size_t limit) const {
  const auto& state = impl_->partition(partition);
  std::set<std::pair<model::Instant, std::string>> candidates;
  const auto add = [&](const Layer& layer) {
    for (const auto& [case_id, entry] : layer.cases) {
      for (const auto at : clocks::clock_instants(entry.state.get())) {
        if (at >= from && at <= to) candidates.emplace(at, case_id);
      }
    }
  };
  Below below;
  {
    const std::shared_lock lock(state.mutex);
    add(*state.active);
    below = state.below();
  }
  if (below.frozen) add(*below.frozen);

  const std::string end = to == model::kForever ? codec::KeyWriter(partition + 1).str() : codec::KeyWriter(partition).i64(to + 1).str();
  const auto cursor = below.view->cursor(store::Family::kClocks, codec::KeyWriter(partition).i64(from).str(), end);
  std::vector<DueRow> rows;
  while (rows.size() < limit) {
    if (cursor->valid()) {
      codec::KeyReader key(cursor->key().substr(1));
      const model::Instant at = key.i64();
      candidates.emplace(at, key.text());
      cursor->next();
      // Take what is surely next: nothing the cursor has yet to give is less.
      if (cursor->valid() && candidates.size() < limit) continue;
    }
    if (auto status = cursor->status(); !status.ok()) return status.error();
    if (candidates.empty()) {
      if (!cursor->valid()) break;
      continue;
    }
    const auto [at, case_id] = *candidates.begin();
    candidates.erase(candidates.begin());
    auto found = read_state(state, case_id);
    if (!found.ok()) return found.error();
    if (!*found) continue;
    for (const auto& row : clocks::clock_rows(**found)) {
      if (row.at == at) rows.push_back({row, partition, *found});
    }
  }
  return rows;
}

Result<std::vector<aliases::Owner>> Projections::anchored(const definition::Bundle& bundle, model::KindId kind, std::uint8_t anchor,
                                                          model::Day from, model::Day to) const {
  std::vector<aliases::Owner> owners;
  const auto all = measure::anchors_of(bundle, kind);
  if (anchor >= all.size()) return owners;
  const std::string name = meta::anchor_name(bundle.kinds[kind], all[anchor]);
  for (const auto& state : impl_->partitions) {
    Below below;
    std::optional<meta::Number> number;
    const auto add = [&](const Layer& layer) {
      for (const auto& [case_id, entry] : layer.cases) {
        const auto at = std::lower_bound(entry.anchors.begin(), entry.anchors.end(), AnchorAt{*number, from});
        if (at != entry.anchors.end() && at->anchor == *number && at->day <= to) owners.push_back({state->number, case_id});
      }
    };
    {
      const std::shared_lock lock(state->mutex);
      number = state->names.find(name);
      if (!number) continue;
      add(*state->active);
      below = state->below();
    }
    if (below.frozen) add(*below.frozen);
    const auto cursor = below.view->cursor(store::Family::kAnchors, anchors::day_key(state->number, *number, from),
                                           anchors::day_key(state->number, *number, to + 1));
    for (; cursor->valid(); cursor->next()) {
      codec::KeyReader key(cursor->key().substr(7));  // partition, anchor, day
      owners.push_back({state->number, key.text()});
    }
    if (auto status = cursor->status(); !status.ok()) return status.error();
  }
  return sorted_owners(std::move(owners));
}

}  // namespace docket::projections
