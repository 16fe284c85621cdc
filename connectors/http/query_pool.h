// A few threads for what blocks, behind a bounded queue: a read is refused at once rather than queued without end.
// Thread rule: post() from any thread. stop() once, from outside of the pool.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace docket::http {

class QueryPool {
 public:
  QueryPool(std::size_t threads, std::size_t queued_max);
  ~QueryPool();
  QueryPool(const QueryPool&) = delete;
  QueryPool& operator=(const QueryPool&) = delete;

  // False: the queue is full or the pool is stopped; the job is not taken.
  [[nodiscard]] bool post(std::function<void()> job);
  // Drops what is queued, waits for what runs.
  void stop();

 private:
  void run();

  const std::size_t queued_max_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> jobs_;  // guarded by mutex_
  bool stopped_ = false;                    // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace docket::http
