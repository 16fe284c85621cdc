// What an output has to tell: rows of the blocks, and of the cases that blocks have touched.
#include <algorithm>
#include <utility>

#include "connectors/kafka/broker_clock.h"
#include "connectors/kafka/outputs.h"
#include "engine/ledger/block_codec.h"

namespace docket::kafka {
namespace {

constexpr std::size_t kBatchesMax = 256;  // of one partition
constexpr std::size_t kCasesMax = 64;     // in one batch: outcomes wait for it
constexpr std::size_t kTakeBytes = 256 * 1024;
constexpr std::int64_t kStatePauseMs = 100;

bool changes_a_case(const ledger::Record& record) {
  using Kind = ledger::RecordKind;
  return record.kind != Kind::kRejected && record.kind != Kind::kParked && record.kind != Kind::kForwarded &&
         record.kind != Kind::kDuplicates && record.kind != Kind::kLost;
}

}  // namespace

void Outputs::add_batch(Lane& lane, ledger::Height end, std::vector<OutputRow> rows, const std::string& position, model::Instant recorded) {
  const std::uint64_t number = lane.first + lane.open.size();
  lane.open.push_back({end, rows.size()});
  for (auto& row : rows) lane.waiting.push_back({std::move(row), position, recorded, number});
  lane.cursor = end;
  settle(lane);
}

// True: a block was taken, and there may be another.
bool Outputs::take_block(std::size_t i, int partition) {
  Lane& lane = streams_[i].lanes[static_cast<std::size_t>(partition)];
  if (lane.open.size() >= kBatchesMax || lane.cursor >= options_.copy->end(partition).height) return false;
  const auto batch = options_.blocks->read(partition, static_cast<ledger::Offset>(lane.cursor), kTakeBytes);
  if (!batch || batch->blocks.empty()) return false;
  for (const auto& stored : batch->blocks) {
    const auto block = ledger::decode_block(stored.value);
    if (!block || block->height != lane.cursor) {
      fail(i, "partition " + std::to_string(partition) + " at height " + std::to_string(lane.cursor) + ": " +
                  (block ? std::string("no block begins there") : block.error().message));
      return false;
    }
    const ledger::Position position{partition, block->end(), ledger::hash_prefix(ledger::block_hash(stored.value))};
    const std::int64_t keep = options_.streams[i].keep_ms;
    const bool old = keep >= 0 && block->recorded < options_.clock() - keep;
    add_batch(lane, block->end(), old ? std::vector<OutputRow>() : verdict_rows(position, *block), ledger::position_text(position),
              block->recorded);
    if (!send_waiting(i, partition) || lane.open.size() >= kBatchesMax) return false;
  }
  return true;
}

// The cases that some blocks have touched, each once and as it is now. One batch at a time: while it is under way, the next one grows.
bool Outputs::take_cases(std::size_t i, int partition) {
  Lane& lane = streams_[i].lanes[static_cast<std::size_t>(partition)];
  if (!lane.open.empty() || (steady_ms() < lane.not_before && !draining_)) return false;
  const auto position = options_.projected(partition);  // before any of the cases is read: none will be older
  const ledger::Height to = std::min(options_.copy->end(partition).height, position.height);
  if (lane.cursor >= to && lane.rewrite.empty()) return false;
  std::set<std::string> cases = std::exchange(lane.rewrite, {});
  ledger::Height end = lane.cursor;
  model::Instant recorded = options_.clock();
  while (end < to && cases.size() < kCasesMax) {
    const auto batch = options_.blocks->read(partition, static_cast<ledger::Offset>(end), kTakeBytes);
    if (!batch || batch->blocks.empty()) break;
    for (const auto& stored : batch->blocks) {
      const auto block = ledger::decode_block(stored.value);
      if (!block) {
        fail(i, "partition " + std::to_string(partition) + " at height " + std::to_string(end) + ": " + block.error().message);
        return false;
      }
      if (block->end() > to) break;
      for (const auto& record : block->records) {
        if (!changes_a_case(record)) continue;
        if (auto id = case_of(record); !id.empty()) cases.insert(std::move(id));
      }
      end = block->end();
      recorded = block->recorded;
      if (cases.size() >= kCasesMax) break;
    }
    if (batch->end) break;
  }
  std::vector<OutputRow> rows;
  for (const auto& id : cases) {
    if (auto row = options_.streams[i].row(id, position)) rows.push_back({id, std::move(*row)});
  }
  add_batch(lane, end, std::move(rows), ledger::position_text(position), recorded);
  if (end >= to) lane.not_before = steady_ms() + kStatePauseMs;  // nothing is left behind: what comes within that time makes one row
  return true;
}

}  // namespace docket::kafka
