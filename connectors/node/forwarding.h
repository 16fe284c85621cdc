// One request whose events belong to several nodes: each gets the request whole with the partitions that are meant, and the rows of the
// answers are put together in the order of the events. Thread rule: a Sharing's parts may be answered from any threads.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "connectors/service/service.h"

namespace docket::node {

// Puts the answers of a batch together and gives it to `done` when the last is in.
class SharedAnswer {
 public:
  using Done = std::function<void(service::Answer)>;
  // Of an event that a part was asked about: its place in the request, for when that part has no rows.
  struct Event {
    std::size_t index = 0;
    std::string case_id;
    std::string id;
  };
  SharedAnswer(std::size_t parts, std::string language, Done done)
      : missing_(parts), language_(std::move(language)), done_(std::move(done)) {}

  // `events`: all that this part was asked about.
  void take(const service::Answer& part, const std::vector<Event>& events);

 private:
  std::mutex mutex_;  // guards those below
  std::size_t missing_;
  std::map<std::size_t, std::string> rows_;  // JSON objects, by their index
  std::string position_;
  const std::string language_;
  const Done done_;
};

}  // namespace docket::node
