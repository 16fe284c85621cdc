#include "connectors/local/home.h"

#include <chrono>
#include <iostream>
#include <random>

#include "connectors/local/schemas.h"
#include "engine/ledger/block_codec.h"
#include "engine/ledger/genesis.h"
#include "projections/crash_point.h"

namespace docket::local {
namespace {

[[noreturn]] void die(const std::string& what) {
  std::cerr << "docket: " << what << "; nobody can know what is on the disk: the process ends, start it again\n";
  std::abort();
}

}  // namespace

model::Instant wall_clock() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string new_ledger_id() {
  constexpr const char* kAlphabet = "abcdefghijkmnpqrstuvwxyz23456789";
  std::random_device random;
  std::string id;
  for (int i = 0; i < 20; ++i) id += kAlphabet[random() % 32];
  return id;
}

Result<definition::BundlePtr> compile_office(const std::string& office, const std::string& schemas_folder) {
  auto texts = schema_texts(schemas_folder);
  if (!texts) return texts.error();
  auto compiled = definition::compile(*texts, office);
  if (!compiled.ok())
    return Error{ErrorCode::kInvalid, "office " + office + " does not pass the check:\n" + findings_text(compiled.diagnostics), false};
  return compiled.bundle;
}

Status create_keys(const std::filesystem::path& data) {
  std::error_code error;
  std::filesystem::create_directories(data, error);
  if (error) return Error{ErrorCode::kInvalid, "can't make folder " + data.string() + ": " + error.message(), false};
  if (std::filesystem::exists(data / "keys", error)) return {};
  return embedded::FileKeyStore::create(data);
}

Status create_home(const std::filesystem::path& data, const std::string& office, const std::string& schemas_folder) {
  std::error_code error;
  if (std::filesystem::exists(data / kKafkaFile, error))
    return Error{ErrorCode::kConflict, data.string() + " belongs to a ledger on Kafka; give another folder", false};
  const auto bundle = compile_office(office, schemas_folder);
  if (!bundle) return bundle.error();
  embedded::NewLedger ledger;
  ledger.id = new_ledger_id();
  ledger.bundles.emplace_back((*bundle)->id, texts_to_json((*bundle)->texts));
  for (int partition = 0; partition < model::kPartitions; ++partition) {
    ledger::Genesis genesis;
    genesis.ledger = ledger.id;
    genesis.partition = partition;
    genesis.bundle = (*bundle)->id;
    ledger.genesis.push_back(ledger::encode_block(ledger::genesis_block(genesis, wall_clock())));
  }
  // Keys first: a ledger without its keys could never seal.
  if (auto made = create_keys(data); !made) return made;
  DOCKET_CRASH_POINT("create.keys_made");
  return embedded::EmbeddedStore::create(data, ledger);
}

Result<definition::BundlePtr> compile_stored(const std::string& id, const std::string& texts_json) {
  const auto texts = texts_from_json(texts_json);
  if (!texts) return texts.error();
  if (definition::bundle_id(*texts) != id)
    return Error{ErrorCode::kCorrupt, "the stored bundle is not the one that the ledger names", false};
  std::string office;
  for (const auto& [path, content] : *texts) {
    if (path.rfind("offices/", 0) == 0) office = path.substr(8, path.size() - 8 - 5);
  }
  auto compiled = definition::compile(*texts, office);
  if (!compiled.ok())
    return Error{ErrorCode::kConflict, "this program can't compile the ledger's bundle:\n" + findings_text(compiled.diagnostics), false};
  return compiled.bundle;
}

Status open_parts(Home& home, const std::filesystem::path& ledger_folder, bool synced) {
  embedded::EmbeddedOptions options;
  options.on_fatal = die;
  options.synced = synced;
  auto ledger = embedded::EmbeddedStore::open(ledger_folder, options);
  if (!ledger) return ledger.error();
  home.ledger = std::move(*ledger);
  auto keys = embedded::FileKeyStore::open(home.data, die);
  if (!keys) return keys.error();
  home.keys = std::move(*keys);
  const auto first = home.ledger->block_at(0, 0);
  if (!first) return first.error().with_context("reading the genesis");
  const auto block = ledger::decode_block(first->value);
  if (!block) return block.error();
  const auto genesis = ledger::parse_genesis(block->records.front());
  if (!genesis) return genesis.error();
  const auto text = home.ledger->bundle(genesis->bundle);
  if (!text) return text.error();
  if (!*text) return Error{ErrorCode::kCorrupt, "the ledger names bundle " + genesis->bundle + ", which its store lacks", false};
  auto bundle = compile_stored(genesis->bundle, **text);
  if (!bundle) return bundle.error();
  home.bundle = std::move(*bundle);
  return {};
}

Result<Home> open_home(const std::filesystem::path& data) {
  std::error_code error;
  if (std::filesystem::exists(data / kKafkaFile, error))
    return Error{ErrorCode::kConflict,
                 data.string() + " belongs to a ledger on Kafka: serve, ledger verify and ledger copy take --ledger kafka --brokers " +
                     "HOST:PORT,...; an import goes through a server (--server)",
                 false};
  Home home;
  home.data = data;
  if (auto opened = open_parts(home, data, true); !opened) return opened.error();
  return home;
}

Result<Home> open_home_or_copy(const std::filesystem::path& data) {
  std::error_code error;
  if (!std::filesystem::exists(data / kKafkaFile, error)) return open_home(data);
  Home home;
  home.data = data;
  auto lock = embedded::FolderLock::take(data);
  if (!lock) return lock.error();
  home.held = std::make_shared<embedded::FolderLock>(std::move(*lock));
  if (auto opened = open_parts(home, data / kCopyFolder, false); !opened) return opened.error();
  return home;
}

}  // namespace docket::local
