// A data folder whose ledger is on Kafka: keys, projections, the local copy of the ledger, and the file that says which ledger it is.
//
// Thread rule: one thread opens and closes it. Ownership: the Home owns what it opened.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "connectors/kafka/kafka_ledger.h"
#include "connectors/kafka/topic_plan.h"
#include "connectors/local/home.h"
#include "connectors/local/kafka_options.h"

namespace docket::local {

inline constexpr int kPatienceMs = 30'000;  // with brokers that don't answer

struct KafkaPlace {
  kafka::Settings settings;
  kafka::TopicNames names;
  kafka::Accepted accepted;
};

// For messages: "partition 3 of office.ledger".
inline std::string name_of(int partition, const KafkaPlace& place) {
  return "partition " + std::to_string(partition) + " of " + place.names.ledger;
}

// The options, checked; nothing connects. kInvalid names the option, the value and what would be right.
[[nodiscard]] Result<KafkaPlace> kafka_place(const KafkaOptions& options);
// kConflict: the topics are not set as a ledger's must be. kUnavailable: no broker answers.
[[nodiscard]] Status check_topics(const KafkaPlace& place);
// The topics PREFIX.intake.* that are there. kConflict: one of them has another number of partitions than the ledger.
[[nodiscard]] Result<std::vector<std::string>> find_intake_topics(const KafkaPlace& place);
// A port that waits for what it is asked; for commands.
[[nodiscard]] std::unique_ptr<kafka::KafkaLedger> patient_port(const KafkaPlace& place);

struct KafkaGenesis {
  std::string ledger;
  std::string bundle;
  std::string block;  // bytes
};
// The first message of a partition. kNotFound: it has none. kCorrupt: it isn't a genesis of that partition.
[[nodiscard]] Result<KafkaGenesis> read_genesis(kafka::KafkaLedger& port, int partition);
// The bundle's text from PREFIX.config. kNotFound: it isn't there.
[[nodiscard]] Result<std::string> read_bundle(const KafkaPlace& place, const std::string& id);

// kConflict: DATA/kafka.json names another ledger or topic. kNotFound: there is none.
[[nodiscard]] Status check_belongs(const std::filesystem::path& data, const std::string& ledger, const KafkaPlace& place);

// Makes the ledger on topics that are empty, and DATA with its keys. What was killed half way goes on when it is given again.
[[nodiscard]] Status create_kafka_home(const std::filesystem::path& data, const std::string& office, const std::string& schemas_folder,
                                       const KafkaPlace& place);
// Opens DATA (one with keys alone takes up the ledger that the topics hold), checks the local copy's end against the topic and copies
// the rest. kCorrupt: the topic is not the one that was copied.
// `node`: this node's name among those that share the ledger.
[[nodiscard]] Result<Home> open_kafka_home(const std::filesystem::path& data, const KafkaPlace& place, const std::string& node);

}  // namespace docket::local
