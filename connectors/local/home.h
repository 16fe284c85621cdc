// A data folder of the embedded home: ledger, keys, projections. Opened whole by serve, verify and the store commands.
// Thread rule: one thread opens and closes it. Ownership: the Home owns what it opened.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "connectors/embedded/embedded_store.h"
#include "connectors/embedded/file_key_store.h"
#include "engine/definition/bundle.h"
#include "engine/model/result.h"

namespace docket::local {

struct Home {
  std::filesystem::path data;
  std::shared_ptr<embedded::EmbeddedStore> ledger;
  std::shared_ptr<embedded::FileKeyStore> keys;
  definition::BundlePtr bundle;
};

// Makes DATA with a ledger of that office, whole or not at all. The findings of the checker, if any, come as the error's text.
[[nodiscard]] Status create_home(const std::filesystem::path& data, const std::string& office, const std::string& schemas_folder);
// Opens what create_home made; the bundle is the one that the ledger names.
[[nodiscard]] Result<Home> open_home(const std::filesystem::path& data);

[[nodiscard]] model::Instant wall_clock();

}  // namespace docket::local
