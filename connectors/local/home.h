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
#include "connectors/local/definitions.h"
#include "connectors/local/metric_log.h"
#include "connectors/local/schemas.h"
#include "connectors/node/clock_check.h"
#include "engine/definition/bundle.h"
#include "engine/ledger/intake_port.h"
#include "engine/model/result.h"

namespace docket::node {
class Node;
class ReadModel;
}  // namespace docket::node

namespace docket::local {

// What runs beside a node; it writes on after the node has stopped, until stop() returns.
class Beside {
 public:
  virtual ~Beside() = default;
  virtual void stop() = 0;
  // A line of signed heads, to be told.
  virtual void tell_heads(const std::string& /*line*/) {}
};

struct Home {
  std::filesystem::path data;
  std::shared_ptr<embedded::EmbeddedStore> ledger;
  std::shared_ptr<embedded::FileKeyStore> keys;
  definition::BundlePtr bundle;  // that the genesis names
  Definitions definitions;
  std::shared_ptr<MetricLog> metric_log;
  // Of a ledger that lives elsewhere, of which `ledger` is the local copy (kafka_home.h): what writes and reads it there, its blocks with
  // their offsets there, and the risks that its operator has taken.
  std::function<std::unique_ptr<ledger::Port>()> port;
  std::function<Result<ledger::Stored>(int partition, ledger::Height height)> block_at;
  std::vector<std::string> risks;
  // Topics that upstream systems publish to, and a port to them for each worker.
  std::vector<std::string> intake_topics;
  std::function<std::unique_ptr<ledger::IntakePort>()> intake;
  // Begins to write the output topics of what the node owns; before it starts. Null: there are no such topics.
  std::function<std::unique_ptr<Beside>(node::Node& node, const node::ReadModel& store)> outputs;
  node::CheckClock check_clock;
  // The keys as a running node uses them, if others have them too, and how it gets those that others made.
  std::shared_ptr<ledger::KeyStore> shared_keys;
  std::function<Status()> catch_up_keys;
  // Of such keys: as FileKeyStore::destroy(), and their rows elsewhere too. Null: those of `keys` are all.
  std::function<Status(model::Instant now, model::Day parking_from)> destroy_keys;
  std::string keys_topic;                      // "": there is none
  std::vector<std::shared_ptr<void>> watches;  // of what is there against the copy, and of the clocks
  std::shared_ptr<void> held;                  // what keeps other processes from DATA, beside the ledger's own lock
};

// The name of the file by which a data folder says which ledger on Kafka it belongs to, and of the folder with the local copy.
inline constexpr const char* kKafkaFile = "kafka.json";
inline constexpr const char* kCopyFolder = "copy";

// Makes DATA with a ledger of that bundle, whole or not at all. kConflict: there is one, or another process holds DATA.
[[nodiscard]] Status create_home(const std::filesystem::path& data, const definition::Bundle& bundle);
// The ledger alone with the definitions that its genesis names: what checking and copying need, without its keys.
struct LedgerAlone {
  std::shared_ptr<embedded::EmbeddedStore> ledger;
  std::string bundle;  // of the genesis: its id
  std::string text;    // as it is stored
};
[[nodiscard]] Result<LedgerAlone> open_ledger(const std::filesystem::path& data);
// The keys of a folder whose ledger is open. kNotFound: it has none.
[[nodiscard]] Result<std::shared_ptr<embedded::FileKeyStore>> open_keys(const std::filesystem::path& data);
// Opens what create_home made.
[[nodiscard]] Result<Home> open_home(const std::filesystem::path& data);
// The same, and of a folder whose ledger is on Kafka what its local copy holds: to be read, and the projections to be made of it.
[[nodiscard]] Result<Home> open_home_or_copy(const std::filesystem::path& data);

// Parts of the above. Keys for a folder that has none yet.
[[nodiscard]] Status create_keys(const std::filesystem::path& data);
// The ledger's store and the keys of a home, with the bundle that the store's genesis names.
[[nodiscard]] Status open_parts(Home& home, const std::filesystem::path& ledger_folder, bool synced);
[[nodiscard]] std::string new_ledger_id();

[[nodiscard]] model::Instant wall_clock();

}  // namespace docket::local
