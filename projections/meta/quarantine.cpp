#include "projections/meta/quarantine.h"

#include <utility>

#include "projections/codec/codec.h"
#include "projections/codec/key.h"

namespace docket::projections::meta {
namespace {

constexpr std::uint8_t kQuarantineRow = 'Q';

}  // namespace

void put_quarantine(store::RowBatch& batch, int partition, const Quarantine& rows) {
  for (const auto& [case_id, row] : rows) {
    const std::string key = codec::KeyWriter(partition).u8(kQuarantineRow).text(case_id).str();
    if (!row) {
      batch.erase(key);
      continue;
    }
    std::string payload;
    codec::encode(payload, row->height, row->recorded, row->kind);
    batch.put(key, payload);
  }
}

Status read_quarantine(const store::View& view, int partition, Quarantine& into) {
  const std::string prefix = codec::KeyWriter(partition).u8(kQuarantineRow).str();
  const auto cursor = view.cursor(store::Family::kMeta, prefix, codec::after_prefix(prefix));
  for (; cursor->valid(); cursor->next()) {
    codec::KeyReader key(cursor->key().substr(prefix.size()));
    partition::QuarantinedRow row;
    row.case_id = key.text();
    const auto payload = cursor->payload();
    if (auto status = cursor->status(); !status.ok()) return status;
    if (auto decoded = codec::decode(payload, row.height, row.recorded, row.kind); !decoded.ok()) return decoded;
    const std::string case_id = row.case_id;
    into.try_emplace(case_id, std::move(row));
  }
  return cursor->status();
}

}  // namespace docket::projections::meta
