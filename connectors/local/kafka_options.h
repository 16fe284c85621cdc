// What the commands that reach a ledger on Kafka are given. Plain values, so that a build without Kafka knows them too.
// Thread rule: plain values.
#pragma once

#include <string>
#include <vector>

namespace docket::local {

struct KafkaOptions {
  std::string ledger = "embedded";  // or kafka
  std::string brokers;              // HOST:PORT,...
  std::string topics = "docket";    // PREFIX.ledger, PREFIX.config, PREFIX.keys, PREFIX.nodes, PREFIX.intake.*
  std::vector<std::string> intake;  // names of intake topics to plan or make
  bool without_outputs = false;     // neither plan nor make the topics that Docket tells in
  std::vector<std::string> config;  // NAME=VALUE of librdkafka
  std::string node;                 // its name among nodes that share the ledger; "": it is the only one
  std::string advertise;            // where they reach it, HOST:PORT; "": where it listens
  bool accept_one_copy = false;
  bool accept_loss_on_power_failure = false;
  [[nodiscard]] bool on_kafka() const { return ledger == "kafka"; }
};

}  // namespace docket::local
