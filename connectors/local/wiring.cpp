#include "connectors/local/wiring.h"

#include "connectors/local/backup_list.h"
#include "connectors/local/projections_store.h"
#include "projections/crash_point.h"

namespace docket::local {

projections::BundleLookup lookup_in(const std::shared_ptr<definition::BundleSource>& bundles) {
  return [bundles](std::string_view id) {
    auto found = bundles->find(id);
    return found ? std::move(*found) : definition::BundlePtr();
  };
}

Result<std::shared_ptr<node::ProjectionStore>> open_projections(const std::filesystem::path& folder,
                                                                const std::shared_ptr<definition::BundleSource>& bundles, int workers,
                                                                const std::function<void(const projections::AliasConflict&)>& on_conflict) {
  projections::Options options;
  options.folder = folder;
  options.workers.resize(static_cast<std::size_t>(workers));
  for (int partition = 0; partition < model::kPartitions; ++partition) {
    options.workers[static_cast<std::size_t>(partition % workers)].push_back(partition);
  }
#ifdef DOCKET_CRASH_POINTS
  options.limits.events = crash::number("DOCKET_FREEZE_EVENTS", options.limits.events);
#endif
  options.bundles = lookup_in(bundles);
  options.on_conflict = on_conflict;
  auto opened = projections::Projections::open(options);
  if (!opened) return opened.error().with_context("opening the projections in " + folder.string());
  return std::shared_ptr<node::ProjectionStore>(std::make_shared<ProjectionsStore>(std::move(*opened)));
}

std::unique_ptr<node::Node> make_node(const Home& home, std::shared_ptr<node::ProjectionStore> store, int workers,
                                      const std::function<void(node::NodeParts& parts)>& more) {
  node::NodeParts parts;
  parts.bundle = home.bundle;
  parts.bundles = home.definitions.bundles;
  parts.activations = home.definitions.activations;
  parts.ledger_id = home.ledger->ledger_id();
  parts.keys = home.keys;
  if (home.shared_keys) parts.keys = home.shared_keys;
  parts.barriers = static_cast<bool>(home.port);
  parts.store = std::move(store);
  parts.block_at = [ledger = home.ledger](int partition, model::Height height) { return ledger->block_at(partition, height); };
  parts.port = [ledger = home.ledger] { return ledger->port(); };
  if (home.block_at) parts.block_at = home.block_at;
  if (home.port) parts.port = home.port;
  parts.risks = home.risks;
  parts.key_copies = [data = home.data, topic = home.keys_topic](model::Instant erased, model::Instant destroyed) {
    return key_copies(data, topic, erased, destroyed);
  };
  parts.check_clock = home.check_clock;
  parts.intake_topics = home.intake_topics;
  parts.intake = home.intake;
  parts.full = [ledger = home.ledger] { return ledger->full(); };
  parts.clock = wall_clock;
  parts.workers = workers;
  if (more) more(parts);
  return std::make_unique<node::Node>(std::move(parts));
}

}  // namespace docket::local
