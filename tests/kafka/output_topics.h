// What stands in the output topics of a test's ledger, read as any consumer would: plainly, with the JSON of a message and its headers.
// Thread rule: one thread's.
#pragma once

#include <boost/json.hpp>

#include "tests/kafka/broker.h"

namespace docket::testing {

struct OutputMessage {
  int partition = 0;
  std::int64_t offset = 0;
  std::string key;
  boost::json::object value;
  std::string text;
  std::map<std::string, std::string> headers;
};

// All that a topic holds now, from its beginning to its end.
inline std::vector<OutputMessage> read_topic(const std::string& brokers, const std::string& topic, int partitions = model::kPartitions) {
  std::vector<OutputMessage> out;
  auto client = kafka::make_reader({brokers, {}});
  EXPECT_TRUE(client.ok());
  const kafka::List list(rd_kafka_topic_partition_list_new(partitions));
  for (int p = 0; p < partitions; ++p) rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), p)->offset = RD_KAFKA_OFFSET_BEGINNING;
  EXPECT_EQ(rd_kafka_assign(client->get(), list.get()), RD_KAFKA_RESP_ERR_NO_ERROR);
  std::set<int> open;
  for (int p = 0; p < partitions; ++p) open.insert(p);
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(kPatienceMs);
  while (!open.empty() && std::chrono::steady_clock::now() < until) {
    const kafka::Message message(rd_kafka_consumer_poll(client->get(), 100));
    if (!message || message->rkt == nullptr) continue;
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) open.erase(message->partition);
    if (message->err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) break;
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    OutputMessage row;
    row.partition = message->partition;
    row.offset = message->offset;
    row.key.assign(static_cast<const char*>(message->key), message->key_len);
    row.text.assign(static_cast<const char*>(message->payload), message->len);
    row.value = boost::json::parse(row.text).as_object();
    rd_kafka_headers_t* headers = nullptr;
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    if (rd_kafka_message_headers(message.get(), &headers) == RD_KAFKA_RESP_ERR_NO_ERROR) {
      for (std::size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i)
        row.headers[name] = std::string(static_cast<const char*>(value), size);
    }
    out.push_back(std::move(row));
  }
  rd_kafka_assign(client->get(), nullptr);
  return out;
}

// Of each key the row of the highest height: what a consumer keeps.
inline std::map<std::string, boost::json::object> newest(const std::vector<OutputMessage>& rows) {
  std::map<std::string, boost::json::object> out;
  for (const auto& row : rows) {
    auto& kept = out[row.key];
    if (kept.empty() || kept.at("height").to_number<std::uint64_t>() <= row.value.at("height").to_number<std::uint64_t>()) kept = row.value;
  }
  return out;
}

// No partition's outputs are behind, at whichever of these nodes owns it.
inline bool outputs_written(const std::vector<Server*>& servers) {
  const std::string name = "docket_output_backlog_records{";
  std::size_t rows = 0;
  for (auto* server : servers) {
    const auto text = server->get("/metrics").body;
    for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
      ++rows;
      const auto end = text.find('\n', at);
      if (text.compare(end - 2, 2, " 0") != 0) return false;
    }
  }
  return rows == 3U * model::kPartitions;
}
inline bool outputs_written(Server& server) { return outputs_written({&server}); }

inline std::string text_at(const boost::json::object& row, const char* name) {
  const auto* value = row.if_contains(name);
  return value == nullptr || !value->is_string() ? std::string() : std::string(value->get_string());
}

}  // namespace docket::testing
