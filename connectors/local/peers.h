// Other nodes over HTTP, on the connections of a few threads that are kept.
// Thread rule: any thread. Ownership: owns its threads; what waits at its end is answered outcome-unknown or overloaded.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "connectors/node/peers.h"

namespace docket::local {

class HttpPeers final : public node::Peers {
 public:
  // `token`: of a caller that is a node, where the others want one; "" none.
  HttpPeers(std::size_t threads, std::string token);
  ~HttpPeers() override;
  HttpPeers(const HttpPeers&) = delete;
  HttpPeers& operator=(const HttpPeers&) = delete;

  void publish(const std::string& address, service::PublishRequest request, std::function<void(service::Answer)> done) override;
  [[nodiscard]] Result<std::string> positions(const std::string& address, const std::vector<int>& partitions) override;

 private:
  struct Job {
    std::string address;
    service::PublishRequest request;
    std::function<void(service::Answer)> done;
  };
  void run();

  const std::string token_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;   // guarded by mutex_
  bool stopping_ = false;  // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace docket::local
