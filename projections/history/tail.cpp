#include "projections/history/tail.h"

#include "projections/codec/codec.h"
#include "projections/codec/key.h"
#include "projections/codec/model_archive.h"

namespace docket::projections::history {

void append_row(Tail& tail, const partition::HistoryRow& row, std::vector<Chunk>& full) {
  codec::encode(tail.bytes, row);
  if (++tail.rows < kChunkRows) return;
  full.push_back({tail.chunks, std::move(tail.bytes)});
  tail = Tail{tail.chunks + 1, 0, {}};
}

Status decode_rows(std::string_view bytes, std::vector<partition::HistoryRow>& out) {
  try {
    codec::SpanIn in(bytes);
    while (!in.at_end()) {
      partition::HistoryRow row;
      in(row);
      out.push_back(std::move(row));
    }
    return {};
  } catch (const cereal::Exception& failure) {
    return Error{ErrorCode::kCorrupt, std::string("history: ") + failure.what(), false};
  }
}

std::string chunk_key(int partition, std::string_view case_id, std::uint32_t number) {
  return codec::KeyWriter(partition).text(case_id).u32(number).take();
}

}  // namespace docket::projections::history
