// The definitions of a ledger that several nodes share, and what was decided about its metrics: bundles, activations and decisions in
// PREFIX.config, which every node takes into the store of its local copy (ledger.md section 8). A bundle's text stands before its
// activation; of two activations, or two decisions, of one number the first counts.
//
// Thread rule: any thread, after start(); `hear` is called on a thread of its own. Ownership: shares the store.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "connectors/embedded/embedded_store.h"
#include "connectors/kafka/table_topic.h"
#include "engine/ledger/activation.h"

namespace docket::kafka {

class SharedBundles {
 public:
  using Hear = std::function<void(const ledger::Activation& activation)>;
  using Decide = std::function<Status(std::uint64_t number, const std::string& text)>;  // null: decisions are passed over
  using Tell = std::function<void(const std::string& what)>;                            // of what can't be taken
  SharedBundles(std::shared_ptr<embedded::EmbeddedStore> store, const Settings& settings, const std::string& topic, const std::string& node,
                Hear hear, Decide decide, Tell tell);

  // Returns when all that the topic held is taken.
  [[nodiscard]] Status start(int patience_ms);
  // On the brokers, and taken here, when this returns. kConflict: another activation has that number.
  [[nodiscard]] Status publish(const std::string& text, const ledger::Activation& activation, int patience_ms);
  // The same of a decision about metrics.
  [[nodiscard]] Status decide(std::uint64_t number, const std::string& text, int patience_ms);

 private:
  void take(const std::vector<TableTopic::Row>& rows);
  [[nodiscard]] Status take_row(const TableTopic::Row& row);
  [[nodiscard]] Status take_decision(const TableTopic::Row& row);

  const std::shared_ptr<embedded::EmbeddedStore> store_;
  const std::string topic_;
  const std::string node_;
  const Hear hear_;
  const Decide decide_;
  const Tell tell_;
  std::mutex mutex_;                                       // guards those below
  std::map<std::uint64_t, ledger::Activation> by_number_;  // the first of each
  std::map<std::uint64_t, std::string> decisions_;         // the text of the first of each
  std::string refused_;                                    // why a row can't be taken
  TableTopic table_;                                       // goes first: its thread calls take()
};

}  // namespace docket::kafka
