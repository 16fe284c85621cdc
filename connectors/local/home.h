// A data folder of the embedded home: ledger, keys, projections. Opened whole by serve, verify and the store commands.
// Thread rule: one thread opens and closes it. Ownership: the Home owns what it opened.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

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
  // Of a ledger that lives elsewhere, of which `ledger` is the local copy (kafka_home.h): what writes and reads it there, its blocks with
  // their offsets there, and the risks that its operator has taken.
  std::function<std::unique_ptr<ledger::Port>()> port;
  std::function<Result<ledger::Stored>(int partition, ledger::Height height)> block_at;
  std::vector<std::string> risks;
  std::shared_ptr<void> watch;  // of what is there against the copy
  std::shared_ptr<void> held;   // what keeps other processes from DATA, beside the ledger's own lock
};

// The name of the file by which a data folder says which ledger on Kafka it belongs to, and of the folder with the local copy.
inline constexpr const char* kKafkaFile = "kafka.json";
inline constexpr const char* kCopyFolder = "copy";

// Makes DATA with a ledger of that office, whole or not at all. The findings of the checker, if any, come as the error's text.
[[nodiscard]] Status create_home(const std::filesystem::path& data, const std::string& office, const std::string& schemas_folder);
// Opens what create_home made; the bundle is the one that the ledger names.
[[nodiscard]] Result<Home> open_home(const std::filesystem::path& data);
// The same, and of a folder whose ledger is on Kafka what its local copy holds: to be read, and the projections to be made of it.
[[nodiscard]] Result<Home> open_home_or_copy(const std::filesystem::path& data);

// Parts of the above. The office's definitions, compiled; the findings of the checker come as the error's text.
[[nodiscard]] Result<definition::BundlePtr> compile_office(const std::string& office, const std::string& schemas_folder);
// The bundle whose texts these are, if they are the ones that the id names.
[[nodiscard]] Result<definition::BundlePtr> compile_stored(const std::string& id, const std::string& texts_json);
[[nodiscard]] Status create_keys(const std::filesystem::path& data);
// The ledger's store and the keys of a home, with the bundle that the store's genesis names.
[[nodiscard]] Status open_parts(Home& home, const std::filesystem::path& ledger_folder, bool synced);
[[nodiscard]] std::string new_ledger_id();

[[nodiscard]] model::Instant wall_clock();

}  // namespace docket::local
