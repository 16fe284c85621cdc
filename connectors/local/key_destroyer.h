// Destroys, beside a running node, the keys that erasures gave up and the parking keys that are too old (docs/decisions/0020-erasure.md):
// what a process that was killed left undone too. Thread rule: start() and stop() from one thread; a thread of its own works.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "connectors/local/home.h"

namespace docket::local {

class KeyDestroyer {
 public:
  // `home` outlives it, and nobody uses its keys before this returns.
  explicit KeyDestroyer(const Home& home);
  ~KeyDestroyer() { stop(); }
  KeyDestroyer(const KeyDestroyer&) = delete;
  KeyDestroyer& operator=(const KeyDestroyer&) = delete;
  void start();
  // Ends what is under way first.
  void stop();

 private:
  void run();

  const Home& home_;
  std::mutex mutex_;  // guards the next two
  std::condition_variable wake_;
  bool news_ = true;  // what was left undone, at the start
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace docket::local
