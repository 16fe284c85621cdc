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

Status create_home(const std::filesystem::path& data, const definition::Bundle& bundle) {
  std::error_code error;
  std::filesystem::create_directories(data, error);
  if (error) return Error{ErrorCode::kInternal, "can't make folder " + data.string() + ": " + error.message(), false};
  // Held for keys and ledger together: of two at once, one would take away the keys that the other just made.
  const auto lock = embedded::FolderLock::take(data);
  if (!lock) return lock.error();
  if (std::filesystem::exists(data / "ledger", error)) return Error{ErrorCode::kConflict, data.string() + " holds a ledger already"};
  embedded::NewLedger ledger;
  ledger.id = random_id();
  ledger.bundles.emplace_back(bundle.id, texts_to_json(bundle.texts));
  for (int partition = 0; partition < model::kPartitions; ++partition) {
    ledger::Genesis genesis;
    genesis.ledger = ledger.id;
    genesis.partition = partition;
    genesis.bundle = bundle.id;
    ledger.genesis.push_back(ledger::encode_block(ledger::genesis_block(genesis, wall_clock())));
  }
  // Keys first: a ledger without its keys could never seal.
  if (!std::filesystem::exists(data / "keys", error)) {
    if (auto made = embedded::FileKeyStore::create(data); !made) return made;
  }
  DOCKET_CRASH_POINT("create.keys_made");
  return embedded::EmbeddedStore::create(*lock, data, ledger);
}

Result<LedgerAlone> open_ledger(const std::filesystem::path& data) {
  LedgerAlone out;
  embedded::EmbeddedOptions options;
  options.on_fatal = die;
  auto ledger = embedded::EmbeddedStore::open(data, options);
  if (!ledger) return ledger.error();
  out.ledger = std::move(*ledger);
  const auto first = out.ledger->block_at(0, 0);
  if (!first) return first.error().with_context("reading the genesis");
  const auto block = ledger::decode_block(first->value);
  if (!block) return block.error();
  const auto genesis = ledger::parse_genesis(block->records.front());
  if (!genesis) return genesis.error();
  out.bundle = genesis->bundle;
  const auto text = out.ledger->bundle(out.bundle);
  if (!text) return text.error();
  if (!*text) return Error{ErrorCode::kCorrupt, "the ledger names bundle " + out.bundle + ", which its store lacks", false};
  auto texts = texts_from_json(**text);
  if (!texts) return texts.error();
  if (definition::bundle_id(*texts) != out.bundle)
    return Error{ErrorCode::kCorrupt, "the stored bundle is not the one that the ledger names", false};
  out.texts = std::move(*texts);
  return out;
}

Result<std::shared_ptr<embedded::FileKeyStore>> open_keys(const std::filesystem::path& data) {
  std::error_code error;
  if (!std::filesystem::exists(data / "keys", error)) {
    return Error{ErrorCode::kNotFound, "no keys in " + data.string() +
                                           ": a ledger is served only with the keys that it was written with; bring them to " +
                                           (data / "keys").string()};
  }
  auto keys = embedded::FileKeyStore::open(data, die);
  if (!keys) return keys.error();
  return std::shared_ptr<embedded::FileKeyStore>(std::move(*keys));
}

Result<Home> open_home(const std::filesystem::path& data) {
  auto alone = open_ledger(data);
  if (!alone) return alone.error();
  Home home;
  home.data = data;
  home.ledger = std::move(alone->ledger);
  auto keys = open_keys(data);
  if (!keys) return keys.error();
  home.keys = std::move(*keys);
  std::string office;
  for (const auto& [path, content] : alone->texts) {
    if (path.rfind("offices/", 0) == 0) office = path.substr(8, path.size() - 8 - 5);
  }
  auto compiled = definition::compile(alone->texts, office);
  if (!compiled.ok())
    return Error{ErrorCode::kConflict, "this program can't compile the ledger's bundle:\n" + findings_text(compiled.diagnostics), false};
  home.bundle = compiled.bundle;
  return home;
}

}  // namespace docket::local
