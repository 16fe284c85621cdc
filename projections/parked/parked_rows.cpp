#include "projections/parked/parked_rows.h"

#include "projections/codec/codec.h"
#include "projections/codec/key.h"

namespace docket::projections::parked {

void put_parked(const Layer& layer, int partition, store::RowBatch& batch) {
  for (const auto& [of, until] : layer.parked) {
    const std::string key = codec::KeyWriter(partition).text(of.first).u64(of.second).str();
    if (!until) {
      batch.erase(key);
      continue;
    }
    std::string payload;
    codec::encode(payload, *until);
    batch.put(key, payload);
  }
}

Status read_parked(const store::View& view, int partition, Waiting& into) {
  const std::string prefix = codec::KeyWriter(partition).str();
  const auto cursor = view.cursor(store::Family::kParked, prefix, codec::after_prefix(prefix));
  for (; cursor->valid(); cursor->next()) {
    codec::KeyReader key(cursor->key().substr(prefix.size()));
    std::string case_id = key.text();
    const model::Height height = key.u64();
    model::Instant until = 0;
    const auto payload = cursor->payload();
    if (auto status = cursor->status(); !status.ok()) return status;
    if (auto decoded = codec::decode(payload, until); !decoded.ok()) return decoded;
    into.try_emplace({std::move(case_id), height}, until);
  }
  return cursor->status();
}

}  // namespace docket::projections::parked
