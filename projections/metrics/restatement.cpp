#include "projections/metrics/restatement.h"

#include "projections/codec/codec.h"
#include "projections/codec/key.h"

namespace docket::projections::metrics {

template <typename Archive>
void serialize(Archive& ar, RestatedCell& cell) {
  ar(cell.by, cell.series, cell.anchor, cell.group, cell.value);
}

std::string restatement_prefix(int partition, std::uint16_t metric, model::Day month) {
  return codec::KeyWriter(partition).u16(metric).i32(month).str();
}

std::string restatement_key(int partition, std::uint16_t metric, const Restatement& row) {
  return codec::KeyWriter(partition).u16(metric).i32(row.month).u64(row.height).str();
}

std::string encode_restatement(const Restatement& row) {
  std::string payload;
  codec::encode(payload, row.case_id, row.cells);
  return payload;
}

Result<Restatement> decode_restatement(model::Day month, std::string_view key_rest, std::string_view payload) {
  Restatement row;
  row.month = month;
  row.height = codec::KeyReader(key_rest).u64();
  if (auto decoded = codec::decode(payload, row.case_id, row.cells); !decoded.ok()) return decoded.error();
  return row;
}

}  // namespace docket::projections::metrics
