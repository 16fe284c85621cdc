// What is measured through Kafka, each thing in turn on the same records in the same run: the floor, Docket, the peer (peers/streams).
// Thread rule: one thread. Ownership: all lies under the context's folder and in topics of its own.
#pragma once

#include <string>

#include "bench/figures/context.h"

namespace docket::bench {

struct KafkaContext {
  Context& context;
  std::string brokers;
  std::string peer;    // class path of the peer; "": it is left out
  std::string prefix;  // of the topics of this run
  int topics = 0;      // prefixes made so far
};

[[nodiscard]] Status measure_intake(KafkaContext& kafka);   // intake to verdict read, all records
[[nodiscard]] Status measure_latency(KafkaContext& kafka);  // produce to verdict read at a pace
[[nodiscard]] Status measure_http_ack(KafkaContext& kafka);
[[nodiscard]] Status measure_coming_back(KafkaContext& kafka);  // restart, restore, hand-over, take-over

}  // namespace docket::bench
