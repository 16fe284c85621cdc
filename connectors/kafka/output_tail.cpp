#include "connectors/kafka/output_tail.h"

#include <algorithm>
#include <utility>

#include "connectors/kafka/broker_clock.h"

namespace docket::kafka {
namespace {

constexpr std::int64_t kLook = 16;         // rows from the end on that are looked at first
constexpr std::int64_t kLookFarther = 64;  // so many times more, where compaction has left none of them

std::string_view header_of(const rd_kafka_message_t& message, const char* name) {
  rd_kafka_headers_t* headers = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR ||
      rd_kafka_header_get_last(headers, name, &value, &size) != RD_KAFKA_RESP_ERR_NO_ERROR || value == nullptr)
    return {};
  return {static_cast<const char*>(value), size};
}

void take(const rd_kafka_message_t& message, OutputTail& tail) {
  Resume resume;
  tail.end = message.offset + 1;
  const bool holds = parse_resume(header_of(message, kResumeHeader), resume) && resume.offset <= message.offset;
  tail.height = holds ? resume.height : 0;  // of the last one
}

Status assign(rd_kafka_t* client, const std::string& topic, const std::map<int, std::int64_t>& from) {
  const List list(rd_kafka_topic_partition_list_new(static_cast<int>(from.size())));
  for (const auto& [partition, offset] : from) rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition)->offset = offset;
  if (const auto error = rd_kafka_assign(client, list.get()); error != RD_KAFKA_RESP_ERR_NO_ERROR)
    return as_error(error, "reading " + topic);
  return {};
}

}  // namespace

Result<std::map<int, OutputTail>> read_tails(const Settings& settings, const std::string& topic, const std::vector<int>& partitions,
                                             int patience_ms) {
  auto client = make_reader(settings);
  if (!client) return client.error();
  std::map<int, OutputTail> out;
  std::map<int, std::int64_t> look;  // rows from the end on; 0: from the beginning
  std::map<int, std::int64_t> from;
  for (const int partition : partitions) {
    look[partition] = kLook;
    from[partition] = RD_KAFKA_OFFSET_TAIL(kLook);
    out[partition] = {};
  }
  const std::int64_t until = steady_ms() + patience_ms;
  while (!from.empty()) {
    if (auto assigned = assign(client->get(), topic, from); !assigned) return assigned.error();
    std::map<int, std::int64_t> again;
    for (auto open = from; !open.empty();) {
      const std::int64_t left = until - steady_ms();
      const Message message(left <= 0 ? nullptr
                                      : rd_kafka_consumer_poll(client->get(), static_cast<int>(std::min<std::int64_t>(left, 100))));
      if (left <= 0) return Error{ErrorCode::kUnavailable, "no answer about the end of topic " + topic, true};
      if (!message || open.count(message->partition) == 0) continue;
      const int partition = message->partition;
      OutputTail& tail = out[partition];
      switch (message->err) {
        case RD_KAFKA_RESP_ERR_NO_ERROR:
          take(*message, tail);
          break;
        case RD_KAFKA_RESP_ERR__PARTITION_EOF: {
          open.erase(partition);
          const bool whole = look[partition] == 0;
          if (tail.end == 0 && message->offset > 0 && !whole) {
            look[partition] = look[partition] >= message->offset ? 0 : look[partition] * kLookFarther;
            again[partition] = look[partition] == 0 ? RD_KAFKA_OFFSET_BEGINNING : RD_KAFKA_OFFSET_TAIL(look[partition]);
            break;
          }
          tail.end = message->offset;
          break;
        }
        case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
        case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:  // it begins later than that
          open.erase(partition);
          look[partition] = 0;
          again[partition] = RD_KAFKA_OFFSET_BEGINNING;
          break;
        default:
          return as_error(message->err, "reading the end of " + topic);
      }
    }
    from = std::move(again);
  }
  rd_kafka_assign(client->get(), nullptr);
  return out;
}

Result<std::map<int, ForeignRows>> read_foreign(const Settings& settings, const std::string& topic,
                                                const std::map<int, ledger::Offset>& from, const std::string& writer, int patience_ms) {
  auto client = make_reader(settings);
  if (!client) return client.error();
  if (auto assigned = assign(client->get(), topic, from); !assigned) return assigned.error();
  std::map<int, ForeignRows> out;
  const std::int64_t until = steady_ms() + patience_ms;
  for (auto open = from; !open.empty();) {
    const std::int64_t left = until - steady_ms();
    if (left <= 0) return Error{ErrorCode::kUnavailable, "no answer about the rows of topic " + topic, true};
    const Message message(rd_kafka_consumer_poll(client->get(), static_cast<int>(std::min<std::int64_t>(left, 100))));
    if (!message || open.count(message->partition) == 0) continue;
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      out[message->partition].end = message->offset;
      open.erase(message->partition);
      continue;
    }
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) return as_error(message->err, "reading " + topic);
    if (message->key == nullptr || header_of(*message, kWriterHeader) == writer) continue;
    out[message->partition].keys.emplace(static_cast<const char*>(message->key), message->key_len);
  }
  rd_kafka_assign(client->get(), nullptr);
  return out;
}

}  // namespace docket::kafka
