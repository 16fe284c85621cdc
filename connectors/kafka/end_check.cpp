#include "connectors/kafka/end_check.h"

#include <chrono>
#include <utility>

#include "engine/ledger/block_codec.h"

namespace docket::kafka {
namespace {

constexpr auto kPause = std::chrono::minutes(1);
constexpr int kPatienceMs = 5'000;

}  // namespace

Status check_end(Reader& reader, const ChainCopy& copy, int partition, int patience_ms) {
  const ChainCopy::End end = copy.end(partition);
  for (int waited_ms = 0; waited_ms < patience_ms; ++waited_ms) {
    const auto batch = reader.read(partition, end.last, 1);
    if (!batch) return batch.error();
    if (!batch->blocks.empty()) {
      const ledger::Stored& first = batch->blocks.front();
      reader.stop(partition);
      if (first.offset == end.last && ledger::hash_text(ledger::block_hash(first.value)) == end.head) return {};
      return Error{ErrorCode::kCorrupt,
                   "partition " + std::to_string(partition) + ": offset " + std::to_string(end.last) +
                       " doesn't hold the block that was read or written there before: the topic was cut or made anew"};
    }
    if (batch->end)
      return Error{ErrorCode::kUnavailable,
                   "partition " + std::to_string(partition) + " ends at offset " + std::to_string(batch->next) +
                       ", and its block at offset " + std::to_string(end.last) + " was acknowledged or read before",
                   true};
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  reader.stop(partition);
  return Error{ErrorCode::kUnavailable, "partition " + std::to_string(partition) + ": its end could not be read back", true};
}

EndCheck::EndCheck(Settings settings, std::string topic, std::shared_ptr<ChainCopy> copy, int partitions, Alarm alarm)
    : settings_(std::move(settings)), topic_(std::move(topic)), copy_(std::move(copy)), partitions_(partitions), alarm_(std::move(alarm)) {}

EndCheck::~EndCheck() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void EndCheck::start() {
  thread_ = std::thread([this] { run(); });
}

bool EndCheck::pause() {
  std::unique_lock lock(mutex_);
  return !wake_.wait_for(lock, kPause, [this] { return stopping_; });
}

void EndCheck::run() {
  auto reader = Reader::make(settings_, topic_, {});
  if (!reader) {
    alarm_("the ends of " + topic_ + " are not read back: " + reader.error().message);
    return;
  }
  while (pause()) {
    for (int partition = 0; partition < partitions_; ++partition) {
      const auto good = check_end(**reader, *copy_, partition, kPatienceMs);
      if (good) continue;
      alarm_(good.error().message);
      if (good.error().code == ErrorCode::kCorrupt) copy_->mark_lost(partition, good.error().message);
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
    }
  }
}

}  // namespace docket::kafka
