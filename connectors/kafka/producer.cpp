#include "connectors/kafka/producer.h"

#include <array>
#include <utility>

namespace docket::kafka {

Result<std::unique_ptr<Producer>> Producer::make(const Settings& settings, const std::string& topic, std::function<void()> news,
                                                 std::shared_ptr<BrokerClock> clock) {
  std::unique_ptr<Producer> made(new Producer);
  made->clock_ = std::move(clock);
  auto client = make_producer(settings, &Producer::delivered, made.get());
  if (!client) return client.error();
  made->client_ = std::move(*client);
  made->topic_.reset(rd_kafka_topic_new(made->client_.get(), topic.c_str(), nullptr));
  if (!made->topic_) return as_error(rd_kafka_last_error(), "topic " + topic);
  if (news) made->news_ = std::make_unique<QueueNews>(Queue(rd_kafka_queue_get_main(made->client_.get())), std::move(news));
  return made;
}

// Purged, so that its end doesn't wait for brokers that don't answer.
Producer::~Producer() {
  rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  news_.reset();
  topic_.reset();
  client_.reset();
}

void Producer::send(ledger::Appending block) {
  auto kept = std::make_unique<Sent>(Sent{std::move(block), steady_ms()});
  Sent* const row = kept.get();
  sent_.emplace(row, std::move(kept));
  if (dead_) {
    tell(row, false, -1, "the producer has met a fatal error");
    return;
  }
  if (rd_kafka_produce(topic_.get(), row->partition, 0, row->value.data(), row->value.size(), nullptr, 0, row) == 0) return;
  tell(row, false, -1, as_error(rd_kafka_last_error(), "producing").message);
}

void Producer::delivered(rd_kafka_t* /*client*/, const rd_kafka_message_t* message, void* opaque) {
  auto* const self = static_cast<Producer*>(opaque);
  const auto* const row = static_cast<const Sent*>(message->_private);
  const bool ok = message->err == RD_KAFKA_RESP_ERR_NO_ERROR;
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  const auto appended = rd_kafka_message_timestamp(message, &type);
  if (ok && self->clock_ && type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME && self->sent_.count(row) > 0)
    self->clock_->take(rd_kafka_message_broker_id(message), appended, row->at_steady, steady_ms());
  self->tell(row, ok, message->offset, ok ? std::string() : as_error(message->err, "producing").message);
}

void Producer::tell(const ledger::Appending* block, bool ok, ledger::Offset offset, std::string error) {
  const auto it = sent_.find(block);
  if (it == sent_.end()) return;
  Delivery delivery;
  delivery.report.token = block->token;
  delivery.report.partition = block->partition;
  delivery.report.ok = ok;
  if (ok && offset >= 0) delivery.report.offset = offset;
  delivery.report.error = std::move(error);
  delivery.value = std::move(it->second->value);
  sent_.erase(it);
  told_.push_back(std::move(delivery));
}

std::vector<Delivery> Producer::poll() {
  rd_kafka_poll(client_.get(), 0);
  std::array<char, 512> why{};
  if (!dead_ && rd_kafka_fatal_error(client_.get(), why.data(), why.size()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    dead_ = true;
    buried_ = std::exchange(sent_, {});
    for (const auto& [row, kept] : buried_) {
      Delivery delivery;
      delivery.report.token = row->token;
      delivery.report.partition = row->partition;
      delivery.report.error = std::string("fatal: ") + why.data();
      told_.push_back(std::move(delivery));
    }
  }
  return std::exchange(told_, {});
}

}  // namespace docket::kafka
