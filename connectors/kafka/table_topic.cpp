#include "connectors/kafka/table_topic.h"

#include <chrono>
#include <random>
#include <utility>

namespace docket::kafka {
namespace {

constexpr std::size_t kTableBytes = std::size_t{1} << 20U;
// A compacted log goes on beginning at 0, and a number needs no question: while a client doesn't know the leader yet, librdkafka asks for
// the beginning again after half a second only.
constexpr ledger::Offset kFirst = 0;
constexpr auto kIdleWait = std::chrono::milliseconds(50);
constexpr auto kTryAgain = std::chrono::milliseconds(5);

// A message as the reader hands it out: the key's length in four bytes, the key, the value.
std::string key_and_value(const rd_kafka_message_t& message) {
  std::string out;
  for (unsigned shift = 0; shift < 32; shift += 8) out.push_back(static_cast<char>((message.key_len >> shift) & 0xFFU));
  if (message.key != nullptr) out.append(static_cast<const char*>(message.key), message.key_len);
  if (message.payload != nullptr) out.append(static_cast<const char*>(message.payload), message.len);
  return out;
}

TableTopic::Row row_of(const std::string& text) {
  std::size_t size = 0;
  for (unsigned i = 0; i < 4; ++i) size |= static_cast<std::size_t>(static_cast<unsigned char>(text[i])) << (8 * i);
  return {text.substr(4, size), text.substr(4 + size)};
}

struct Waiting {  // for the reports of one put
  std::size_t left = 0;
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
};

void row_delivered(rd_kafka_t* /*client*/, const rd_kafka_message_t* message, void* /*opaque*/) {
  auto* const waiting = static_cast<Waiting*>(message->_private);
  --waiting->left;
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) waiting->error = message->err;
}

}  // namespace

TableTopic::TableTopic(Settings settings, std::string topic, std::string self, Take take)
    : settings_(std::move(settings)),
      topic_(std::move(topic)),
      mark_("~" + std::move(self)),
      process_((static_cast<std::uint64_t>(std::random_device{}()) << 32U) | std::random_device{}()),
      take_(std::move(take)) {}

TableTopic::~TableTopic() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  if (producer_) rd_kafka_purge(producer_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
}

void TableTopic::start() {
  thread_ = std::thread([this] { run(); });
}

Status TableTopic::put(const std::vector<Row>& rows, int patience_ms) {
  if (rows.empty()) return {};
  const std::lock_guard lock(put_mutex_);
  auto sent = send(rows, patience_ms);
  if (sent.ok() || !producer_) return sent;
  producer_.reset();  // what it may still hold is gone with it
  return sent;
}

Status TableTopic::send(const std::vector<Row>& rows, int patience_ms) {
  const std::string doing = "writing to " + topic_;
  if (!producer_) {
    auto made = make_producer(settings_, row_delivered, nullptr);
    if (!made) return made.error();
    producer_ = std::move(*made);
  }
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(patience_ms);
  const auto in_time = [&] { return std::chrono::steady_clock::now() < until; };
  Waiting waiting;
  const Topic named(rd_kafka_topic_new(producer_.get(), topic_.c_str(), nullptr));
  if (!named) return as_error(rd_kafka_last_error(), doing);
  for (const auto& row : rows) {
    auto code = RD_KAFKA_RESP_ERR_NO_ERROR;
    do {
      ++waiting.left;
      code = RD_KAFKA_RESP_ERR_NO_ERROR;
      void* const value = row.value.empty() ? nullptr : const_cast<char*>(row.value.data());
      if (rd_kafka_produce(named.get(), 0, RD_KAFKA_MSG_F_COPY, value, row.value.size(), row.key.data(), row.key.size(), &waiting) == 0)
        break;
      --waiting.left;
      code = rd_kafka_last_error();
      if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL) rd_kafka_poll(producer_.get(), 10);
    } while (code == RD_KAFKA_RESP_ERR__QUEUE_FULL && in_time());
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    waiting.error = code;
    break;
  }
  while (waiting.left > 0 && waiting.error == RD_KAFKA_RESP_ERR_NO_ERROR && in_time()) rd_kafka_poll(producer_.get(), 100);
  if (waiting.left == 0 && waiting.error == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  const auto error = waiting.error == RD_KAFKA_RESP_ERR_NO_ERROR ? RD_KAFKA_RESP_ERR__TIMED_OUT : waiting.error;
  rd_kafka_purge(producer_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  while (waiting.left > 0) rd_kafka_poll(producer_.get(), 100);  // each is reported, as purged if not otherwise
  auto told = as_error(error, doing);
  told.code = ErrorCode::kUnavailable;
  told.retriable = true;
  return told;
}

Status TableTopic::catch_up(int patience_ms) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(patience_ms);
  std::uint64_t wanted = 0;
  {
    const std::lock_guard lock(mutex_);
    wanted = ++asked_;
  }
  if (auto put_ = put({{mark_, std::to_string(process_) + " " + std::to_string(wanted)}}, patience_ms); !put_) return put_;
  std::unique_lock lock(mutex_);
  if (changed_.wait_until(lock, until, [&] { return seen_ >= wanted || stopping_; }) && !stopping_) return {};
  return Error{ErrorCode::kUnavailable, "topic " + topic_ + " isn't read to its end yet" + (trouble_.empty() ? "" : ": " + trouble_), true};
}

void TableTopic::take_batch(const ledger::ReadBatch& batch) {
  std::vector<Row> rows;
  std::uint64_t seen = 0;
  const std::string mine = std::to_string(process_) + " ";
  for (const auto& stored : batch.blocks) {
    auto row = row_of(stored.value);
    if (!row.key.starts_with('~')) {
      rows.push_back(std::move(row));
    } else if (row.key == mark_ && row.value.starts_with(mine)) {
      seen = std::strtoull(row.value.c_str() + mine.size(), nullptr, 10);
    }
  }
  if (!rows.empty()) take_(rows);
  const std::lock_guard lock(mutex_);
  trouble_.clear();
  if (seen <= seen_) return;
  seen_ = seen;
  changed_.notify_all();
}

void TableTopic::run() {
  std::unique_ptr<Reader> reader;
  ledger::Offset at = kFirst;
  const Reader::Place place{0, 0};
  const auto pause = [this](auto time) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, time, [this] { return news_ || stopping_; });
    news_ = false;
  };
  while (!stopping_) {
    if (!reader) {
      ReaderOptions options;
      options.topics = {topic_};
      options.kind = ReaderKind::kFollower;
      options.stays = true;
      options.text = key_and_value;
      auto made = Reader::make(settings_, std::move(options), [this] {
        const std::lock_guard lock(mutex_);
        news_ = true;
        changed_.notify_all();
      });
      if (!made) {
        pause(kIdleWait);
        continue;
      }
      reader = std::move(*made);
    }
    auto batch = reader->read(place, at, kTableBytes);
    if (!batch) {
      if (batch.error().code == ErrorCode::kNotFound) at = RD_KAFKA_OFFSET_BEGINNING;  // later by now, or made anew: all of it once more
      {
        const std::lock_guard lock(mutex_);
        trouble_ = batch.error().message;
      }
      pause(kTryAgain);
      continue;
    }
    at = batch->next;
    take_batch(*batch);
    if (batch->blocks.empty()) pause(kIdleWait);
  }
}

}  // namespace docket::kafka
