#include "connectors/kafka/topic_plan.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstdlib>

#include "engine/model/ids.h"

namespace docket::kafka {
namespace {

constexpr int kReplication = 3;
constexpr std::size_t kTopicNameMax = 249;
constexpr const char* kIntakeRetentionMs = "604800000";  // 7 days: longer than any outage
constexpr const char* kVerdictRetentionMs = "604800000";
constexpr std::size_t kPrefixMax = 200;  // a topic's name has 249 characters at most
constexpr std::int64_t kRetentionLeastMs = 86'400'000;
constexpr const char* kPowerFailure =
    "a leader that is left alone acknowledges records that are in no disk yet, and its power failure takes them: flush each record "
    "(flush.messages=1), or take the risk with --accept-loss-on-power-failure, as where the brokers keep eligible leader replicas "
    "(Kafka 4.0 and newer), which can't be seen from here";

// How a setting that differs may still be right.
enum class May : std::uint8_t { kNot, kBeMore };
struct Rule {
  const char* name;
  May may;
  const char* why;
};
constexpr Rule kRules[] = {
    {"cleanup.policy", May::kNot, "a ledger keeps every block for ever; bundles, keys and nodes are kept by their key"},
    {"retention.ms", May::kNot, "no block may expire"},
    {"retention.bytes", May::kNot, "no block may expire"},
    {"min.insync.replicas", May::kBeMore, "an acknowledged record must be in two copies"},
    {"unclean.leader.election.enable", May::kNot, "a leader that lacks records would make acknowledged ones void"},
    {"message.timestamp.type", May::kNot, "a node's clock is judged by the broker's"},
    {"max.message.bytes", May::kBeMore, "a block of 512 KiB must fit"},
    {"flush.messages", May::kNot, kPowerFailure},
};

std::int64_t number(const std::string& text) { return std::strtoll(text.c_str(), nullptr, 10); }

void set_copies(NewTopic& topic, const Accepted& accepted) {
  topic.replication = accepted.one_copy ? 1 : kReplication;
  topic.config.emplace_back("min.insync.replicas", accepted.one_copy ? "1" : "2");
  topic.config.emplace_back("unclean.leader.election.enable", "false");
  if (!accepted.loss_on_power_failure) topic.config.emplace_back("flush.messages", "1");
}

}  // namespace

Result<TopicNames> topic_names(const std::string& prefix) {
  const bool fits =
      std::all_of(prefix.begin(), prefix.end(), [](unsigned char c) { return std::isalnum(c) != 0 || c == '.' || c == '_' || c == '-'; });
  if (prefix.empty() || prefix.size() > kPrefixMax || !fits)
    return Error{ErrorCode::kInvalid, "--topics takes 1 to 200 letters, digits, '.', '_' or '-', not '" + prefix + "'"};
  return TopicNames{prefix + ".ledger",   prefix + ".config", prefix + ".keys",    prefix + ".nodes", prefix + ".intake.",
                    prefix + ".verdicts", prefix + ".cases",  prefix + ".metrics", prefix + ".heads"};
}

NewTopic ledger_topic(const TopicNames& names, const Accepted& accepted) {
  NewTopic topic{names.ledger, model::kPartitions, 0, {}};
  topic.config = {{"cleanup.policy", "delete"},
                  {"retention.ms", "-1"},
                  {"retention.bytes", "-1"},
                  {"message.timestamp.type", "LogAppendTime"},
                  {"max.message.bytes", "1048588"}};
  set_copies(topic, accepted);
  return topic;
}

namespace {

// One partition, and the last row of each key for ever.
NewTopic table_topic(const std::string& name, const Accepted& accepted) {
  NewTopic topic{name, 1, 0, {}};
  topic.config = {{"cleanup.policy", "compact"}, {"message.timestamp.type", "LogAppendTime"}, {"max.message.bytes", "1048588"}};
  set_copies(topic, accepted);
  return topic;
}

}  // namespace

NewTopic config_topic(const TopicNames& names, const Accepted& accepted) { return table_topic(names.config, accepted); }
NewTopic keys_topic(const TopicNames& names, const Accepted& accepted) { return table_topic(names.keys, accepted); }
NewTopic nodes_topic(const TopicNames& names, const Accepted& accepted) { return table_topic(names.nodes, accepted); }

std::vector<NewTopic> needed_topics(const TopicNames& names, const Accepted& accepted) {
  return {ledger_topic(names, accepted), config_topic(names, accepted), keys_topic(names, accepted), nodes_topic(names, accepted)};
}

Result<NewTopic> intake_topic(const TopicNames& names, const std::string& name, const Accepted& accepted) {
  const bool fits = std::all_of(name.begin(), name.end(),
                                [](unsigned char c) { return std::islower(c) != 0 || std::isdigit(c) != 0 || c == '.' || c == '-'; });
  if (name.empty() || !fits || name.front() == '.' || name.back() == '.' || names.intake.size() + name.size() > kTopicNameMax)
    return Error{ErrorCode::kInvalid, "--intake takes small letters, digits, '-' and '.' between them, not '" + name + "'"};
  NewTopic topic{names.intake + name, model::kPartitions, 0, {}};
  topic.config = {
      {"cleanup.policy", "delete"}, {"retention.ms", kIntakeRetentionMs}, {"retention.bytes", "-1"}, {"max.message.bytes", "1048588"}};
  set_copies(topic, accepted);
  return topic;
}

std::vector<NewTopic> output_topics(const TopicNames& names, const Accepted& accepted) {
  const std::pair<std::string, std::string> largest{"max.message.bytes", "1048588"};
  const std::vector<std::pair<std::string, std::string>> by_key{{"cleanup.policy", "compact"}, largest};
  std::vector<NewTopic> out;
  out.push_back({names.verdicts,
                 model::kPartitions,
                 0,
                 {{"cleanup.policy", "delete"}, {"retention.ms", kVerdictRetentionMs}, {"retention.bytes", "-1"}, largest}});
  out.push_back({names.cases, model::kPartitions, 0, by_key});
  out.push_back({names.metrics, model::kPartitions, 0, by_key});
  out.push_back({names.heads, 1, 0, by_key});
  for (auto& topic : out) {
    Accepted copies = accepted;
    copies.loss_on_power_failure = true;  // they are written again from the ledger
    set_copies(topic, copies);
  }
  return out;
}

std::vector<Finding> judge(const NewTopic& wanted, const TopicState& state) {
  std::vector<Finding> out;
  if (!state.there) {
    out.push_back({wanted.name, "topic", "",
                   std::to_string(wanted.partitions) + " partitions, " + std::to_string(wanted.replication) +
                       (wanted.replication == 1 ? " copy" : " copies"),
                   "it is not there", true});
    return out;
  }
  if (state.partitions != wanted.partitions)
    out.push_back({wanted.name, "partitions", std::to_string(state.partitions), std::to_string(wanted.partitions),
                   "the number of partitions is fixed for ever; make another topic", false});
  if (state.replication < wanted.replication)
    out.push_back({wanted.name, "replication", std::to_string(state.replication), std::to_string(wanted.replication),
                   "a record must outlive two brokers; reassign its partitions, or, to try Docket out, give --accept-one-copy", false});
  for (const auto& [name, value] : wanted.config) {
    const auto* rule = std::find_if(std::begin(kRules), std::end(kRules), [&](const Rule& row) { return name == row.name; });
    const auto it = state.config.find(name);
    const std::string is = it == state.config.end() ? "" : it->second;
    const bool intake = wanted.config.front().second == "delete" && name == "retention.ms" && value != "-1";
    if (intake && (is == "-1" || number(is) >= kRetentionLeastMs)) continue;
    const bool more = rule->may == May::kBeMore && !is.empty() && number(is) >= number(value);
    if (is == value || more) continue;
    out.push_back({wanted.name, name, is, value, intake ? "records must outlast an outage of all nodes: a day at least" : rule->why, true});
  }
  return out;
}

std::vector<std::string> risks(const Accepted& accepted) {
  std::vector<std::string> out;
  if (accepted.one_copy) out.emplace_back("the ledger's topic may have a single copy: its disk lost is the ledger lost");
  if (accepted.loss_on_power_failure) out.emplace_back("a power failure of a broker may take acknowledged records");
  return out;
}

std::vector<std::string> advice(const std::map<std::string, std::string>& broker) {
  constexpr std::int64_t kSessionMs = 3000;
  std::vector<std::string> out;
  const auto it = broker.find("broker.session.timeout.ms");
  const std::int64_t session = it == broker.end() ? 9000 : number(it->second);
  if (session > kSessionMs)
    out.push_back("the brokers' broker.session.timeout.ms is " + std::to_string(session) + ": when a leader is lost, writes pause for " +
                  "8 to 20 s; with 3000, and request.timeout.ms and socket.timeout.ms of 3000 (--kafka-config), for 3 to 4 s");
  return out;
}

}  // namespace docket::kafka
