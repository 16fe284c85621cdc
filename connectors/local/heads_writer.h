// Signs the heads of all partitions into DATA/heads.ndjson, every 10 s of activity (ledger.md section 10), each
// line synced, for keeping elsewhere; and, if asked to, each head that moved into the next partition's chain. A chain that such
// records alone have moved is no activity.
// Thread rule: start() and stop() from one thread; a thread of its own writes.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "connectors/embedded/heads_file.h"
#include "connectors/local/home.h"
#include "connectors/node/read_model.h"

namespace docket::local {

class HeadsWriter {
 public:
  // Writes a `head` record with that body into that partition's chain.
  using ToChain = std::function<void(int partition, std::string body)>;
  HeadsWriter(const Home& home, const node::ReadModel& store, ToChain to_chain = {})
      : home_(home), store_(store), to_chain_(std::move(to_chain)) {}
  ~HeadsWriter() { stop(); }
  HeadsWriter(const HeadsWriter&) = delete;
  HeadsWriter& operator=(const HeadsWriter&) = delete;
  // Before start(): called with each line that was written.
  void on_signed(std::function<void(const std::string& line)> tell) { tell_ = std::move(tell); }
  [[nodiscard]] Status start();
  void stop();  // signs once more

 private:
  void run();
  void write(bool at_end);
  [[nodiscard]] bool moved(int partition, const std::vector<ledger::Position>& heads) const;

  const Home& home_;
  const node::ReadModel& store_;
  const ToChain to_chain_;
  std::optional<embedded::HeadsFile> file_;
  std::function<void(const std::string& line)> tell_;
  std::vector<ledger::Position> last_;     // looked at
  std::vector<ledger::Position> in_file_;  // signed there
  bool failed_ = false;                    // said once
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace docket::local
