#include "projections/rejects/reject_rows.h"

#include "projections/codec/codec.h"
#include "projections/codec/key.h"

namespace docket::projections::rejects {

void put_rejects(const std::vector<RejectRow>& rows, int partition, store::RowBatch& batch) {
  for (const auto& row : rows) {
    std::string payload;
    codec::encode(payload, row.recorded, static_cast<std::uint16_t>(row.code), row.source);
    batch.put(codec::KeyWriter(partition).u64(~row.height).str(), payload);
  }
}

Status read_rejects(const store::View& view, int partition, model::Height end, std::size_t limit, std::vector<RejectRow>& into) {
  if (end == 0 || into.size() >= limit) return {};
  const std::string prefix = codec::KeyWriter(partition).str();
  const auto cursor = view.cursor(store::Family::kRejects, codec::KeyWriter(partition).u64(~(end - 1)).str(), codec::after_prefix(prefix));
  for (; cursor->valid() && into.size() < limit; cursor->next()) {
    RejectRow row;
    row.height = ~codec::KeyReader(cursor->key().substr(prefix.size())).u64();
    std::uint16_t code = 0;
    const auto payload = cursor->payload();
    if (auto status = cursor->status(); !status.ok()) return status;
    if (auto decoded = codec::decode(payload, row.recorded, code, row.source); !decoded.ok()) return decoded;
    row.code = static_cast<model::Rejection>(code);
    into.push_back(std::move(row));
  }
  return cursor->status();
}

}  // namespace docket::projections::rejects
