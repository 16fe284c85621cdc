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
  const model::Instant now =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
#ifdef DOCKET_CRASH_POINTS
  return now + crash::clock_offset_ms();
#else
  return now;
#endif
}

std::string new_ledger_id() {
  constexpr const char* kAlphabet = "abcdefghijkmnpqrstuvwxyz23456789";
  std::random_device random;
  std::string id;
  for (int i = 0; i < 20; ++i) id += kAlphabet[random() % 32];
  return id;
}

Status create_keys(const std::filesystem::path& data) {
  std::error_code error;
  std::filesystem::create_directories(data, error);
  if (error) return Error{ErrorCode::kInternal, "can't make folder " + data.string() + ": " + error.message(), false};
  if (std::filesystem::exists(data / "keys", error)) return {};
  return embedded::FileKeyStore::create(data);
}

Status create_home(const std::filesystem::path& data, const definition::Bundle& bundle) {
  std::error_code error;
  std::filesystem::create_directories(data, error);
  if (error) return Error{ErrorCode::kInternal, "can't make folder " + data.string() + ": " + error.message(), false};
  // Held for keys and ledger together: of two at once, one would take away the keys that the other just made.
  const auto lock = embedded::FolderLock::take(data);
  if (!lock) return lock.error();
  if (std::filesystem::exists(data / "ledger", error)) return Error{ErrorCode::kConflict, data.string() + " holds a ledger already"};
  if (std::filesystem::exists(data / kKafkaFile, error))
    return Error{ErrorCode::kConflict, data.string() + " belongs to a ledger on Kafka; give another folder", false};
  embedded::NewLedger ledger;
  ledger.id = new_ledger_id();
  ledger.bundles.emplace_back(bundle.id, texts_to_json(bundle.texts));
  for (int partition = 0; partition < model::kPartitions; ++partition) {
    ledger::Genesis genesis;
    genesis.ledger = ledger.id;
    genesis.partition = partition;
    genesis.bundle = bundle.id;
    ledger.genesis.push_back(ledger::encode_block(ledger::genesis_block(genesis, wall_clock())));
  }
  // Keys first: a ledger without its keys could never seal.
  if (auto made = create_keys(data); !made) return made;
  DOCKET_CRASH_POINT("create.keys_made");
  return embedded::EmbeddedStore::create(*lock, data, ledger);
}

namespace {

Result<LedgerAlone> open_store(const std::filesystem::path& folder, bool synced) {
  LedgerAlone out;
  embedded::EmbeddedOptions options;
  options.on_fatal = die;
  options.synced = synced;
  auto ledger = embedded::EmbeddedStore::open(folder, options);
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
  out.text = **text;
  return out;
}

Status not_on_kafka(const std::filesystem::path& data) {
  std::error_code error;
  if (!std::filesystem::exists(data / kKafkaFile, error)) return {};
  return Error{ErrorCode::kConflict,
               data.string() + " belongs to a ledger on Kafka: serve, ledger verify and ledger copy take --ledger kafka --brokers " +
                   "HOST:PORT,...; an import goes through a server (--server)",
               false};
}

}  // namespace

Result<LedgerAlone> open_ledger(const std::filesystem::path& data) {
  if (auto good = not_on_kafka(data); !good) return good.error();
  return open_store(data, true);
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

Status open_parts(Home& home, const std::filesystem::path& ledger_folder, bool synced) {
  auto alone = open_store(ledger_folder, synced);
  if (!alone) return alone.error();
  home.ledger = std::move(alone->ledger);
  auto keys = open_keys(home.data);
  if (!keys) return keys.error();
  home.keys = std::move(*keys);
  auto first = compile_stored(alone->text, alone->bundle);
  if (!first) return first.error();
  home.bundle = std::move(*first);
  auto definitions = open_definitions(home.ledger, home.bundle);
  if (!definitions) return definitions.error();
  home.definitions = std::move(*definitions);
  home.metric_log = std::make_shared<MetricLog>(home.ledger);
  return {};
}

Result<Home> open_home(const std::filesystem::path& data) {
  if (auto good = not_on_kafka(data); !good) return good.error();
  Home home;
  home.data = data;
  if (auto opened = open_parts(home, data, true); !opened) return opened.error();
  return home;
}

Result<Home> open_home_or_copy(const std::filesystem::path& data) {
  if (not_on_kafka(data).ok()) return open_home(data);
  Home home;
  home.data = data;
  auto lock = embedded::FolderLock::take(data);
  if (!lock) return lock.error();
  home.held = std::make_shared<embedded::FolderLock>(std::move(*lock));
  if (auto opened = open_parts(home, data / kCopyFolder, false); !opened) return opened.error();
  return home;
}

}  // namespace docket::local
