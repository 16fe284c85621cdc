// How the topics of a ledger must be set so that what was acknowledged stays (ledger.md section 10), and what is wrong with those that are
// there. Thread rule: free functions over values.
#pragma once

#include <string>
#include <vector>

#include "connectors/kafka/admin.h"

namespace docket::kafka {

// Risks that the operator has taken by name.
struct Accepted {
  bool one_copy = false;               // fewer than three copies of a record: to try Docket out
  bool loss_on_power_failure = false;  // records are acknowledged before they are on a disk
};

struct TopicNames {
  std::string ledger;
  std::string config;
  std::string keys;    // of private values, wrapped
  std::string nodes;   // that share the ledger
  std::string intake;  // PREFIX.intake. before the name of each intake topic
  // What Docket tells (ledger.md section 10).
  std::string verdicts;
  std::string cases;
  std::string metrics;
  std::string heads;
};
// PREFIX.ledger and so on. kInvalid: not a topic name.
[[nodiscard]] Result<TopicNames> topic_names(const std::string& prefix);

// The topics as `docket topics apply` makes them.
[[nodiscard]] NewTopic ledger_topic(const TopicNames& names, const Accepted& accepted);
[[nodiscard]] NewTopic config_topic(const TopicNames& names, const Accepted& accepted);
[[nodiscard]] NewTopic keys_topic(const TopicNames& names, const Accepted& accepted);
[[nodiscard]] NewTopic nodes_topic(const TopicNames& names, const Accepted& accepted);
// All of the above, without which no ledger is served.
[[nodiscard]] std::vector<NewTopic> needed_topics(const TopicNames& names, const Accepted& accepted);
// What upstream systems publish to, one each or shared: NAME of small letters, digits and '-', joined by dots. kInvalid: it isn't.
[[nodiscard]] Result<NewTopic> intake_topic(const TopicNames& names, const std::string& name, const Accepted& accepted);

// What Docket writes to, for whoever reads: each may be left out.
[[nodiscard]] std::vector<NewTopic> output_topics(const TopicNames& names, const Accepted& accepted);

struct Finding {
  std::string topic;
  std::string setting;  // "topic", "partitions", "replication" or the setting's name
  std::string is;       // "" there is none
  std::string wanted;   // as it would be set
  std::string why;
  bool can_be_set = false;  // by `docket topics apply`
};
// What is not as `wanted` says, or not safer.
[[nodiscard]] std::vector<Finding> judge(const NewTopic& wanted, const TopicState& state);
// The risks that these topics run, in sentences, for /readyz and the log.
[[nodiscard]] std::vector<std::string> risks(const Accepted& accepted);
// What else would help, from a broker's settings.
[[nodiscard]] std::vector<std::string> advice(const std::map<std::string, std::string>& broker);

}  // namespace docket::kafka
