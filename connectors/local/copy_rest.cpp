#include "connectors/local/copy_rest.h"

#include <chrono>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "connectors/kafka/end_check.h"
#include "engine/ledger/block_codec.h"
#include "engine/ledger/chain.h"
#include "projections/crash_point.h"

namespace docket::local {
namespace {

class CopyRest {
 public:
  CopyRest(const KafkaPlace& place, std::shared_ptr<kafka::ChainCopy> copy) : place_(place), copy_(std::move(copy)) {}

  Status run() {
    kafka::KafkaLedger port({place_.settings, place_.names.ledger, copy_, 0});
    std::set<int> open;
    for (int partition = 0; partition < model::kPartitions; ++partition) {
      const auto end = copy_->end(partition);
      starts_.push_back(end);
      from_.push_back(end.last);
      open.insert(partition);
    }
#ifdef DOCKET_CRASH_POINTS
    const int patience_ms = static_cast<int>(crash::number("DOCKET_COPY_PATIENCE_MS", kPatienceMs));
#else
    const int patience_ms = kPatienceMs;
#endif
    for (int idle_ms = 0; !open.empty();) {
      bool moved = false;
      for (auto it = open.begin(); it != open.end();) {
        const auto done = step(port, *it, moved);
        if (!done) return done.error();
        it = *done ? open.erase(it) : std::next(it);
      }
      if (moved) {
        idle_ms = 0;
        continue;
      }
      if (++idle_ms > patience_ms)
        return last_error_
                   ? *last_error_
                   : Error{ErrorCode::kUnavailable, "no answer from " + place_.settings.brokers + " about " + place_.names.ledger, true};
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return {};
  }

 private:
  // True: the partition is read to its end.
  Result<bool> step(kafka::KafkaLedger& port, int partition, bool& moved) {
    const auto at = static_cast<std::size_t>(partition);
    auto batch = port.read(partition, from_[at], ledger::kReadBytes);
    if (!batch && !batch.error().retriable) return batch.error();
    if (!batch) last_error_ = batch.error();
    if (!batch && batch.error().code == ErrorCode::kNotFound) {
      last_error_ = Error{ErrorCode::kCorrupt, batch.error().message + ", and the local copy has a block from there" + kafka::kLostAdvice};
    }
    if (!batch) return false;
    if (from_[at] == starts_[at].last && !batch->blocks.empty()) {
      const auto& first = batch->blocks.front();
      if (first.offset != starts_[at].last || ledger::hash_text(ledger::block_hash(first.value)) != starts_[at].head)
        return Error{ErrorCode::kCorrupt, name_of(partition, place_) + ": offset " + std::to_string(starts_[at].last) +
                                              " doesn't hold the block that the local copy has from there: the topic was made anew or "
                                              "changed, or the copy belongs to another one" +
                                              kafka::kLostAdvice};
    }
    // An end below the copy's proves nothing yet: it may be that of a broker that no longer leads.
    if (batch->end && batch->next <= starts_[at].last) {
      last_error_ = Error{ErrorCode::kCorrupt, name_of(partition, place_) + " ends at offset " + std::to_string(batch->next) +
                                                   ", and the local copy has a block from offset " + std::to_string(starts_[at].last) +
                                                   ": acknowledged records are gone from the topic" + kafka::kLostAdvice};
      return false;
    }
    moved = moved || !batch->blocks.empty() || batch->end;
    from_[at] = batch->next;
    return batch->end;
  }

  const KafkaPlace& place_;
  std::shared_ptr<kafka::ChainCopy> copy_;
  std::vector<kafka::ChainCopy::End> starts_;
  std::vector<ledger::Offset> from_;
  std::optional<Error> last_error_;
};

}  // namespace

Status copy_rest(const KafkaPlace& place, const std::shared_ptr<kafka::ChainCopy>& copy) { return CopyRest(place, copy).run(); }

}  // namespace docket::local
