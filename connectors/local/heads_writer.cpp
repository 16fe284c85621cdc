#include "connectors/local/heads_writer.h"

#include <chrono>
#include <iostream>
#include <utility>

#include "engine/ledger/block_codec.h"
#include "engine/ledger/heads.h"
#include "projections/crash_point.h"

namespace docket::local {
namespace {

constexpr std::size_t kPauseMs = 10'000;

}  // namespace

Status HeadsWriter::start() {
  auto file = embedded::HeadsFile::open(home_.data / "heads.ndjson");
  if (!file) return file.error();
  file_.emplace(std::move(*file));
  thread_ = std::thread([this] { run(); });
  return {};
}

void HeadsWriter::stop() {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || !file_) return;
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  if (file_) write(true);
}

void HeadsWriter::run() {
  std::unique_lock lock(mutex_);
#ifdef DOCKET_CRASH_POINTS
  const std::chrono::milliseconds pause(crash::number("DOCKET_HEADS_MS", kPauseMs));
#else
  const std::chrono::milliseconds pause(kPauseMs);
#endif
  while (!wake_.wait_for(lock, pause, [&] { return stopping_; })) {
    lock.unlock();
    write(false);
    lock.lock();
  }
}

// Whether the partition's chain has anything since the last look that is no head record.
bool HeadsWriter::moved(int partition, const std::vector<ledger::Position>& heads) const {
  const auto at = static_cast<std::size_t>(partition);
  if (last_.empty()) return heads[at].height > 0;
  if (heads[at] == last_[at]) return false;
  if (!to_chain_) return true;
  for (auto height = heads[at].height; height > last_[at].height;) {
    const auto stored = home_.block_at ? home_.block_at(partition, height - 1) : home_.ledger->block_at(partition, height - 1);
    if (!stored) return true;
    const auto block = ledger::decode_block(stored->value);
    if (!block) return true;
    for (const auto& record : block->records) {
      if (record.kind != ledger::RecordKind::kHead) return true;
    }
    height = block->height;
  }
  return false;
}

void HeadsWriter::write(bool at_end) {
  std::vector<ledger::Position> heads;
  for (int partition = 0; partition < model::kPartitions; ++partition) heads.push_back(store_.position(partition));
  if (heads == in_file_) return;
  const auto now = wall_clock();
  const auto& seed = home_.keys->signing_seed();
  bool active = at_end || failed_;
  for (int partition = 0; partition < model::kPartitions; ++partition) {
    if (!moved(partition, heads)) continue;
    active = true;
    if (to_chain_ && !at_end)
      to_chain_((partition + 1) % model::kPartitions,
                ledger::sign_head(home_.ledger->ledger_id(), now, heads[static_cast<std::size_t>(partition)], seed));
  }
  last_ = heads;
  if (!active) return;
  const std::string line = ledger::sign_heads(home_.ledger->ledger_id(), now, heads, seed);
  if (auto written = file_->append(line); written.ok()) {
    in_file_ = std::move(heads);
    failed_ = false;
    if (tell_) tell_(line);
  } else if (!std::exchange(failed_, true)) {
    std::cerr << "docket: signed heads are not written: " << written.error().message << "\n";
  }
}

}  // namespace docket::local
