// An intake topic of a test: records published as any upstream system would, each with where it landed; and what the ledger says became of
// them, read by nobody's code but the chain's. Thread rule: one thread's.
#pragma once

#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "connectors/kafka/client.h"
#include "connectors/kafka/kafka_ledger.h"
#include "engine/ledger/chain.h"

namespace docket::testing {

struct IntakeRecord {
  std::string key;
  std::string value;
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string source{};  // of the event, if it can be read
  std::string id{};
  int partition = -1;  // -1: by the key; then where it landed
  std::int64_t offset = -1;
  int epoch = 0;  // of the topic, as the test has counted them
};

// An event in structured mode under its case's id.
inline IntakeRecord record_of(const std::string& json) {
  const auto event = boost::json::parse(json).as_object();
  const auto text = [&](const char* name) { return std::string(event.at(name).as_string()); };
  return {text("subject"), json, {}, text("source"), text("id")};
}

// The same in binary mode: attributes as headers, data as the value.
inline IntakeRecord binary_record_of(const std::string& json) {
  IntakeRecord record = record_of(json);
  record.value.clear();
  const auto event = boost::json::parse(json).as_object();
  for (const auto& member : event) {
    if (member.key() == "data") {
      record.value = boost::json::serialize(member.value());
    } else {
      record.headers.emplace_back("ce_" + std::string(member.key()), std::string(member.value().as_string()));
    }
  }
  record.headers.emplace_back("content-type", "application/json");
  return record;
}

using Config = std::vector<std::pair<std::string, std::string>>;
inline const Config kMurmur{{"partitioner", "murmur2_random"}};

class Publisher {
 public:
  // `config`: of librdkafka, beside its own defaults.
  Publisher(const std::string& brokers, std::string topic, const Config& config = kMurmur) : topic_(std::move(topic)) {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    Config all{{"bootstrap.servers", brokers},
               {"enable.idempotence", "true"},
               {"message.timeout.ms", "120000"},
               {"linger.ms", "0"},
               {"log_level", "0"}};
    all.insert(all.end(), config.begin(), config.end());
    for (const auto& [name, value] : all) {
      char error[256];
      EXPECT_EQ(rd_kafka_conf_set(conf, name.c_str(), value.c_str(), error, sizeof error), RD_KAFKA_CONF_OK) << error;
    }
    rd_kafka_conf_set_dr_msg_cb(
        conf, [](rd_kafka_t*, const rd_kafka_message_t* message, void* self) { static_cast<Publisher*>(self)->take(*message); });
    rd_kafka_conf_set_opaque(conf, this);
    char error[256];
    client_.reset(rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error));
    EXPECT_NE(client_, nullptr) << error;
  }
  ~Publisher() { flush(); }
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  void send(IntakeRecord record) {
    record.epoch = epoch;
    sent_.push_back(std::move(record));
    const auto& row = sent_.back();
    if (on_send) on_send(sent_.size() - 1, row);
    rd_kafka_headers_t* headers = rd_kafka_headers_new(row.headers.size());
    for (const auto& [name, value] : row.headers)
      rd_kafka_header_add(headers, name.c_str(), static_cast<ssize_t>(name.size()), value.data(), static_cast<ssize_t>(value.size()));
    rd_kafka_vu_t parts[7] = {};
    auto part = [&parts, used = 0](rd_kafka_vtype_t type) mutable -> rd_kafka_vu_t& {
      parts[used].vtype = type;
      return parts[used++];
    };
    part(RD_KAFKA_VTYPE_TOPIC).u.cstr = topic_.c_str();
    part(RD_KAFKA_VTYPE_PARTITION).u.i32 = row.partition;
    part(RD_KAFKA_VTYPE_MSGFLAGS).u.i = RD_KAFKA_MSG_F_COPY;
    if (!row.key.empty()) {
      auto& key = part(RD_KAFKA_VTYPE_KEY).u.mem;
      key.ptr = const_cast<char*>(row.key.data());
      key.size = row.key.size();
    }
    auto& value = part(RD_KAFKA_VTYPE_VALUE).u.mem;
    value.ptr = const_cast<char*>(row.value.data());
    value.size = row.value.size();
    part(RD_KAFKA_VTYPE_HEADERS).u.headers = headers;
    part(RD_KAFKA_VTYPE_OPAQUE).u.ptr = reinterpret_cast<void*>(sent_.size());
    const std::size_t count = row.key.empty() ? 6 : 7;
    const kafka::ClientError done(rd_kafka_produceva(client_.get(), parts, count));
    EXPECT_EQ(done, nullptr) << rd_kafka_error_string(done.get());
  }
  // All that was sent has landed.
  void flush() { EXPECT_EQ(rd_kafka_flush(client_.get(), 120'000), RD_KAFKA_RESP_ERR_NO_ERROR); }
  [[nodiscard]] const std::vector<IntakeRecord>& sent() const { return sent_; }
  [[nodiscard]] const std::string& topic() const { return topic_; }

  int epoch = 0;
  std::function<void(std::size_t number, const IntakeRecord& record)> on_send;
  std::function<void(std::size_t number, const IntakeRecord& record)> on_landed;

 private:
  void take(const rd_kafka_message_t& message) {
    EXPECT_EQ(message.err, RD_KAFKA_RESP_ERR_NO_ERROR) << rd_kafka_err2str(message.err);
    const std::size_t number = reinterpret_cast<std::size_t>(message._private) - 1;
    auto& row = sent_[number];
    row.partition = message.partition;
    row.offset = message.offset;
    if (on_landed) on_landed(number, row);
  }
  const std::string topic_;
  std::vector<IntakeRecord> sent_;
  kafka::Client client_;
};

// ---- what an administrator does to a topic ------------------------------------------------------------------------------------------

// Calls `ask` with a client and a queue, and waits for its answer.
inline void administer(const std::string& brokers, const std::function<void(rd_kafka_t*, rd_kafka_queue_t*)>& ask) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  char error[256];
  rd_kafka_conf_set(conf, "bootstrap.servers", brokers.c_str(), error, sizeof error);
  const kafka::Client client(rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error));
  const kafka::Queue queue(rd_kafka_queue_new(client.get()));
  ask(client.get(), queue.get());
  rd_kafka_event_t* answer = rd_kafka_queue_poll(queue.get(), 30'000);
  ASSERT_NE(answer, nullptr);
  EXPECT_EQ(rd_kafka_event_error(answer), RD_KAFKA_RESP_ERR_NO_ERROR) << rd_kafka_event_error_string(answer);
  rd_kafka_event_destroy(answer);
}
inline void delete_topic(const std::string& brokers, const std::string& topic) {
  administer(brokers, [&](rd_kafka_t* client, rd_kafka_queue_t* queue) {
    rd_kafka_DeleteTopic_t* one = rd_kafka_DeleteTopic_new(topic.c_str());
    rd_kafka_DeleteTopics(client, &one, 1, nullptr, queue);
    rd_kafka_DeleteTopic_destroy(one);
  });
}
// Offsets below `before` are gone, as when they expire.
inline void delete_records(const std::string& brokers, const std::string& topic, int partition, std::int64_t before) {
  administer(brokers, [&](rd_kafka_t* client, rd_kafka_queue_t* queue) {
    const kafka::List list(rd_kafka_topic_partition_list_new(1));
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition)->offset = before;
    rd_kafka_DeleteRecords_t* one = rd_kafka_DeleteRecords_new(list.get());
    rd_kafka_DeleteRecords(client, &one, 1, nullptr, queue);
    rd_kafka_DeleteRecords_destroy(one);
  });
}

}  // namespace docket::testing
