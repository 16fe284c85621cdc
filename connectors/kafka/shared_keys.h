// The keys of private values where several nodes share a ledger: each node's own key store, and the topic PREFIX.keys, by which every
// node's store comes to hold every key (ledger.md section 11). A row on the topic is wrapped by the nodes' master, which no broker sees.
// A key is acknowledged on the topic before the first record that uses it.
//
// Thread rule: any thread, after start(). Ownership: shares the file store.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/embedded/file_key_store.h"
#include "connectors/kafka/table_topic.h"

namespace docket::kafka {

class SharedKeys final : public ledger::KeyStore {
 public:
  SharedKeys(std::shared_ptr<embedded::FileKeyStore> files, const Settings& settings, const std::string& topic, const std::string& node);

  // Takes over what the topic holds, and puts there what only this node has. kConflict: the topic's keys are of another master.
  [[nodiscard]] Status start(int patience_ms);
  // All keys that others had made durable before the call are here.
  [[nodiscard]] Status catch_up(int patience_ms);

  [[nodiscard]] Result<ledger::KeyRow> case_key(std::string_view case_id) override { return files_->case_key(case_id); }
  [[nodiscard]] Result<ledger::KeyRow> parking_key(std::int32_t day) override { return files_->parking_key(day); }
  // One that isn't here may be on its way.
  [[nodiscard]] std::optional<ledger::SealKey> find(std::string_view key_id) override;
  // Of all keys that this node knows of; one that another node makes meanwhile is not the case's in any valid block.
  [[nodiscard]] Result<std::vector<std::string>> retire_case(std::string_view case_id) override { return files_->retire_case(case_id); }
  // Here; each node does it by the same record. The topic's rows follow with destroy().
  [[nodiscard]] Status erase(std::string_view case_id, const std::vector<std::string>& key_ids, model::Instant recorded) override {
    return files_->erase(case_id, key_ids, recorded);
  }
  [[nodiscard]] ledger::KeyFate fate(std::string_view key_id) const override { return files_->fate(key_id); }
  // FileKeyStore::destroy(), after the topic's rows of the same keys are taken back. kUnavailable: they are not, all of them; call it
  // again.
  [[nodiscard]] Status destroy(model::Instant now, model::Day parking_from);
  [[nodiscard]] Status sync() override;
  [[nodiscard]] const ledger::SealKey& tag_key() const override { return files_->tag_key(); }
  [[nodiscard]] const ledger::SealKey& signing_seed() const override { return files_->signing_seed(); }

 private:
  void take(const std::vector<TableTopic::Row>& rows);
  [[nodiscard]] Status put_waiting();

  const std::shared_ptr<embedded::FileKeyStore> files_;
  const std::string topic_;
  std::mutex sync_mutex_;                       // guards waiting_
  std::vector<embedded::WrappedRow> waiting_;   // durable here, not yet on the topic
  std::mutex mutex_;                            // guards those below
  std::string refused_;                         // why a row of the topic can't be taken
  std::optional<embedded::RowTable> on_topic_;  // the ids seen there, until start() is done
  std::atomic<std::int64_t> looked_ms_{0};      // when a key that isn't here was last looked for
  TableTopic table_;                            // goes first: its thread calls take()
};

}  // namespace docket::kafka
