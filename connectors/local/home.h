// A data folder of the embedded home: ledger, keys, projections. Opened whole by serve, verify and the store commands.
// Thread rule: one thread opens and closes it. Ownership: the Home owns what it opened.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "connectors/embedded/embedded_store.h"
#include "connectors/embedded/file_key_store.h"
#include "connectors/local/schemas.h"
#include "engine/definition/bundle.h"
#include "engine/model/result.h"

namespace docket::local {

struct Home {
  std::filesystem::path data;
  std::shared_ptr<embedded::EmbeddedStore> ledger;
  std::shared_ptr<embedded::FileKeyStore> keys;
  definition::BundlePtr bundle;
};

// Makes DATA with a ledger of that bundle, whole or not at all. kConflict: there is one, or another process holds DATA.
[[nodiscard]] Status create_home(const std::filesystem::path& data, const definition::Bundle& bundle);
// The ledger alone with the definitions that it names: what checking and copying need, without its keys.
struct LedgerAlone {
  std::shared_ptr<embedded::EmbeddedStore> ledger;
  std::string bundle;  // its id
  Texts texts;
};
[[nodiscard]] Result<LedgerAlone> open_ledger(const std::filesystem::path& data);
// The keys of a folder whose ledger is open. kNotFound: it has none.
[[nodiscard]] Result<std::shared_ptr<embedded::FileKeyStore>> open_keys(const std::filesystem::path& data);
// Opens what create_home made; the bundle is the one that the ledger names.
[[nodiscard]] Result<Home> open_home(const std::filesystem::path& data);

[[nodiscard]] model::Instant wall_clock();

}  // namespace docket::local
