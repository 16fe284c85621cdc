#include "connectors/kafka/bundles.h"

#include "connectors/kafka/kafka_ledger.h"

namespace docket::kafka {

Status put_bundle(const Settings& settings, const std::string& topic, const std::string& id, const std::string& text, int patience_ms) {
  const std::string doing = "writing bundle " + id + " to " + topic;
  rd_kafka_resp_err_t told = RD_KAFKA_RESP_ERR__IN_PROGRESS;
  const auto delivered = [](rd_kafka_t* /*client*/, const rd_kafka_message_t* message, void* opaque) {
    *static_cast<rd_kafka_resp_err_t*>(opaque) = message->err;
  };
  auto client = make_producer(settings, delivered, &told);
  if (!client) return client.error();
  {
    const Topic named(rd_kafka_topic_new(client->get(), topic.c_str(), nullptr));
    if (!named) return as_error(rd_kafka_last_error(), doing);
    if (rd_kafka_produce(named.get(), 0, RD_KAFKA_MSG_F_COPY, const_cast<char*>(text.data()), text.size(), id.data(), id.size(), nullptr) !=
        0)
      return as_error(rd_kafka_last_error(), doing);
  }
  rd_kafka_flush(client->get(), patience_ms);
  if (told == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  rd_kafka_purge(client->get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  return as_error(told == RD_KAFKA_RESP_ERR__IN_PROGRESS ? RD_KAFKA_RESP_ERR__TIMED_OUT : told, doing);
}

Result<std::optional<std::string>> find_bundle(const Settings& settings, const std::string& topic,
                                               const std::function<bool(const std::string& text)>& fits, int patience_ms) {
  constexpr std::size_t kBytes = std::size_t{4} << 20U;
  KafkaLedger reader({settings, topic, nullptr, patience_ms});
  std::optional<std::string> found;
  for (ledger::Offset from = 0;;) {
    auto batch = reader.read(0, from, kBytes);
    if (!batch) return batch.error();
    for (auto& stored : batch->blocks) {
      if (fits(stored.value)) found = std::move(stored.value);
    }
    if (batch->end) return found;
    from = batch->next;
  }
}

}  // namespace docket::kafka
