#include "connectors/kafka/reader.h"

#include <algorithm>
#include <utility>

namespace docket::kafka {
namespace {

constexpr int kMessagesATurn = 10'000;

}  // namespace

Result<std::unique_ptr<Reader>> Reader::make(const Settings& settings, std::string topic, std::function<void()> news) {
  ReaderOptions options;
  options.topics.push_back(std::move(topic));
  return make(settings, std::move(options), std::move(news));
}

Result<std::unique_ptr<Reader>> Reader::make(const Settings& settings, ReaderOptions options, std::function<void()> news) {
  auto client = make_reader(settings, options.kind);
  if (!client) return client.error();
  std::unique_ptr<Reader> made(new Reader);
  made->options_ = std::move(options);
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
  const auto it = out_of_range_.find({0, partition});
  return it == out_of_range_.end() ? 0 : it->second;
}

std::string Reader::name_of(const Place& place) const {
  return "partition " + std::to_string(place.partition) + " of " + options_.topics[place.topic];
}

Status Reader::tell_assign(const Place& place, ledger::Offset from) {
  const List list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), options_.topics[place.topic].c_str(), place.partition)->offset = from;
  const ClientError error(rd_kafka_incremental_assign(client_.get(), list.get()));
  if (error)
    return as_error(rd_kafka_error_code(error.get()), "reading " + options_.topics[place.topic], rd_kafka_error_string(error.get()));
  return {};
}

void Reader::tell_unassign(const Place& place) {
  const List list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), options_.topics[place.topic].c_str(), place.partition);
  const ClientError ignored(rd_kafka_incremental_unassign(client_.get(), list.get()));
}

Status Reader::assign(const Place& place, ledger::Offset from) {
  if (auto told = tell_assign(place, from); !told) return told;
  Fetching fetching;
  fetching.next = from;
  fetching_.insert_or_assign(place, std::move(fetching));
  return {};
}

void Reader::unassign(const Place& place) {
  const auto it = fetching_.find(place);
  if (it == fetching_.end()) return;
  const bool assigned = it->second.assigned;
  fetching_.erase(it);
  if (assigned) tell_unassign(place);
}

void Reader::take_all() {
  for (int i = 0; i < kMessagesATurn; ++i) {
    const Message message(rd_kafka_consumer_poll(client_.get(), 0));
    if (!message) return;
    take(*message);
  }
}

void Reader::take(const rd_kafka_message_t& message) {
  if (message.rkt == nullptr) return;  // of no partition: librdkafka goes on by itself
  const auto topic = std::find(options_.topics.begin(), options_.topics.end(), rd_kafka_topic_name(message.rkt));
  if (topic == options_.topics.end()) return;
  const Place place{static_cast<std::size_t>(topic - options_.topics.begin()), message.partition};
  const auto it = fetching_.find(place);
  if (it == fetching_.end() || !it->second.assigned) return;  // of an assignment that is gone
  Fetching& fetching = it->second;
  if (fetching.finding && (message.err == RD_KAFKA_RESP_ERR_NO_ERROR || message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF)) {
    if (!fetching.begin) fetching.begin = message.offset;
    return;
  }
  const ledger::Offset expected = fetching.blocks.empty() ? fetching.next : fetching.blocks.back().offset + 1;
  switch (message.err) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
      if (message.offset < expected) return;
      fetching.blocks.push_back({message.offset, options_.text      ? options_.text(message)
                                                 : message.len == 0 ? std::string()
                                                                    : std::string(static_cast<const char*>(message.payload), message.len)});
      fetching.bytes += fetching.blocks.back().value.size();
      fetching.end.reset();
      out_of_range_.erase(place);
      if (!options_.stays || fetching.bytes < options_.held_bytes_max) return;
      fetching.assigned = false;
      tell_unassign(place);
      return;
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
      if (message.offset < expected) return;
      fetching.end = message.offset;
      out_of_range_.erase(place);
      return;
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
      ++out_of_range_[place];
      // An intake topic may expire before it is read; of a ledger, a broker that lacks a block may be one that no longer leads.
      fetching.error =
          Error{ErrorCode::kNotFound,
                name_of(place) + " has no offset " + std::to_string(expected) + ": its log begins later or ends earlier", true};
      return;
    default: {
      auto error = as_error(message.err, "reading " + name_of(place));
      if (options_.kind == ReaderKind::kIntake) error.code = ErrorCode::kUnavailable;
      error.retriable = true;
      fetching.error = std::move(error);
      return;
    }
  }
}

Result<ledger::ReadBatch> Reader::read(const Place& place, ledger::Offset from, std::size_t bytes_max) {
  auto it = fetching_.find(place);
  if (it != fetching_.end() && it->second.finding)
    return Error{ErrorCode::kNotFound, "where " + name_of(place) + " begins is being looked for", true};
  if (it == fetching_.end() || it->second.next != from) {
    unassign(place);
    if (auto assigned = assign(place, from); !assigned) return assigned.error();
    it = fetching_.find(place);
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
  fetching.bytes -= bytes;
  fetching.next = batch.next;
  if (!fetching.blocks.empty()) return batch;
  if (!fetching.assigned) {
    if (auto assigned = tell_assign(place, fetching.next); !assigned) return batch;  // asked for again on the next read
    fetching.assigned = true;
  }
  if (fetching.error && batch.blocks.empty()) {
    const Error error = *fetching.error;
    unassign(place);
    return error;
  }
  if (fetching.end) {
    batch.end = true;
    batch.next = std::max(batch.next, *fetching.end);
    if (!options_.stays) unassign(place);
  }
  return batch;
}

std::optional<ledger::Offset> Reader::begin(const Place& place) {
  auto it = fetching_.find(place);
  if (it == fetching_.end() || !it->second.finding) {
    unassign(place);
    if (auto assigned = assign(place, RD_KAFKA_OFFSET_BEGINNING); !assigned) return std::nullopt;
    it = fetching_.find(place);
    it->second.finding = true;
  }
  take_all();
  const bool failed = it->second.error.has_value();
  const auto begin = it->second.begin;
  if (begin || failed) unassign(place);  // what failed is tried again
  return begin;
}

ledger::Offset Reader::known_end(const Place& place) const {
  std::int64_t low = 0;
  std::int64_t high = -1;
  if (rd_kafka_get_watermark_offsets(client_.get(), options_.topics[place.topic].c_str(), place.partition, &low, &high) !=
      RD_KAFKA_RESP_ERR_NO_ERROR)
    return -1;
  return high;
}

}  // namespace docket::kafka
