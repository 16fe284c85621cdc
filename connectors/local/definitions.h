// The definitions of a data folder's ledger: every bundle that its chains name, what is to decide for new cases, and how that changes.
// Thread rule: a Definitions from any thread; the functions from one.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "connectors/embedded/embedded_store.h"
#include "connectors/local/schemas.h"
#include "connectors/node/activations.h"
#include "engine/definition/bundle_source.h"
#include "engine/definition/compile.h"

namespace docket::local {

// The bundles in a ledger's store, compiled when they are asked for.
class LedgerBundles final : public definition::BundleSource {
 public:
  explicit LedgerBundles(std::shared_ptr<embedded::EmbeddedStore> ledger) : ledger_(std::move(ledger)) {}

  [[nodiscard]] Result<definition::BundlePtr> find(std::string_view id) override;
  // All that the store has, in the order of their ids.
  [[nodiscard]] Result<std::vector<definition::BundlePtr>> all();
  // One that is compiled already.
  void add(const definition::BundlePtr& bundle);

 private:
  std::shared_ptr<embedded::EmbeddedStore> ledger_;
  std::mutex mutex_;  // guards known_
  std::map<std::string, definition::BundlePtr, std::less<>> known_;
};

// Compiles what a store holds under that id. kCorrupt: it is another. kConflict: this program can't compile it.
[[nodiscard]] Result<definition::BundlePtr> compile_stored(const std::string& text, std::string_view id);

struct Definitions {
  std::shared_ptr<LedgerBundles> bundles;
  std::shared_ptr<node::Activations> activations;
  // Makes a bundle's text and then its activation durable where all that share the ledger find them, and tells of it. kConflict: another
  // activation took that number meanwhile.
  std::function<Status(const std::string& text, const ledger::Activation& activation)> publish;
};

// Of an embedded ledger whose genesis names `first`.
[[nodiscard]] Result<Definitions> open_definitions(const std::shared_ptr<embedded::EmbeddedStore>& ledger,
                                                   const definition::BundlePtr& first);

// What is to decide for new cases. The errors are those of BundleSource::find().
[[nodiscard]] Result<definition::BundlePtr> deciding(const Definitions& definitions);

struct Activated {
  ledger::Activation activation;
  bool already = false;  // it decides by now, and nothing was written
};
// kInvalid: the bundle is of another office or type prefix than the ledger.
[[nodiscard]] Status may_activate(const definition::Bundle& deciding, const definition::Bundle& bundle);
// Figures stand under a metric's name and version, its dimensions and exclusions under their places: one that keeps its version may only
// get more of them behind those that any definitions of the ledger gave it. kInvalid names the metric and what would be right.
[[nodiscard]] Status keeps_places(const Definitions& definitions, const definition::Bundle& bundle);
// The errors are those of may_activate(), keeps_places() and Definitions::publish.
[[nodiscard]] Result<Activated> activate(const Definitions& definitions, const definition::BundlePtr& bundle, const std::string& by);

// What the definitions that this program brings say otherwise than those that decide, for whoever starts it; "" if nothing, or if it brings
// none of that office.
[[nodiscard]] std::string shipped_otherwise(const Definitions& definitions);

// Of the files of kinds and metrics that say something else, those that keep their version: what that comes to, a line each.
[[nodiscard]] std::string kept_versions(const definition::Bundle& from, const definition::Bundle& to);

// What cases that are still open under definitions of the ledger would open in vain when `bundle` decides: a line for each link.
[[nodiscard]] Result<std::string> refused_later(const Definitions& definitions, const definition::Bundle& bundle);

// The files that differ between two bundles, a line each: "  + kinds/x.yaml", "  - ...", "  ~ ...".
[[nodiscard]] std::string differing_files(const Texts& from, const Texts& to);

}  // namespace docket::local
