// The other nodes of a ledger that several share, as this one reaches them.
//
// Thread rule: any thread. `done` is called on a thread of the implementation's, once.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "connectors/service/service.h"
#include "engine/model/result.h"

namespace docket::node {

class Peers {
 public:
  virtual ~Peers() = default;
  // Hands on a request; PublishRequest::partitions says which of its events are meant. An answer in any case: 503 overloaded if it reached
  // nobody, 503 outcome-unknown if that can't be said.
  virtual void publish(const std::string& address, service::PublishRequest request, std::function<void(service::Answer)> done) = 0;
  // A position token of these partitions, which that node owns, behind all that anybody was told before the call. Waits.
  // kUnavailable: nobody answers, or it doesn't own one of them.
  [[nodiscard]] virtual Result<std::string> positions(const std::string& address, const std::vector<int>& partitions) = 0;
};

// A node as it last said of itself.
struct NodeRow {
  std::string name;
  std::string address;  // HOST:PORT
  std::string state;    // up, left
  std::string since;    // RFC 3339
};

}  // namespace docket::node
