// Builds projections from the ledger alone, beside those that serve: the whole of rebuild and verify; and what a node does first that comes
// back, or comes with nothing but its keys. Thread rule: one call; it uses two threads inside.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "connectors/local/home.h"
#include "engine/partition/loop.h"
#include "projections/projections.h"

namespace docket::local {

struct ReplayResult {
  std::unique_ptr<projections::Projections> projections;  // flushed
  std::uint64_t records = 0;
  std::uint64_t blocks = 0;
};

// Lets the loop of a partition read what the ledger holds from `from` on, which is then where to go on; `after` is called behind each batch
// with how many blocks it had, and its error ends it. kCorrupt: the loop stopped.
[[nodiscard]] Status feed(const Home& home, int partition, ledger::Offset& from, partition::PartitionLoop& loop,
                          const std::function<Status(std::size_t blocks)>& after);

// One partition's chain followed into projections, from where they stand. Thread rule: one thread, which is that of the rulebooks too.
// Ownership: all that it is given outlives it.
class PartitionReplay {
 public:
  PartitionReplay(const Home& home, int partition, projections::Projections& projections, partition::Rulebooks& books);
  ~PartitionReplay();
  PartitionReplay(const PartitionReplay&) = delete;
  PartitionReplay& operator=(const PartitionReplay&) = delete;
  // kCorrupt: the projections stand on a block that isn't there.
  [[nodiscard]] Status begin();
  // Up to the ledger's end, batch by batch; `after` as above. Again: what has come since.
  [[nodiscard]] Status advance(const std::function<Status(std::size_t blocks)>& after);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};
// The key of the tags, as rulebooks want it.
[[nodiscard]] std::string tag_key_text(const Home& home);
// Freezes what is full, and waits until it is written.
[[nodiscard]] Status make_room(projections::Projections& projections, std::size_t worker, model::Instant now);

// `store_name`: a new store in `folder`. `progress` is called now and then with the records so far.
[[nodiscard]] Result<ReplayResult> replay_ledger(const Home& home, const std::filesystem::path& folder, const std::string& store_name,
                                                 const std::function<void(std::uint64_t)>& progress);
// Applies what the ledger holds beyond the projections, which open_raw_projections() opened, and writes it back. kCorrupt: they stand on a
// block that isn't there.
[[nodiscard]] Status catch_up(const Home& home, projections::Projections& projections);
[[nodiscard]] Result<std::unique_ptr<projections::Projections>> open_raw_projections(const Home& home, const std::filesystem::path& folder,
                                                                                     const std::string& store_name);

}  // namespace docket::local
