#include "connectors/kafka/admin.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <thread>

namespace docket::kafka {
namespace {

constexpr int kPauseMs = 20;

struct EventEnd {
  void operator()(rd_kafka_event_t* event) const { rd_kafka_event_destroy(event); }
};
using Event = std::unique_ptr<rd_kafka_event_t, EventEnd>;
struct OptionsEnd {
  void operator()(rd_kafka_AdminOptions_t* options) const { rd_kafka_AdminOptions_destroy(options); }
};
using Options = std::unique_ptr<rd_kafka_AdminOptions_t, OptionsEnd>;
struct ResourceEnd {
  void operator()(rd_kafka_ConfigResource_t* resource) const { rd_kafka_ConfigResource_destroy(resource); }
};
using ConfigResource = std::unique_ptr<rd_kafka_ConfigResource_t, ResourceEnd>;
struct NewTopicEnd {
  void operator()(rd_kafka_NewTopic_t* topic) const { rd_kafka_NewTopic_destroy(topic); }
};
struct MetadataEnd {
  void operator()(const rd_kafka_metadata_t* metadata) const { rd_kafka_metadata_destroy(metadata); }
};
using Metadata = std::unique_ptr<const rd_kafka_metadata_t, MetadataEnd>;

Options options(rd_kafka_t* client, rd_kafka_admin_op_t operation, int patience_ms) {
  Options made(rd_kafka_AdminOptions_new(client, operation));
  std::array<char, 256> why{};
  rd_kafka_AdminOptions_set_request_timeout(made.get(), patience_ms, why.data(), why.size());
  return made;
}

// What the request came to, if it came to anything.
Result<Event> await(rd_kafka_queue_t* queue, int patience_ms, const std::string& doing) {
  Event event(rd_kafka_queue_poll(queue, patience_ms + 1000));
  if (!event) return as_error(RD_KAFKA_RESP_ERR__TIMED_OUT, doing);
  if (const auto code = rd_kafka_event_error(event.get()); code != RD_KAFKA_RESP_ERR_NO_ERROR)
    return as_error(code, doing, rd_kafka_event_error_string(event.get()));
  return event;
}

}  // namespace

struct Admin::Resource {
  std::map<std::string, std::string> config;
  std::map<std::string, std::string> own;
};

Result<Admin> Admin::make(const Settings& settings, int patience_ms) {
  auto client = make_producer(settings, nullptr, nullptr);
  if (!client) return client.error();
  return Admin(std::move(*client), settings, patience_ms);
}

Result<Admin::Resource> Admin::resource(rd_kafka_ResourceType_t type, const std::string& name) {
  const std::string doing = "asking " + settings_.brokers + " for the settings of " + name;
  const Queue queue(rd_kafka_queue_new(client_.get()));
  const ConfigResource asked(rd_kafka_ConfigResource_new(type, name.c_str()));
  const Options given = options(client_.get(), RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, patience_ms_);
  rd_kafka_ConfigResource_t* one = asked.get();
  rd_kafka_DescribeConfigs(client_.get(), &one, 1, given.get(), queue.get());
  auto event = await(queue.get(), patience_ms_, doing);
  if (!event) return event.error();
  const auto* result = rd_kafka_event_DescribeConfigs_result(event->get());
  std::size_t count = 0;
  const auto** resources = rd_kafka_DescribeConfigs_result_resources(result, &count);
  if (count != 1) return Error{ErrorCode::kUnavailable, doing + ": no answer about it", true};
  if (const auto code = rd_kafka_ConfigResource_error(resources[0]); code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    const char* const text = rd_kafka_ConfigResource_error_string(resources[0]);
    return as_error(code, doing, text == nullptr ? "" : text);
  }
  Resource out;
  const auto** entries = rd_kafka_ConfigResource_configs(resources[0], &count);
  for (std::size_t i = 0; i < count; ++i) {
    const char* const value = rd_kafka_ConfigEntry_value(entries[i]);
    if (value == nullptr) continue;  // a secret
    out.config[rd_kafka_ConfigEntry_name(entries[i])] = value;
    if (rd_kafka_ConfigEntry_source(entries[i]) == RD_KAFKA_CONFIG_SOURCE_DYNAMIC_TOPIC_CONFIG)
      out.own[rd_kafka_ConfigEntry_name(entries[i])] = value;
  }
  return out;
}

Result<std::vector<std::string>> Admin::topics_with(const std::string& prefix) {
  const rd_kafka_metadata_t* all = nullptr;
  const auto code = rd_kafka_metadata(client_.get(), 1, nullptr, &all, patience_ms_);
  const Metadata metadata(all);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return as_error(code, "asking " + settings_.brokers + " for its topics");
  std::vector<std::string> out;
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    if (std::string_view(metadata->topics[i].topic).starts_with(prefix)) out.emplace_back(metadata->topics[i].topic);
  }
  std::sort(out.begin(), out.end());
  return out;
}

Result<TopicState> Admin::describe(const std::string& topic) {
  // All topics are asked for, as asking for one by name may make it.
  const rd_kafka_metadata_t* all = nullptr;
  const auto code = rd_kafka_metadata(client_.get(), 1, nullptr, &all, patience_ms_);
  const Metadata metadata(all);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return as_error(code, "asking " + settings_.brokers + " for its topics");
  TopicState state;
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    const auto& row = metadata->topics[i];
    if (topic != row.topic) continue;
    state.there = true;
    state.partitions = row.partition_cnt;
    for (int p = 0; p < row.partition_cnt; ++p) {
      const int replicas = row.partitions[p].replica_cnt;
      if (row.partitions[p].leader >= 0) ++state.led;
      state.replication = p == 0 ? replicas : std::min(state.replication, replicas);
    }
  }
  if (!state.there) return state;
  auto found = resource(RD_KAFKA_RESOURCE_TOPIC, topic);
  if (!found) return found.error();
  state.config = std::move(found->config);
  state.own = std::move(found->own);
  return state;
}

Result<std::map<std::string, std::string>> Admin::broker_config() {
  const int id = rd_kafka_controllerid(client_.get(), patience_ms_);
  if (id < 0) return as_error(RD_KAFKA_RESP_ERR__TIMED_OUT, "asking " + settings_.brokers + " for a broker");
  auto found = resource(RD_KAFKA_RESOURCE_BROKER, std::to_string(id));
  if (!found) return found.error();
  return std::move(found->config);
}

Status Admin::create(const NewTopic& topic) {
  const std::string doing = "making topic " + topic.name;
  std::array<char, 256> why{};
  const std::unique_ptr<rd_kafka_NewTopic_t, NewTopicEnd> made(
      rd_kafka_NewTopic_new(topic.name.c_str(), topic.partitions, topic.replication, why.data(), why.size()));
  if (!made) return Error{ErrorCode::kInvalid, doing + ": " + why.data()};
  for (const auto& [name, value] : topic.config) rd_kafka_NewTopic_set_config(made.get(), name.c_str(), value.c_str());
  const Queue queue(rd_kafka_queue_new(client_.get()));
  const Options given = options(client_.get(), RD_KAFKA_ADMIN_OP_CREATETOPICS, patience_ms_);
  rd_kafka_AdminOptions_set_operation_timeout(given.get(), patience_ms_, why.data(), why.size());
  rd_kafka_NewTopic_t* one = made.get();
  rd_kafka_CreateTopics(client_.get(), &one, 1, given.get(), queue.get());
  auto event = await(queue.get(), patience_ms_, doing);
  if (!event) return event.error();
  std::size_t count = 0;
  const auto** results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event->get()), &count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto code = rd_kafka_topic_result_error(results[i]);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    const char* const text = rd_kafka_topic_result_error_string(results[i]);
    return as_error(code, doing, text == nullptr ? "" : text);
  }
  // The brokers tell one another of it in their own time, and who comes next may ask any of them.
  bool known = false;
  for (int waited_ms = 0; waited_ms < patience_ms_ && !known; waited_ms += kPauseMs) {
    const auto state = describe(topic.name);
    known = state && state->there && state->partitions == topic.partitions && state->led == topic.partitions && known_everywhere(topic);
    if (!known) std::this_thread::sleep_for(std::chrono::milliseconds(kPauseMs));
  }
  if (known) return {};
  return Error{ErrorCode::kUnavailable,
               doing + ": it was made, but not all brokers know of it, or not all its partitions have a leader yet", true};
}

// A client that knows one broker asks that one. A broker that can't be reached is no reason to wait.
bool Admin::known_everywhere(const NewTopic& topic) {
  constexpr int kReachMs = 3'000;
  const rd_kafka_metadata_t* all = nullptr;
  const auto code = rd_kafka_metadata(client_.get(), 0, nullptr, &all, patience_ms_);
  const Metadata metadata(all);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return false;
  for (int i = 0; metadata->broker_cnt > 1 && i < metadata->broker_cnt; ++i) {
    const auto& row = metadata->brokers[i];
    const std::string host = row.host;
    const std::string address = (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + std::to_string(row.port);
    auto one = make({address, settings_.config}, kReachMs);
    if (!one) return false;
    const auto state = one->describe(topic.name);
    if (state && !state->there) return false;
    if (!state && state.error().code != ErrorCode::kUnavailable) return false;  // it has heard of the topic, and not yet how it is set
  }
  return true;
}

Status Admin::alter(const std::string& topic, const std::map<std::string, std::string>& config) {
  const std::string doing = "setting topic " + topic;
  auto now = resource(RD_KAFKA_RESOURCE_TOPIC, topic);
  if (!now) return now.error();
  // The request replaces all that the topic has of its own.
  for (const auto& [name, value] : config) now->own[name] = value;
  const ConfigResource asked(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
  for (const auto& [name, value] : now->own) rd_kafka_ConfigResource_set_config(asked.get(), name.c_str(), value.c_str());
  const Queue queue(rd_kafka_queue_new(client_.get()));
  const Options given = options(client_.get(), RD_KAFKA_ADMIN_OP_ALTERCONFIGS, patience_ms_);
  rd_kafka_ConfigResource_t* one = asked.get();
  rd_kafka_AlterConfigs(client_.get(), &one, 1, given.get(), queue.get());
  auto event = await(queue.get(), patience_ms_, doing);
  if (!event) return event.error();
  std::size_t count = 0;
  const auto** results = rd_kafka_AlterConfigs_result_resources(rd_kafka_event_AlterConfigs_result(event->get()), &count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto code = rd_kafka_ConfigResource_error(results[i]);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    const char* const text = rd_kafka_ConfigResource_error_string(results[i]);
    return as_error(code, doing, text == nullptr ? "" : text);
  }
  return {};
}

}  // namespace docket::kafka
