#include "bench/kafka/topics.h"

#include <array>
#include <thread>

#include "bench/harness/clock.h"

namespace docket::bench {
namespace {

using Settings = std::vector<std::pair<const char*, std::string>>;

Result<Handle> make(rd_kafka_type_t type, const Settings& settings,
                    void (*delivered)(rd_kafka_t*, const rd_kafka_message_t*, void*) = nullptr, void* opaque = nullptr) {
  rd_kafka_conf_t* const conf = rd_kafka_conf_new();
  std::array<char, 512> why{};
  for (const auto& [name, value] : settings) {
    if (rd_kafka_conf_set(conf, name, value.c_str(), why.data(), why.size()) != RD_KAFKA_CONF_OK)
      return Error{ErrorCode::kInvalid, std::string(name) + "=" + value + ": " + why.data(), false};
  }
  if (delivered != nullptr) rd_kafka_conf_set_dr_msg_cb(conf, delivered);
  rd_kafka_conf_set_opaque(conf, opaque);
  rd_kafka_t* const handle = rd_kafka_new(type, conf, why.data(), why.size());
  if (handle == nullptr) return Error{ErrorCode::kInvalid, why.data(), false};
  return Handle(handle);
}

Result<Handle> producer(const std::string& brokers, bool latency, std::uint64_t* failed) {
  return make(
      RD_KAFKA_PRODUCER,
      {{"bootstrap.servers", brokers},
       {"enable.idempotence", "true"},
       {"compression.codec", "lz4"},
       {"linger.ms", latency ? "0" : "5"},
       {"batch.size", "1000000"},
       {"queue.buffering.max.messages", "200000"},
       {"socket.nagle.disable", "true"},
       {"partitioner", "murmur2_random"}},
      [](rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
        if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) ++*static_cast<std::uint64_t*>(opaque);
      },
      failed);
}

Status send(rd_kafka_t* handle, const char* topic, int partition, std::string_view key, std::string_view value) {
  std::array<rd_kafka_vu_t, 5> parts{};
  parts[0].vtype = RD_KAFKA_VTYPE_TOPIC;
  parts[0].u.cstr = topic;
  parts[1].vtype = RD_KAFKA_VTYPE_PARTITION;
  parts[1].u.i32 = partition;
  parts[2].vtype = RD_KAFKA_VTYPE_KEY;
  parts[2].u.mem = {const_cast<char*>(key.data()), key.size()};
  parts[3].vtype = RD_KAFKA_VTYPE_VALUE;
  parts[3].u.mem = {const_cast<char*>(value.data()), value.size()};
  parts[4].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  parts[4].u.i = RD_KAFKA_MSG_F_COPY;
  for (;;) {
    rd_kafka_error_t* const refused = rd_kafka_produceva(handle, parts.data(), parts.size());
    const auto error = refused == nullptr ? RD_KAFKA_RESP_ERR_NO_ERROR : rd_kafka_error_code(refused);
    rd_kafka_error_destroy(refused);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
    if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) return Error{ErrorCode::kUnavailable, rd_kafka_err2str(error), true};
    rd_kafka_poll(handle, 10);
  }
}

Status settle(rd_kafka_t* handle, const std::uint64_t& failed) {
  if (const auto error = rd_kafka_flush(handle, 120'000); error != RD_KAFKA_RESP_ERR_NO_ERROR)
    return Error{ErrorCode::kUnavailable, rd_kafka_err2str(error), true};
  if (failed > 0) return Error{ErrorCode::kUnavailable, std::to_string(failed) + " records were not taken by the broker", true};
  return {};
}

}  // namespace

Status publish(const std::string& brokers, const std::string& topic, const Lines& lines, const Span& span, double rate,
               std::vector<double>* sent) {
  std::uint64_t failed = 0;
  auto handle = producer(brokers, rate > 0, &failed);
  if (!handle) return handle.error();
  const double start = now_s() + (rate > 0 ? 0.2 : 0);
  for (std::size_t i = span.begin; i < span.end; ++i) {
    if (rate > 0) {
      const double due = start + static_cast<double>(i - span.begin) / rate;
      for (double now = now_s(); now < due; now = now_s()) {
        if (due - now > 0.0002) std::this_thread::sleep_for(std::chrono::duration<double>(due - now));
      }
      if (sent != nullptr) (*sent)[i - span.begin] = due;
    }
    const auto line = lines[i];
    if (auto done = send(handle->get(), topic.c_str(), RD_KAFKA_PARTITION_UA, member_of(line, "subject"), line); !done) return done;
    if ((i & (rate > 0 ? 0U : 1023U)) == 0) rd_kafka_poll(handle->get(), 0);
  }
  return settle(handle->get(), failed);
}

Result<TopicReader> TopicReader::open(const std::string& brokers, const std::string& topic, const std::vector<std::int64_t>& from) {
  TopicReader reader;
  if (!from.empty()) reader.next_ = from;
  auto handle = make(RD_KAFKA_CONSUMER, {{"bootstrap.servers", brokers},
                                         {"group.id", "bench-reader"},
                                         {"enable.auto.commit", "false"},
                                         {"isolation.level", "read_committed"},
                                         {"fetch.wait.max.ms", "10"},
                                         {"fetch.message.max.bytes", "4194304"},
                                         {"queued.max.messages.kbytes", "65536"},
                                         {"socket.nagle.disable", "true"},
                                         {"auto.offset.reset", "error"}});
  if (!handle) return handle.error();
  reader.handle_ = std::move(*handle);
  rd_kafka_poll_set_consumer(reader.handle_.get());
  rd_kafka_topic_partition_list_t* const list = rd_kafka_topic_partition_list_new(kTopicPartitions);
  for (int p = 0; p < kTopicPartitions; ++p)
    rd_kafka_topic_partition_list_add(list, topic.c_str(), p)->offset = reader.next_[static_cast<std::size_t>(p)];
  const auto error = rd_kafka_assign(reader.handle_.get(), list);
  rd_kafka_topic_partition_list_destroy(list);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return Error{ErrorCode::kUnavailable, rd_kafka_err2str(error), true};
  reader.queue_.reset(rd_kafka_queue_get_consumer(reader.handle_.get()));
  return reader;
}

TopicReader::~TopicReader() { queue_.reset(); }

std::size_t TopicReader::poll(const std::function<void(const rd_kafka_message_t&)>& row) {
  // A batch with a timeout waits for it to be full; so the first message is waited for, and what is there then is taken.
  batch_.front() = rd_kafka_consume_queue(queue_.get(), 100);
  if (batch_.front() == nullptr) return 0;
  const auto more = rd_kafka_consume_batch_queue(queue_.get(), 0, batch_.data() + 1, batch_.size() - 1);
  const std::size_t got = 1 + static_cast<std::size_t>(std::max<ssize_t>(more, 0));
  std::size_t rows = 0;
  for (std::size_t i = 0; i < got; ++i) {
    rd_kafka_message_t* const message = batch_[i];
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      ++rows;
      next_[static_cast<std::size_t>(message->partition)] = message->offset + 1;
      if (row) row(*message);
    }
    rd_kafka_message_destroy(message);
  }
  return rows;
}

Status floor_topics(const std::string& brokers, const std::string& from, const std::string& to, std::uint64_t count) {
  std::uint64_t failed = 0;
  auto out = producer(brokers, false, &failed);
  auto in = TopicReader::open(brokers, from);
  if (!out) return out.error();
  if (!in) return in.error();
  const std::string value(200, 'v');
  Status written;
  for (std::uint64_t done = 0; done < count && written;) {
    done += in->poll([&](const rd_kafka_message_t& message) {
      if (written)
        written = send(out->get(), to.c_str(), message.partition, {static_cast<const char*>(message.key), message.key_len}, value);
    });
    rd_kafka_poll(out->get(), 0);
  }
  return written ? settle(out->get(), failed) : written;
}

}  // namespace docket::bench
