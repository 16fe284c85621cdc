// The port through which an import hands events to Docket: the running service of this process, or a server over HTTP.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace docket::files {

struct PublishedOutcome {
  enum class Fate : std::uint8_t {
    kAccepted,
    kDuplicate,
    kParked,
    kRejected,
    kUnavailable,  // nothing is known of it (overloaded, outcome unknown, no connection): it is sent again under the same id
  } fate = Fate::kUnavailable;
  std::string code;    // rejected: the code's name; parked: what is missing, by its code
  std::string detail;  // one sentence
};

using EventBatch = std::shared_ptr<const std::vector<std::string>>;
using PublishDone = std::function<void(std::vector<PublishedOutcome>)>;

class Publisher {
 public:
  virtual ~Publisher() = default;
  // Offers the events in the order given. `done` gets one outcome an event, in that order; it may be called on any thread, and before
  // publish() returns. Calls may overlap; a batch that was given first should be judged first.
  virtual void publish(EventBatch events, PublishDone done) = 0;
};

}  // namespace docket::files
