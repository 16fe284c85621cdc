// Topics as an upstream system and a consumer see them: plain librdkafka clients, nothing of Docket's.
// Thread rule: each is used by one thread; a publisher and a reader may run beside each other.
#pragma once

#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/harness/lines.h"
#include "bench/load/events.h"
#include "engine/model/result.h"

namespace docket::bench {

inline constexpr int kTopicPartitions = 32;

struct HandleEnd {
  void operator()(rd_kafka_t* handle) const { rd_kafka_destroy(handle); }
};
using Handle = std::unique_ptr<rd_kafka_t, HandleEnd>;

// Lines as structured CloudEvents, key = case id (murmur2, as Java's clients do), acknowledged when this comes back. `rate` events/s, each
// sent at its time whatever is under way (0: as fast as can be); `sent` gets that time of each line, in s.
[[nodiscard]] Status publish(const std::string& brokers, const std::string& topic, const Lines& lines, const Span& span, double rate,
                             std::vector<double>* sent);

// Reads all partitions of a topic from numeric offset 0, or from the offsets that a former reader had come to; read_committed.
class TopicReader {
 public:
  [[nodiscard]] static Result<TopicReader> open(const std::string& brokers, const std::string& topic,
                                                const std::vector<std::int64_t>& from = {});
  TopicReader(TopicReader&&) = default;
  ~TopicReader();
  // Rows that are there now; at most 100 ms when there are none. The number of rows.
  std::size_t poll(const std::function<void(const rd_kafka_message_t&)>& row = {});
  [[nodiscard]] const std::vector<std::int64_t>& next() const { return next_; }

 private:
  TopicReader() : next_(kTopicPartitions, 0) {}
  Handle handle_;
  std::unique_ptr<rd_kafka_queue_t, void (*)(rd_kafka_queue_t*)> queue_{nullptr, rd_kafka_queue_destroy};
  std::vector<std::int64_t> next_;
  std::vector<rd_kafka_message_t*> batch_ = std::vector<rd_kafka_message_t*>(10'000);
};

// The floor: each of `count` records of one topic is read and a row of 200 bytes is written to another. No work.
[[nodiscard]] Status floor_topics(const std::string& brokers, const std::string& from, const std::string& to, std::uint64_t count);

}  // namespace docket::bench
