// The one place that picks implementations: a Node over the embedded home and the RocksDB projections.
#pragma once

#include <functional>
#include <memory>

#include "connectors/local/home.h"
#include "connectors/node/node.h"
#include "projections/projections.h"

namespace docket::local {

// As the projections ask for bundles.
[[nodiscard]] projections::BundleLookup lookup_in(const std::shared_ptr<definition::BundleSource>& bundles);
// The projections of a data folder, in `folder` (usually data/projections); `on_conflict`: see projections::Options.
[[nodiscard]] Result<std::shared_ptr<node::ProjectionStore>> open_projections(
    const std::filesystem::path& folder, const std::shared_ptr<definition::BundleSource>& bundles, int workers,
    const std::function<void(const projections::AliasConflict&)>& on_conflict = {});
// `more`: what else the parts need.
[[nodiscard]] std::unique_ptr<node::Node> make_node(const Home& home, std::shared_ptr<node::ProjectionStore> store, int workers,
                                                    const std::function<void(node::NodeParts& parts)>& more = {});

}  // namespace docket::local
