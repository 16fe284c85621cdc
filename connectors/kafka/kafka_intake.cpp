#include "connectors/kafka/kafka_intake.h"

#include <algorithm>
#include <utility>

#include "connectors/kafka/intake_message.h"

namespace docket::kafka {
namespace {

std::string event_of(const rd_kafka_message_t& message) {
  std::vector<Header> headers;
  rd_kafka_headers_t* all = nullptr;
  if (rd_kafka_message_headers(&message, &all) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    for (std::size_t i = 0; rd_kafka_header_get_all(all, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i)
      headers.push_back({name, {static_cast<const char*>(value), value == nullptr ? 0 : size}});
  }
  return structured_event(headers, {static_cast<const char*>(message.payload), message.payload == nullptr ? 0 : message.len});
}

}  // namespace

Status KafkaIntake::open() {
  if (reader_) return {};
  ReaderOptions options;
  options.topics = topics_;
  options.kind = ReaderKind::kIntake;
  options.stays = true;
  options.text = event_of;
  auto made = Reader::make(settings_, std::move(options), wake_);
  if (!made) return made.error();
  reader_ = std::move(*made);
  return {};
}

Reader::Place KafkaIntake::place(const std::string& topic, int partition) const {
  const auto it = std::find(topics_.begin(), topics_.end(), topic);
  return {static_cast<std::size_t>(it - topics_.begin()), partition};
}

Result<ledger::IntakeRead> KafkaIntake::read(const std::string& topic, int partition, std::int64_t from, std::size_t bytes_max) {
  if (auto opened = open(); !opened) return opened.error();
  const auto at = place(topic, partition);
  auto batch = reader_->read(at, from, bytes_max);
  if (!batch) return batch.error();
  ledger::IntakeRead out;
  out.next = batch->next;
  out.end = batch->end;
  out.records.reserve(batch->blocks.size());
  for (auto& row : batch->blocks) out.records.push_back({row.offset, std::move(row.value)});
  next_[at] = out.records.empty() ? from : out.records.back().offset + 1;
  return out;
}

std::optional<std::int64_t> KafkaIntake::begin(const std::string& topic, int partition) {
  if (auto opened = open(); !opened) return std::nullopt;
  return reader_->begin(place(topic, partition));
}

std::int64_t KafkaIntake::lag(const std::string& topic, int partition) const {
  const auto at = place(topic, partition);
  const auto it = next_.find(at);
  if (!reader_ || it == next_.end()) return 0;
  return std::max<std::int64_t>(0, reader_->known_end(at) - it->second);
}

}  // namespace docket::kafka
