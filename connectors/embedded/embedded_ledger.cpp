#include "connectors/embedded/embedded_ledger.h"

#include <optional>
#include <string>
#include <utility>

#include "engine/ledger/block_codec.h"

namespace docket::embedded {

void EmbeddedLedger::append(std::vector<ledger::Appending> blocks) {
  std::vector<EmbeddedStore::Row> rows;
  rows.reserve(blocks.size());
  std::string why;
  auto written = EmbeddedStore::Written::kRefused;
  for (const ledger::Appending& block : blocks) {
    const auto height = ledger::block_height(block.value);
    if (!height) why = height.error().message;
    if (!height) break;
    rows.push_back({block.partition, *height, block.value});
  }
  if (rows.size() == blocks.size()) written = store_->write(rows, why);
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const bool ok = written == EmbeddedStore::Written::kYes;
    const std::optional<ledger::Offset> offset = ok ? std::optional(static_cast<ledger::Offset>(rows[i].height)) : std::nullopt;
    reports_.push_back({blocks[i].token, blocks[i].partition, ok, offset, written == EmbeddedStore::Written::kFull, why});
  }
}

std::vector<ledger::Report> EmbeddedLedger::poll() { return std::exchange(reports_, {}); }

Result<ledger::ReadBatch> EmbeddedLedger::read(int partition, ledger::Offset from, std::size_t bytes_max) {
  return store_->read(partition, from, bytes_max);
}

}  // namespace docket::embedded
