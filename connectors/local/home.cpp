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

std::string random_id() {
  constexpr const char* kAlphabet = "abcdefghijkmnpqrstuvwxyz23456789";
  std::random_device random;
  std::string id;
  for (int i = 0; i < 20; ++i) id += kAlphabet[random() % 32];
  return id;
}

[[noreturn]] void die(const std::string& what) {
  std::cerr << "docket: " << what << "; nobody can know what is on the disk: the process ends, start it again\n";
  std::abort();
}

}  // namespace

model::Instant wall_clock() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

Status create_home(const std::filesystem::path& data, const std::string& office, const std::string& schemas_folder) {
  auto texts = schema_texts(schemas_folder);
  if (!texts) return texts.error();
  const auto compiled = definition::compile(*texts, office);
  if (!compiled.ok())
    return Error{ErrorCode::kInvalid, "office " + office + " does not pass the check:\n" + findings_text(compiled.diagnostics), false};
  std::error_code error;
  std::filesystem::create_directories(data, error);
  if (error) return Error{ErrorCode::kInvalid, "can't make folder " + data.string() + ": " + error.message(), false};
  embedded::NewLedger ledger;
  ledger.id = random_id();
  ledger.bundles.emplace_back(compiled.bundle->id, texts_to_json(compiled.bundle->texts));
  for (int partition = 0; partition < model::kPartitions; ++partition) {
    ledger::Genesis genesis;
    genesis.ledger = ledger.id;
    genesis.partition = partition;
    genesis.bundle = compiled.bundle->id;
    ledger.genesis.push_back(ledger::encode_block(ledger::genesis_block(genesis, wall_clock())));
  }
  // Keys first: a ledger without its keys could never seal.
  if (!std::filesystem::exists(data / "keys", error)) {
    if (auto made = embedded::FileKeyStore::create(data); !made) return made;
  }
  DOCKET_CRASH_POINT("create.keys_made");
  return embedded::EmbeddedStore::create(data, ledger);
}

Result<Home> open_home(const std::filesystem::path& data) {
  Home home;
  home.data = data;
  embedded::EmbeddedOptions options;
  options.on_fatal = die;
  auto ledger = embedded::EmbeddedStore::open(data, options);
  if (!ledger) return ledger.error();
  home.ledger = std::move(*ledger);
  auto keys = embedded::FileKeyStore::open(data, die);
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
  const auto texts = texts_from_json(**text);
  if (!texts) return texts.error();
  if (definition::bundle_id(*texts) != genesis->bundle)
    return Error{ErrorCode::kCorrupt, "the stored bundle is not the one that the ledger names", false};
  std::string office;
  for (const auto& [path, content] : *texts) {
    if (path.rfind("offices/", 0) == 0) office = path.substr(8, path.size() - 8 - 5);
  }
  auto compiled = definition::compile(*texts, office);
  if (!compiled.ok())
    return Error{ErrorCode::kConflict, "this program can't compile the ledger's bundle:\n" + findings_text(compiled.diagnostics), false};
  home.bundle = compiled.bundle;
  return home;
}

}  // namespace docket::local
