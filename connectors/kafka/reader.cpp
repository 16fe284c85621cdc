#include "connectors/kafka/reader.h"

#include <algorithm>
#include <utility>

namespace docket::kafka {
namespace {

constexpr int kMessagesATurn = 10'000;

}  // namespace

Result<std::unique_ptr<Reader>> Reader::make(const Settings& settings, std::string topic, std::function<void()> news) {
  auto client = make_reader(settings);
  if (!client) return client.error();
  std::unique_ptr<Reader> made(new Reader);
  made->topic_ = std::move(topic);
  made->client_ = std::move(*client);
  if (news) made->news_ = std::make_unique<QueueNews>(Queue(rd_kafka_queue_get_consumer(made->client_.get())), std::move(news));
  return made;
}

Reader::~Reader() {
  news_.reset();
  rd_kafka_assign(client_.get(), nullptr);
  client_.reset();
}

int Reader::out_of_range(int partition) const {
  const auto it = out_of_range_.find(partition);
  return it == out_of_range_.end() ? 0 : it->second;
}

Status Reader::assign(int partition, ledger::Offset from) {
  const List list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), topic_.c_str(), partition)->offset = from;
  const ClientError error(rd_kafka_incremental_assign(client_.get(), list.get()));
  if (error) return as_error(rd_kafka_error_code(error.get()), "reading " + topic_, rd_kafka_error_string(error.get()));
  Fetching fetching;
  fetching.next = from;
  fetching_.insert_or_assign(partition, std::move(fetching));
  return {};
}

void Reader::unassign(int partition) {
  if (fetching_.erase(partition) == 0) return;
  const List list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), topic_.c_str(), partition);
  const ClientError ignored(rd_kafka_incremental_unassign(client_.get(), list.get()));
}

void Reader::take_all() {
  for (int i = 0; i < kMessagesATurn; ++i) {
    const Message message(rd_kafka_consumer_poll(client_.get(), 0));
    if (!message) return;
    take(*message);
  }
}

void Reader::take(const rd_kafka_message_t& message) {
  const auto it = fetching_.find(message.partition);
  if (it == fetching_.end()) return;  // of an assignment that is gone, or of no partition: librdkafka goes on by itself
  Fetching& fetching = it->second;
  const ledger::Offset expected = fetching.blocks.empty() ? fetching.next : fetching.blocks.back().offset + 1;
  switch (message.err) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
      if (message.offset < expected) return;
      fetching.blocks.push_back(
          {message.offset, message.len == 0 ? std::string() : std::string(static_cast<const char*>(message.payload), message.len)});
      fetching.end.reset();
      out_of_range_.erase(message.partition);
      return;
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
      if (message.offset < expected) return;
      fetching.end = message.offset;
      out_of_range_.erase(message.partition);
      return;
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
      ++out_of_range_[message.partition];
      fetching.error = Error{ErrorCode::kUnavailable,
                             "partition " + std::to_string(message.partition) + " of " + topic_ + " has no offset " +
                                 std::to_string(expected) + ": its log begins later or ends earlier",
                             true};
      return;
    default: {
      auto error = as_error(message.err, "reading partition " + std::to_string(message.partition) + " of " + topic_);
      error.retriable = true;
      fetching.error = std::move(error);
      return;
    }
  }
}

Result<ledger::ReadBatch> Reader::read(int partition, ledger::Offset from, std::size_t bytes_max) {
  auto it = fetching_.find(partition);
  if (it == fetching_.end() || it->second.next != from) {
    unassign(partition);
    if (auto assigned = assign(partition, from); !assigned) return assigned.error();
    it = fetching_.find(partition);
  }
  if (it->second.blocks.empty()) take_all();
  Fetching& fetching = it->second;
  ledger::ReadBatch batch;
  batch.next = from;
  std::size_t bytes = 0;
  while (!fetching.blocks.empty()) {
    ledger::Stored& first = fetching.blocks.front();
    if (!batch.blocks.empty() && bytes + first.value.size() > bytes_max) break;
    bytes += first.value.size();
    batch.next = first.offset + 1;
    batch.blocks.push_back(std::move(first));
    fetching.blocks.pop_front();
  }
  fetching.next = batch.next;
  if (!fetching.blocks.empty()) return batch;
  if (fetching.error && batch.blocks.empty()) {
    const Error error = *fetching.error;
    unassign(partition);
    return error;
  }
  if (fetching.end) {
    batch.end = true;
    batch.next = std::max(batch.next, *fetching.end);
    unassign(partition);
  }
  return batch;
}

}  // namespace docket::kafka
