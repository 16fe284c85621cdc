// Once a minute, the message at the end of the local copy is read back from each partition and compared (ledger.md section 10). Another one
// there means that the topic was cut and written anew, or is another: the partition is marked lost, and its owner stops.
// None there proves nothing, as a broker that no longer leads may have answered: it is asked again, more often, and marked lost when for
// as long as a pause nobody had it.
//
// Thread rule: start() and the destructor from one thread; a thread of its own reads. Ownership: shares the copy.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "connectors/kafka/chain_copy.h"
#include "connectors/kafka/reader.h"

namespace docket::kafka {

// What stands at the copy's end in the topic. kCorrupt: another block. kNotFound: none, says a broker. kUnavailable: nothing was
// read in time.
[[nodiscard]] Status check_end(Reader& reader, const ChainCopy& copy, int partition, int patience_ms);

class EndCheck {
 public:
  using Alarm = std::function<void(const std::string& what)>;
  EndCheck(Settings settings, std::string topic, std::shared_ptr<ChainCopy> copy, int partitions, std::chrono::milliseconds pause,
           Alarm alarm);
  ~EndCheck();
  EndCheck(const EndCheck&) = delete;
  EndCheck& operator=(const EndCheck&) = delete;
  void start();

 private:
  void run();
  [[nodiscard]] bool pause(bool short_one);
  void check(Reader& reader, int partition);

  const Settings settings_;
  const std::string topic_;
  const std::shared_ptr<ChainCopy> copy_;
  const std::chrono::milliseconds pause_;
  std::vector<int> absent_;  // how often in a row, by partition
  const Alarm alarm_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace docket::kafka
