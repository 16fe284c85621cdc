#include "connectors/kafka/clock_watch.h"

#include <chrono>
#include <string_view>
#include <utility>

namespace docket::kafka {
namespace {

constexpr auto kPause = std::chrono::seconds(1);
constexpr int kAnswerMs = 5'000;
constexpr std::string_view kKey = "clock";

struct Told {
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR__IN_PROGRESS;
  model::Instant appended = -1;
  std::int32_t broker = -1;
  std::int64_t at = 0;
};

void probe_delivered(rd_kafka_t* /*client*/, const rd_kafka_message_t* message, void* opaque) {
  auto& told = *static_cast<Told*>(opaque);
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  const auto time = rd_kafka_message_timestamp(message, &type);
  told.error = message->err;
  told.broker = rd_kafka_message_broker_id(message);
  told.at = steady_ms();
  if (type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME) told.appended = time;
}

}  // namespace

Status measure_clock(const Settings& settings, const std::string& topic, BrokerClock& clock, int patience_ms) {
  const std::string doing = "asking a broker for its time, by topic " + topic;
  Told told;
  auto client = make_producer(settings, &probe_delivered, &told);
  if (!client) return client.error();
  {
    const Topic named(rd_kafka_topic_new(client->get(), topic.c_str(), nullptr));
    if (!named) return as_error(rd_kafka_last_error(), doing);
    const std::int64_t sent = steady_ms();
    if (rd_kafka_produce(named.get(), 0, 0, nullptr, 0, kKey.data(), kKey.size(), nullptr) != 0)
      return as_error(rd_kafka_last_error(), doing);
    rd_kafka_flush(client->get(), patience_ms);
    if (told.error == RD_KAFKA_RESP_ERR_NO_ERROR && told.appended >= 0) {
      clock.take(told.broker, told.appended, sent, told.at);
      return {};
    }
  }
  if (told.error == RD_KAFKA_RESP_ERR_NO_ERROR)
    return Error{ErrorCode::kConflict, "topic " + topic +
                                           " must have message.timestamp.type=LogAppendTime, as a node's clock is judged by the brokers' " +
                                           "(docket topics apply)"};
  rd_kafka_purge(client->get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  return as_error(told.error == RD_KAFKA_RESP_ERR__IN_PROGRESS ? RD_KAFKA_RESP_ERR__TIMED_OUT : told.error, doing);
}

ClockWatch::ClockWatch(Settings settings, std::string topic, std::shared_ptr<BrokerClock> clock, Wall wall, Alarm alarm)
    : settings_(std::move(settings)),
      topic_(std::move(topic)),
      clock_(std::move(clock)),
      wall_(std::move(wall)),
      alarm_(std::move(alarm)) {}

ClockWatch::~ClockWatch() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void ClockWatch::start() {
  thread_ = std::thread([this] { run(); });
}

bool ClockWatch::pause() {
  std::unique_lock lock(mutex_);
  return !wake_.wait_for(lock, kPause, [this] { return stopping_; });
}

void ClockWatch::run() {
  bool warns = false;
  bool may_own = true;
  do {
    auto standing = clock_->standing(wall_(), steady_ms());
    if (standing.warns) {
      // Before anybody is alarmed: it may be a machine that slept, and its steady clock with it.
      static_cast<void>(measure_clock(settings_, topic_, *clock_, kAnswerMs));
      standing = clock_->standing(wall_(), steady_ms());
    }
    if (standing.warns != warns || standing.may_own != may_own)
      alarm_(standing.warns ? standing.detail : "this node's clock is right again");
    warns = standing.warns;
    may_own = standing.may_own;
  } while (pause());
}

}  // namespace docket::kafka
