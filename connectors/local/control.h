// How a command reaches the process that holds a data folder: a unix socket DATA/control.sock (0600, same user only) that takes a
// closed list of requests, one a connection: a line of JSON each way. The holder of the folder's lock listens; nobody else does.
// Thread rule: start() and the destructor from one thread; a thread of its own answers, one connection at a time.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <thread>

#include "connectors/local/home.h"
#include "connectors/node/node.h"
#include "connectors/node/read_model.h"
#include "engine/model/result.h"

namespace docket::local {

struct ControlReply {
  int code = 0;      // the exit code of the command
  std::string text;  // for standard output if code is 0, else for standard error
};

class CarriedMetrics;

class ControlServer {
 public:
  // All outlive the server. `carried`: null where metrics are not backfilled.
  ControlServer(const Home& home, node::ProjectionStore& store, node::Node& node, CarriedMetrics* carried = nullptr)
      : home_(home), store_(store), node_(node), carried_(carried) {}
  ~ControlServer();
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;
  [[nodiscard]] Status start();

 private:
  void run();
  void serve(int connection);
  [[nodiscard]] ControlReply answer(const std::string& request);

  const Home& home_;
  node::ProjectionStore& store_;
  node::Node& node_;
  CarriedMetrics* carried_;
  int listening_ = -1;
  int wake_ = -1;
  std::atomic<bool> stopping_{false};  // a long answer need not be finished
  std::thread thread_;
};

// Asks the holder of DATA for one thing of the list, by name and value. kUnavailable: it doesn't listen, or ended before it answered.
[[nodiscard]] Result<ControlReply> ask_holder(const std::filesystem::path& data, const std::map<std::string, std::string>& request);
// Asks the holder of DATA for a backup to that absolute path. kUnavailable: it doesn't listen, or ended before it answered.
[[nodiscard]] Result<ControlReply> ask_holder_for_backup(const std::filesystem::path& data, const std::filesystem::path& to);

}  // namespace docket::local
