// librdkafka's handles as values, its settings checked, its errors as ours. Every producer and consumer of this folder is made here.
//
// Thread rule: free functions; a handle is used as librdkafka allows (any thread), callbacks by their own rule. Ownership: whoever holds
// a handle; all lists, queues and messages made with it go before it (a list that is left keeps its end from coming).
#pragma once

#include <librdkafka/rdkafka.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/model/result.h"

namespace docket::kafka {

struct Settings {
  std::string brokers;                                      // HOST:PORT,...
  std::vector<std::pair<std::string, std::string>> config;  // of librdkafka, as given by the operator
};

// "name=value" as the command line takes it. kInvalid: it has no name.
[[nodiscard]] Result<std::pair<std::string, std::string>> parse_setting(std::string_view text);
// Before anything starts: every name and value is known to librdkafka, and none is one that the ledger rests on. kInvalid names it.
[[nodiscard]] Status check(const Settings& settings);

struct ClientEnd {
  void operator()(rd_kafka_t* client) const { rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE); }
};
struct QueueEnd {
  void operator()(rd_kafka_queue_t* queue) const { rd_kafka_queue_destroy(queue); }
};
struct ListEnd {
  void operator()(rd_kafka_topic_partition_list_t* list) const { rd_kafka_topic_partition_list_destroy(list); }
};
struct MessageEnd {
  void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
};
struct TopicEnd {
  void operator()(rd_kafka_topic_t* topic) const { rd_kafka_topic_destroy(topic); }
};
struct ErrorEnd {
  void operator()(rd_kafka_error_t* error) const { rd_kafka_error_destroy(error); }
};
using Client = std::unique_ptr<rd_kafka_t, ClientEnd>;
using Queue = std::unique_ptr<rd_kafka_queue_t, QueueEnd>;
using List = std::unique_ptr<rd_kafka_topic_partition_list_t, ListEnd>;
using Message = std::unique_ptr<rd_kafka_message_t, MessageEnd>;
using Topic = std::unique_ptr<rd_kafka_topic_t, TopicEnd>;
using ClientError = std::unique_ptr<rd_kafka_error_t, ErrorEnd>;

// A producer that is idempotent, waits for all replicas and lets no message expire. `opaque` comes back in delivery reports.
using Delivered = void (*)(rd_kafka_t* client, const rd_kafka_message_t* message, void* opaque);
[[nodiscard]] Result<Client> make_producer(const Settings& settings, Delivered delivered, void* opaque);
// A consumer of no group's that reads what is assigned, says where a partition ends and never jumps. Of a ledger it reads uncommitted
// records too: kLedger to reach an end, kFollower to stay there.
enum class ReaderKind : std::uint8_t { kLedger, kFollower, kIntake };
[[nodiscard]] Result<Client> make_reader(const Settings& settings, ReaderKind kind = ReaderKind::kLedger);

// A member of a consumer group that only learns from it which partitions it is given: static, range assignor. `rebalance` is called in
// rd_kafka_consumer_poll().
struct Membership {
  std::string group;
  std::string instance;  // the node's name: it comes back to its own within the session
  int session_ms = 6'000;
};
using Rebalance = void (*)(rd_kafka_t* client, rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t* partitions, void* opaque);
[[nodiscard]] Result<Client> make_member(const Settings& settings, const Membership& membership, Rebalance rebalance, void* opaque);

// Calls `news` (from a thread of librdkafka's, it must not block) when the queue has something; off again when this goes.
class QueueNews {
 public:
  QueueNews(Queue queue, std::function<void()> news);
  ~QueueNews();
  QueueNews(const QueueNews&) = delete;
  QueueNews& operator=(const QueueNews&) = delete;

 private:
  Queue queue_;
  std::function<void()> news_;
};

// What a caller should do about it: kUnavailable for brokers that can't be reached, kNotFound for topics, kInvalid for rights and sizes.
[[nodiscard]] Error as_error(rd_kafka_resp_err_t code, const std::string& doing, const std::string& more = {});
[[nodiscard]] std::string library_version();

}  // namespace docket::kafka
