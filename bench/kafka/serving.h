// Docket on the bench's broker: topics, a ledger on them, a program that serves it, its verdicts. Thread rule: one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "bench/harness/process.h"
#include "bench/kafka/parts.h"
#include "bench/kafka/topics.h"

namespace docket::bench {

[[nodiscard]] Error failed(const std::string& what);
// The load of the machine, without which no figure of a shared one can be read.
void say_load(const std::string& what);

// The prefix of topics of their own; `intake`: with the topic PREFIX.intake.bench.
[[nodiscard]] Result<std::string> fresh_topics(KafkaContext& kafka, bool intake);
// The data folder of a new ledger on those topics.
[[nodiscard]] Result<std::string> kafka_ledger(KafkaContext& kafka, const std::string& prefix);
// What each part begins with.
struct Prepared {
  LinesPtr lines;      // all that is sent
  std::string prefix;  // of fresh topics
  std::string data;    // of a new ledger on them
};
[[nodiscard]] Result<Prepared> prepare(KafkaContext& kafka, bool intake);
// `node`: its name among several; "": it is alone.
[[nodiscard]] Result<std::unique_ptr<Child>> start_docket(const KafkaContext& kafka, const std::string& prefix, const std::string& data,
                                                          const std::string& node = "");
// When that was said on standard output.
[[nodiscard]] Result<double> await_line(Child& child, const std::string& sign);
[[nodiscard]] std::uint16_t port_of(const Child& child);
[[nodiscard]] Status end(Child& child);

inline std::string_view payload_of(const rd_kafka_message_t& row) { return {static_cast<const char*>(row.payload), row.len}; }

struct Drained {
  double rate = 0;   // from the first row read to the last
  double whole = 0;  // from exec
  double cpu_us = 0;
};

// Reads verdicts until there is a final one for each of `count` records.
[[nodiscard]] Result<Drained> drain(TopicReader& reader, Child& child, std::uint64_t count);

}  // namespace docket::bench
