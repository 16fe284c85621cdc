#include "connectors/local/replay.h"

#include <atomic>
#include <mutex>
#include <thread>

#include "connectors/local/wiring.h"
#include "engine/ledger/chain.h"

namespace docket::local {
namespace {

constexpr int kThreads = 2;

class LedgerRecords final : public partition::RecordReader {
 public:
  explicit LedgerRecords(const embedded::EmbeddedStore& ledger) : ledger_(ledger) {}
  Result<partition::RecordAt> record(int partition, model::Height height) const override {
    if (partition_ != partition || height < from_ || height >= to_) {
      auto stored = ledger_.block_at(partition, height);
      if (!stored) return stored.error();
      const auto head = ledger::decode_head(stored->value);
      if (!head) return head.error();
      value_ = std::move(stored->value);
      from_ = head->height;
      to_ = head->height + head->records;
      partition_ = partition;
    }
    auto decoded = ledger::decode_record(value_, height);
    if (!decoded) return decoded.error();
    return partition::RecordAt{std::move(decoded->record), decoded->recorded};
  }

 private:
  const embedded::EmbeddedStore& ledger_;
  mutable std::string value_;  // of the block at hand
  mutable model::Height from_ = 0;
  mutable model::Height to_ = 0;
  mutable int partition_ = -1;
};

// Puts the loop where its projections stand; the offset from which to read on.
Result<ledger::Offset> restore(const Home& home, int partition, const projections::meta::Head& head, partition::PartitionLoop& loop) {
  if (head.position.height == 0) return ledger::Offset{0};
  const auto stored = home.ledger->block_at(partition, head.position.height - 1);
  if (!stored) return stored.error().with_context("the projections are ahead of the ledger");
  const auto hash = ledger::block_hash(stored->value);
  if (ledger::hash_prefix(hash) != head.position.hash)
    return Error{ErrorCode::kCorrupt, "the projections stand on a block that is not in the ledger; run `docket store rebuild`", false};
  const auto block = ledger::decode_block(stored->value);
  if (!block) return block.error();
  const auto offset = home.ledger->port()->after(stored->offset, block->records.size());
  if (auto restored = loop.restore_bundle(block->bundle, head.activation); !restored) return restored.error();
  loop.restore({partition, head.position.height, head.position.hash}, ledger::hash_text(hash), head.term, head.recorded, offset);
  return offset;
}

Status replay_partition(const Home& home, int partition, std::size_t worker, projections::Projections& projections,
                        partition::Rulebooks& books, const std::function<void(std::size_t)>& read) {
  PartitionReplay replay(home, partition, projections, books);
  if (auto begun = replay.begin(); !begun) return begun;
  return replay.advance([&](std::size_t blocks) -> Status {
    read(blocks);
    return make_room(projections, worker, 0);
  });
}

// Each thread has partitions of its own. What is applied is written back when this is done. The blocks that were read; `progress` is called
// with those so far.
Result<std::uint64_t> replay_all(const Home& home, projections::Projections& projections,
                                 const std::function<void(std::uint64_t)>& progress) {
  std::atomic<std::uint64_t> blocks{0};
  std::mutex mutex;
  Status first;
  const std::string tag_key = tag_key_text(home);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      partition::Rulebooks books(home.bundle, tag_key, home.definitions.bundles.get());
      for (int partition = t; partition < model::kPartitions; partition += kThreads) {
        auto status = replay_partition(home, partition, static_cast<std::size_t>(t), projections, books, [&](std::size_t read) {
          blocks += read;
          const std::lock_guard lock(mutex);
          progress(blocks);
        });
        if (status) continue;
        const std::lock_guard lock(mutex);
        if (first.ok()) first = status.error().with_context("partition " + std::to_string(partition));
        return;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  if (first) first = projections.flush();
  if (!first) return first.error();
  return blocks.load();
}

}  // namespace

struct PartitionReplay::Parts {
  Parts(const Home& home_in, int partition_in, projections::Projections& projections_in, partition::Rulebooks& books)
      : home(home_in), partition(partition_in), projections(projections_in), records(std::make_unique<LedgerRecords>(*home.ledger)) {
    partition::LoopOptions options;
    options.partition = partition;
    options.ledger_id = home.ledger->ledger_id();
    loop = std::make_unique<partition::PartitionLoop>(options, books, *home.keys, projections, *records, projections);
  }
  const Home& home;
  const int partition;
  projections::Projections& projections;
  const std::unique_ptr<partition::RecordReader> records;
  std::unique_ptr<partition::PartitionLoop> loop;
  ledger::Offset from = 0;
};

PartitionReplay::PartitionReplay(const Home& home, int partition, projections::Projections& projections, partition::Rulebooks& books)
    : parts_(std::make_unique<Parts>(home, partition, projections, books)) {}
PartitionReplay::~PartitionReplay() = default;

Status PartitionReplay::begin() {
  const auto heads = parts_->projections.heads();
  const auto from = restore(parts_->home, parts_->partition, heads[static_cast<std::size_t>(parts_->partition)], *parts_->loop);
  if (!from) return from.error();
  parts_->from = *from;
  return {};
}

Status PartitionReplay::advance(const std::function<Status(std::size_t blocks)>& after) {
  return feed(parts_->home, parts_->partition, parts_->from, *parts_->loop, after);
}

std::string tag_key_text(const Home& home) {
  const auto& key = home.keys->tag_key();
  return {reinterpret_cast<const char*>(key.data()), key.size()};
}

Status make_room(projections::Projections& projections, std::size_t worker, model::Instant now) {
  projections.tick(worker, now);
  while (projections.full(worker)) {
    if (auto health = projections.health(); !health) return health;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    projections.tick(worker, now);
  }
  return {};
}

Status feed(const Home& home, int partition, ledger::Offset& from, partition::PartitionLoop& loop,
            const std::function<Status(std::size_t blocks)>& after) {
  while (true) {
    auto batch = home.ledger->read(partition, from, ledger::kReadBytes);
    if (!batch) return batch.error();
    loop.read_done(*batch);
    if (!loop.stop_reason().empty()) return Error{ErrorCode::kCorrupt, loop.stop_reason(), false};
    from = batch->next;
    if (auto status = after(batch->blocks.size()); !status) return status;
    if (batch->end) return {};
  }
}

Result<std::unique_ptr<projections::Projections>> open_raw_projections(const Home& home, const std::filesystem::path& folder,
                                                                       const std::string& store_name) {
  projections::Options options;
  options.folder = folder;
  options.store_name = store_name;
  options.workers.resize(static_cast<std::size_t>(kThreads));
  for (int partition = 0; partition < model::kPartitions; ++partition) {
    options.workers[static_cast<std::size_t>(partition % kThreads)].push_back(partition);
  }
  options.limits.events = 65'536;
  options.limits.bytes = 256U << 20U;
  options.bundles = lookup_in(home.definitions.bundles);
  return projections::Projections::open(options);
}

Status catch_up(const Home& home, projections::Projections& projections) {
  auto done = replay_all(home, projections, [](std::uint64_t) {});
  return done ? Status() : done.error();
}

Result<ReplayResult> replay_ledger(const Home& home, const std::filesystem::path& folder, const std::string& store_name,
                                   const std::function<void(std::uint64_t)>& progress) {
  auto opened = open_raw_projections(home, folder, store_name);
  if (!opened) return opened.error();
  ReplayResult result;
  result.projections = std::move(*opened);
  const auto blocks = replay_all(home, *result.projections, progress);
  if (!blocks) return blocks.error();
  for (const auto& head : result.projections->heads()) result.records += head.position.height;
  result.blocks = *blocks;
  return result;
}

}  // namespace docket::local
