#include "bench/harness/catalogue.h"

namespace docket::bench {
namespace {

constexpr std::string_view kLedgerFloor =
    "the same lines parsed (simdjson dom), the same block values hashed (SHA-256), compressed (zstd 1) and put into RocksDB, one synced "
    "write "
    "for each 1,000 events, two threads";
constexpr std::string_view kHttpFloor = "the same requests to a Beast server that answers 200 and does nothing";
constexpr std::string_view kAckFloor =
    "the same requests at the same pace to a Beast server that does nothing, plus the same percentile of one synced RocksDB write of one "
    "event";
constexpr std::string_view kGetFloor = "a Beast server that gets one stored row of a case from the same RocksDB";
constexpr std::string_view kHistoryFloor =
    "a Beast server that gets one stored row of a case, then seeks and unpacks five blocks of the ledger";
constexpr std::string_view kCellFloor = "a Beast server that makes one SeekForPrev a group (50) among the same stored cells";

constexpr std::string_view kTopicFloor = "each record read and 200 bytes written to another topic (librdkafka), no work";

}  // namespace

const std::vector<FigureDef>& catalogue() {
  using enum Better;
  static const std::vector<FigureDef> figures{
      {"import_rate", "import, whole process", "events/s", kMore, 0, kLedgerFloor},
      {"import_cpu", "  CPU of it", "us/event", kLess, 1, kLedgerFloor},
      {"import_inside_rate", "import, without start and stop", "events/s", kMore, 0, kLedgerFloor},
      {"http_batch_rate", "HTTP, batches of 500", "events/s", kMore, 0, kHttpFloor},
      {"http_batch_cpu", "  CPU of the server", "us/event", kLess, 1, kHttpFloor},
      {"http_batch_client_share", "  of all CPU, the client's", "%", kLess, 1, ""},
      {"http_single_rate", "HTTP, single events, 64 in flight", "events/s", kMore, 0, kHttpFloor},
      {"http_single_cpu", "  CPU of the server", "us/event", kLess, 1, kHttpFloor},
      {"http_single_client_share", "  of all CPU, the client's", "%", kLess, 1, ""},
      {"ack_p50", "acknowledgement p50, paced", "ms", kLess, 2, kAckFloor},
      {"ack_p99", "acknowledgement p99, paced", "ms", kLess, 2, kAckFloor},
      {"ack_p999", "acknowledgement p99.9, paced", "ms", kLess, 2, kAckFloor},
      {"rebuild_rate", "store rebuild, whole process", "events/s", kMore, 0,
       "the store's own rows written as sorted files and ingested, two threads"},
      {"case_p50", "case read p50", "ms", kLess, 3, kGetFloor},
      {"case_p99", "case read p99", "ms", kLess, 3, kGetFloor},
      {"history_p50", "case history p50", "ms", kLess, 3, kHistoryFloor},
      {"history_p99", "case history p99", "ms", kLess, 3, kHistoryFloor},
      {"metric_now_p50", "metric, a year by unit, p50", "ms", kLess, 3, kCellFloor},
      {"metric_now_p99", "metric, a year by unit, p99", "ms", kLess, 3, kCellFloor},
      {"metric_known_p50", "metric, a year by unit, as known on a past day, p50", "ms", kLess, 3, kCellFloor},
      {"metric_known_p99", "metric, a year by unit, as known on a past day, p99", "ms", kLess, 3, kCellFloor},
      {"restart", "kill -9 under load, exec to first right answer", "ms", kLess, 0,
       "both RocksDB folders opened as they were left, and one row read"},
      {"import_peak", "peak memory of the import (VmHWM)", "MiB", kLess, 0, "the import's floor, its own VmHWM"},
      {"serve_peak", "peak memory of the server under HTTP batches (VmHWM)", "MiB", kLess, 0, "the import's floor, its own VmHWM"},
      {"ledger_bytes", "disk, ledger", "bytes/event", kLess, 0, "the block values, compressed (zstd 1)"},
      {"store_bytes", "disk, projections", "bytes/event", kLess, 0, "the store's own rows as sorted files, after ingestion"},
      {"growth", "cost of an event, all cases against a tenth of them", "ratio", kLess, 2, "the same of the import's floor"},
      {"large_peak", "peak memory of the import at 1,000,000 cases", "MiB", kLess, 0, "the import's floor, its own VmHWM", true},
      {"large_growth", "cost of an event, 2,000,000 cases against 200,000", "ratio", kLess, 2, "the same of the import's floor", true},
      {"kafka_intake_rate", "intake to verdict read, first to last verdict", "events/s", kMore, 0, kTopicFloor, false, true},
      {"kafka_intake_whole", "  from exec", "events/s", kMore, 0, kTopicFloor, false, true},
      {"kafka_intake_cpu", "  CPU of the server", "us/event", kLess, 1, kTopicFloor, false, true},
      {"kafka_peer_rate", "the peer (Kafka Streams), first to last verdict", "events/s", kMore, 0, "", false, true},
      {"kafka_peer_whole", "  from exec", "events/s", kMore, 0, "", false, true},
      {"kafka_over_peer", "docket over peer, first to last verdict", "ratio", kMore, 2, "", false, true},
      {"kafka_over_peer_whole", "  from exec", "ratio", kMore, 2, "", false, true},
      {"kafka_latency_p50", "produce to verdict read p50, paced", "ms", kLess, 1, "", false, true},
      {"kafka_latency_p99", "produce to verdict read p99, paced", "ms", kLess, 1, "", false, true},
      {"kafka_verdict_p50", "of it, judged to verdict read p50", "ms", kLess, 1, "", false, true},
      {"kafka_verdict_p99", "of it, judged to verdict read p99", "ms", kLess, 1, "", false, true},
      {"kafka_latency_p999", "produce to verdict read p99.9, paced", "ms", kLess, 1, "", false, true},
      {"kafka_peer_p99_100", "the peer, p99, commit 100 ms", "ms", kLess, 1, "", false, true},
      {"kafka_peer_p99_1000", "the peer, p99, commit 1 s", "ms", kLess, 1, "", false, true},
      {"kafka_http_ack_p50", "acknowledgement through HTTP and Kafka p50, 1,000/s", "ms", kLess, 2, "", false, true},
      {"kafka_http_ack_p99", "acknowledgement through HTTP and Kafka p99, 1,000/s", "ms", kLess, 2, "", false, true},
      {"kafka_restart", "a node killed with -9 and started at once, exec to its first answer", "ms", kLess, 0, "", false, true},
      {"kafka_restore", "a node with its keys alone, exec to its first answer", "events/s", kMore, 0, "", false, true},
      {"kafka_hand_over", "one of two nodes leaves, to the other's answer for 64 cases", "ms", kLess, 0, "", false, true},
      {"kafka_take_over", "one of two nodes killed with -9, to the other's answer for 64 cases", "ms", kLess, 0, "", false, true},
  };
  return figures;
}

const FigureDef* find_figure(std::string_view name) {
  for (const auto& figure : catalogue()) {
    if (figure.name == name) return &figure;
  }
  return nullptr;
}

}  // namespace docket::bench
