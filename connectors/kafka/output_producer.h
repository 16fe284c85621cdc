// The producer of one output topic: rows with the headers by which an owner finds its place again (docs/data-layout.md). It shares
// nothing with the producers of the ledger or of other outputs, so that none of them ever waits for it, and so that what it still holds
// when something went wrong can be thrown away with it: it must not go into a topic that was made anew meanwhile.
//
// Thread rule: one thread's; `news` is called from a thread of librdkafka's. Ownership: librdkafka holds what is under way.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/kafka/client.h"
#include "engine/ledger/port.h"
#include "engine/model/ids.h"

namespace docket::kafka {

inline constexpr const char* kPositionHeader = "docket-position";
inline constexpr const char* kResumeHeader = "docket-resume";
inline constexpr const char* kWriterHeader = "docket-writer";
inline constexpr const char* kLedgerHeader = "docket-ledger";

// "<height>.<offset>": of every block below `height`, all that this partition of the topic must hold lies before this row, and this row
// lies at `offset` or behind it. If it lies before that, it was meant for a topic that has been made anew since, and says nothing.
struct Resume {
  model::Height height = 0;
  ledger::Offset offset = 0;
};
[[nodiscard]] std::string resume_text(const Resume& resume);
[[nodiscard]] bool parse_resume(std::string_view text, Resume& out);

struct OutputMessage {
  int partition = 0;
  std::string_view key;
  std::string_view value;
  std::string_view position;
  Resume resume;
  std::int64_t recorded = 0;  // the message's time
  std::uint64_t token = 0;
};

struct OutputReport {
  int partition = 0;
  std::uint64_t token = 0;
  ledger::Offset offset = -1;  // -1: unknown
  std::size_t bytes = 0;       // of key and value
  std::string error;           // "" it is there
};

class OutputProducer {
 public:
  struct Options {
    Settings settings;
    std::string topic;
    std::string ledger;  // its id
    std::string writer;  // of this process's run
    int linger_ms = 0;   // unless the operator's settings say it
  };
  [[nodiscard]] static Result<std::unique_ptr<OutputProducer>> make(Options options, std::function<void()> news);
  ~OutputProducer();
  OutputProducer(const OutputProducer&) = delete;
  OutputProducer& operator=(const OutputProducer&) = delete;

  // False: it takes no more now.
  [[nodiscard]] bool send(const OutputMessage& message);
  [[nodiscard]] std::vector<OutputReport> poll();
  // Not "" once it can't go on: make another one.
  [[nodiscard]] const std::string& dead() const { return dead_; }

 private:
  explicit OutputProducer(Options options) : options_(std::move(options)) {}
  static void delivered(rd_kafka_t* client, const rd_kafka_message_t* message, void* opaque);

  const Options options_;
  std::vector<OutputReport> told_;
  std::size_t under_way_ = 0;
  std::string dead_;
  Client client_;
  Topic topic_;
  std::unique_ptr<QueueNews> news_;
};

}  // namespace docket::kafka
