#include "projections/write_back.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "engine/apply/attention.h"
#include "projections/anchors/anchor_rows.h"
#include "projections/clocks/clock_rows.h"
#include "projections/identities/identity_rows.h"
#include "projections/listings/listing_rows.h"
#include "projections/metrics/roll_up.h"
#include "projections/parked/parked_rows.h"
#include "projections/reactions/reaction_rows.h"

namespace docket::projections {
namespace {

using store::Family;

store::RowBatch& of(store::Batches& batches, Family family) { return batches[store::index_of(family)]; }

// What changed between two sets of instants, as rows without a value.
void put_instants(const std::vector<model::Instant>& old, const std::vector<model::Instant>& now, const std::string& case_id, int partition,
                  store::RowBatch& batch) {
  std::vector<model::Instant> moved;
  std::set_difference(old.begin(), old.end(), now.begin(), now.end(), std::back_inserter(moved));
  for (const auto at : moved) batch.erase(clocks::clock_key(partition, at, case_id));
  moved.clear();
  std::set_difference(now.begin(), now.end(), old.begin(), old.end(), std::back_inserter(moved));
  for (const auto at : moved) batch.put(clocks::clock_key(partition, at, case_id), {});
}

void put_cases(const Layer& layer, int partition, store::Batches& batches) {
  for (const auto& [case_id, entry] : layer.cases) {
    of(batches, Family::kCases).put(cases::case_key(partition, case_id), cases::encode_case({entry.state, entry.tail}));
    for (const auto& chunk : entry.chunks) {
      of(batches, Family::kHistory).put(history::chunk_key(partition, case_id, chunk.number), chunk.bytes);
    }
    for (const auto& at : entry.anchors) of(batches, Family::kAnchors).put(anchors::anchor_key(partition, at, case_id), {});
    put_instants(clocks::clock_instants(entry.base.get()), clocks::clock_instants(entry.state.get()), case_id, partition,
                 of(batches, Family::kClocks));
    put_instants(apply::want_instants(entry.base.get()), apply::want_instants(entry.state.get()), case_id, partition,
                 of(batches, Family::kAttention));
  }
}

}  // namespace

Status collect_rows(const Layer& layer, int partition, const store::View& view, store::Batches& batches) {
  put_cases(layer, partition, batches);
  identities::put_identities(layer, partition, of(batches, Family::kIdentities));
  parked::put_parked(layer, partition, of(batches, Family::kParked));
  reactions::put_reactions(layer.reactions, layer.received, partition, of(batches, Family::kReactions));
  rejects::put_rejects(layer.rejects, partition, of(batches, Family::kRejects));
  for (const auto& [key, there] : layer.aliases) {
    if (there) {
      of(batches, Family::kAliases).put(key, {});
    } else {
      of(batches, Family::kAliases).erase(key);
    }
  }
  listings::put_listings(layer.listings, partition, of(batches, Family::kListings));
  for (const auto& [metric, row] : layer.restatements) {
    of(batches, Family::kRestatements).put(metrics::restatement_key(partition, metric, row), metrics::encode_restatement(row));
  }
  if (auto done = metrics::roll_up(layer, partition, view, batches); !done.ok()) return done;
  meta::put_names(of(batches, Family::kMeta), partition, layer.names);
  meta::put_quarantine(of(batches, Family::kMeta), partition, layer.quarantine);
  if (layer.head) meta::put_head(of(batches, Family::kMeta), *layer.head);
  return {};
}

void leave_figures(store::Batches& batches) {
  for (const Family family :
       {Family::kIdentities, Family::kParked, Family::kAliases, Family::kListings, Family::kClocks, Family::kAttention, Family::kRejects})
    of(batches, family).clear();
}

}  // namespace docket::projections
