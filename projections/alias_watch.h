// Watches for numbers that a second case has: tells each within a second of the event that gave it, and keeps the list of those that stand.
// The list is no row of its own: it is made from the alias rows at the start and kept by what is applied, so a restart and a rebuild
// come to the same. Internal to projections.
// Thread rule: a thread of its own; add() and page() from any.
#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "projections/projections.h"

namespace docket::projections {

class AliasWatch {
 public:
  // `impl` outlives it and is started.
  explicit AliasWatch(const Projections::Impl& impl);
  ~AliasWatch();
  AliasWatch(const AliasWatch&) = delete;
  AliasWatch& operator=(const AliasWatch&) = delete;

  void add(std::vector<std::string>&& keys);  // alias rows just put
  [[nodiscard]] Result<ConflictPage> page(std::string_view after, std::size_t limit) const;

 private:
  static constexpr std::size_t kWaitingMax = 200'000;  // more: the store is looked through anew

  void run();
  [[nodiscard]] Status look_through_store();
  [[nodiscard]] Status look_at(const std::vector<std::string>& prefixes);
  void failed(const Status& status) const;

  const Projections::Impl& impl_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::set<std::string> waiting_;                         // prefixes of rows put; guarded by mutex_, like the next
  std::set<std::string> candidates_;                      // prefixes that had two owners when last looked at
  std::map<std::string, std::vector<std::string>> told_;  // by candidate: its cases when it was told last; the thread's own
  bool missed_ = true;                                    // the store is to be looked through
  bool looked_ = false;                                   // it has been
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

// The cases that stand against each other under that alias row's prefix; fewer than two: none do.
[[nodiscard]] Result<AliasConflict> conflict_at(const Projections::Impl& impl, std::string_view prefix,
                                                const std::vector<aliases::Owner>& owners);
// The owners of each prefix, in its order.
[[nodiscard]] Result<std::vector<std::vector<aliases::Owner>>> owners_of(const Projections::Impl& impl,
                                                                         const std::vector<std::string>& prefixes);

}  // namespace docket::projections
