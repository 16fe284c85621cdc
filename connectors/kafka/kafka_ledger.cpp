#include "connectors/kafka/kafka_ledger.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace docket::kafka {
namespace {

constexpr int kOutOfRangeMax = 5;  // in a row, of one who can't ask for ever

}  // namespace

KafkaLedger::KafkaLedger(LedgerOptions options) : options_(std::move(options)) {}
KafkaLedger::~KafkaLedger() = default;

bool KafkaLedger::on_news(std::function<void()> wake) {
  wake_ = std::move(wake);
  return true;
}

std::function<void()> KafkaLedger::teller() {
  return [this] {
    {
      const std::lock_guard lock(mutex_);
      news_ = true;
    }
    told_.notify_one();
    if (wake_) wake_();
  };
}

bool KafkaLedger::wait_for_news(std::int64_t until_ms) {
  std::unique_lock lock(mutex_);
  // librdkafka tells when a queue gets its first message, so what was there before is asked for now and then.
  constexpr std::int64_t kLongest = 50;
  const std::int64_t left = until_ms - steady_ms();
  if (left <= 0) return false;
  told_.wait_for(lock, std::chrono::milliseconds(std::min(left, kLongest)), [this] { return news_; });
  news_ = false;
  return true;
}

bool KafkaLedger::make_producer() {
  if (producer_) return true;
  auto made = Producer::make(options_.settings, options_.topic, teller(), options_.clock);
  if (!made) return false;
  producer_ = std::move(*made);
  return true;
}

void KafkaLedger::append(std::vector<ledger::Appending> blocks) {
  if (!make_producer()) {
    for (const auto& block : blocks)
      reports_.push_back({block.token, block.partition, false, std::nullopt, false, "no producer could be made"});
    return;
  }
  for (auto& block : blocks) {
    // Its owner freezes, reads, and hears why.
    const std::string lost = options_.copy ? options_.copy->end(block.partition).lost : std::string();
    if (lost.empty()) {
      producer_->send(std::move(block));
    } else {
      reports_.push_back({block.token, block.partition, false, std::nullopt, false, lost});
    }
  }
  if (options_.patience_ms == 0) return;
  const std::int64_t until = steady_ms() + options_.patience_ms;
  for (take_reports(); producer_->under_way() > 0 && wait_for_news(until);) take_reports();
}

void KafkaLedger::take_reports() {
  if (!producer_) return;
  auto deliveries = producer_->poll();
  std::vector<ChainCopy::Own> own;
  std::vector<std::size_t> whose;
  const std::size_t first = reports_.size();
  for (auto& delivery : deliveries) {
    if (options_.copy && delivery.report.ok && delivery.report.offset) {
      own.push_back({delivery.report.partition, *delivery.report.offset, std::move(delivery.value), true});
      whose.push_back(first + static_cast<std::size_t>(&delivery - deliveries.data()));
    }
    reports_.push_back(std::move(delivery.report));
  }
  if (own.empty()) return;
  options_.copy->take(own);
  for (std::size_t i = 0; i < own.size(); ++i) {
    if (own[i].written) continue;
    auto& report = reports_[whose[i]];
    report.ok = false;  // it will be read, and written then
    report.error = "the local copy can't be written";
  }
}

std::vector<ledger::Report> KafkaLedger::poll() {
  take_reports();
  return std::exchange(reports_, {});
}

Result<ledger::ReadBatch> KafkaLedger::read_once(int partition, ledger::Offset from, std::size_t bytes_max) {
  if (options_.copy) {
    if (const auto end = options_.copy->end(partition); !end.lost.empty()) return Error{ErrorCode::kCorrupt, end.lost};
  }
  ledger::ReadBatch batch;
  if (const auto it = unsaved_.find(partition); it != unsaved_.end()) {
    batch = std::move(it->second);
    unsaved_.erase(it);
  } else {
    const bool follows = followed_.contains(partition);
    auto& reader = follows ? follower_ : reader_;
    if (!reader) {
      ReaderOptions options;
      options.topics = {options_.topic};
      options.stays = follows;
      options.kind = follows ? ReaderKind::kFollower : ReaderKind::kLedger;
      auto made = Reader::make(options_.settings, std::move(options), teller());
      if (!made) return made.error();
      reader = std::move(*made);
    }
    auto read = reader->read(partition, from, bytes_max);
    if (!read) return read.error();
    batch = std::move(*read);
  }
  if (options_.copy) {
    if (auto taken = options_.copy->take(partition, batch); !taken) {
      unsaved_[partition] = std::move(batch);
      return taken.error();
    }
  }
  return batch;
}

Result<ledger::ReadBatch> KafkaLedger::read(int partition, ledger::Offset from, std::size_t bytes_max) {
  auto batch = read_once(partition, from, bytes_max);
  if (options_.patience_ms == 0) return batch;
  const std::int64_t until = steady_ms() + options_.patience_ms;
  while (batch ? batch->blocks.empty() && !batch->end : batch.error().retriable) {
    if (!batch && reader_ && reader_->out_of_range(partition) >= kOutOfRangeMax) return Error{ErrorCode::kCorrupt, batch.error().message};
    if (!wait_for_news(until)) {
      if (!batch) return batch;
      return Error{
          ErrorCode::kUnavailable,
          "no answer from " + options_.settings.brokers + " about partition " + std::to_string(partition) + " of " + options_.topic, true};
    }
    batch = read_once(partition, from, bytes_max);
  }
  return batch;
}

void KafkaLedger::follow(int partition, bool on) {
  if (on) {
    followed_.insert(partition);
    if (reader_) reader_->stop(partition);
  } else if (followed_.erase(partition) > 0 && follower_) {
    follower_->stop(partition);
  }
}

void KafkaLedger::renew() {
  producer_.reset();
  reports_.clear();
  static_cast<void>(make_producer());  // if it can't be made now, append() says so
}

}  // namespace docket::kafka
