#include "connectors/kafka/end_check.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "engine/ledger/block_codec.h"

namespace docket::kafka {
namespace {

constexpr int kAskedAgain = 12;  // times within a pause
constexpr int kEndMs = 5'000;

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
      return Error{ErrorCode::kNotFound,
                   "partition " + std::to_string(partition) + " ends at offset " + std::to_string(batch->next) +
                       ", and its block at offset " + std::to_string(end.last) + " was acknowledged or read before",
                   true};
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  reader.stop(partition);
  return Error{ErrorCode::kUnavailable, "partition " + std::to_string(partition) + ": its end could not be read back", true};
}

EndCheck::EndCheck(Settings settings, std::string topic, std::shared_ptr<ChainCopy> copy, int partitions, std::chrono::milliseconds pause,
                   Alarm alarm)
    : settings_(std::move(settings)),
      topic_(std::move(topic)),
      copy_(std::move(copy)),
      pause_(pause),
      absent_(static_cast<std::size_t>(partitions), 0),
      alarm_(std::move(alarm)) {}

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

bool EndCheck::pause(bool short_one) {
  std::unique_lock lock(mutex_);
  return !wake_.wait_for(lock, short_one ? pause_ / kAskedAgain : pause_, [this] { return stopping_; });
}

void EndCheck::check(Reader& reader, int partition) {
  int& absent = absent_[static_cast<std::size_t>(partition)];
  const auto good = check_end(reader, *copy_, partition, kEndMs);
  if (good) {
    absent = 0;
    return;
  }
  const Error& error = good.error();
  if (error.code == ErrorCode::kNotFound) ++absent;
  if (error.code != ErrorCode::kNotFound || absent == 1) alarm_(error.message);
  if (error.code == ErrorCode::kCorrupt) copy_->mark_lost(partition, error.message + kLostAdvice);
  if (error.code != ErrorCode::kNotFound || absent != kAskedAgain) return;
  const std::string why = error.message + ", and no broker had it since: acknowledged records are gone from the topic" + kLostAdvice;
  copy_->mark_lost(partition, why);
  alarm_(why);
}

void EndCheck::run() {
  auto reader = Reader::make(settings_, topic_, {});
  if (!reader) {
    alarm_("the ends of " + topic_ + " are not read back: " + reader.error().message);
    return;
  }
  bool short_one = false;
  while (pause(short_one)) {
    for (std::size_t partition = 0; partition < absent_.size(); ++partition) {
      if (short_one && absent_[partition] == 0) continue;
      check(**reader, static_cast<int>(partition));
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
    }
    short_one = std::any_of(absent_.begin(), absent_.end(), [](int times) { return times > 0 && times < kAskedAgain; });
  }
}

}  // namespace docket::kafka
