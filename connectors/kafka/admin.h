// What a topic is and how it is set, asked of the brokers and told to them. Commands use it; nothing that runs all day does.
// Thread rule: one thread's; each call waits, `patience_ms` at most. Ownership: the admin holds its client.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "connectors/kafka/client.h"

namespace docket::kafka {

struct TopicState {
  bool there = false;
  int partitions = 0;
  int led = 0;                                // partitions that have a leader
  int replication = 0;                        // of the partition that has least
  std::map<std::string, std::string> config;  // in force
  std::map<std::string, std::string> own;     // of these, set for this topic
};

struct NewTopic {
  std::string name;
  int partitions = 1;
  int replication = 1;
  std::vector<std::pair<std::string, std::string>> config;
};

class Admin {
 public:
  [[nodiscard]] static Result<Admin> make(const Settings& settings, int patience_ms = 30'000);

  // Names of the topics that begin so, sorted.
  [[nodiscard]] Result<std::vector<std::string>> topics_with(const std::string& prefix);
  [[nodiscard]] Result<TopicState> describe(const std::string& topic);
  // The settings of one of the brokers.
  [[nodiscard]] Result<std::map<std::string, std::string>> broker_config();
  // Until every broker that can be reached knows of it and its partitions have leaders.
  [[nodiscard]] Status create(const NewTopic& topic);
  // Those settings, beside the others that the topic has of its own.
  [[nodiscard]] Status alter(const std::string& topic, const std::map<std::string, std::string>& config);

 private:
  Admin(Client client, Settings settings, int patience_ms)
      : settings_(std::move(settings)), patience_ms_(patience_ms), client_(std::move(client)) {}
  struct Resource;
  [[nodiscard]] Result<Resource> resource(rd_kafka_ResourceType_t type, const std::string& name);

  [[nodiscard]] bool known_everywhere(const NewTopic& topic);

  Settings settings_;
  int patience_ms_;
  Client client_;
};

}  // namespace docket::kafka
