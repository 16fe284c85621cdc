// A case's history in chunks of 16 rows. Full chunks are rows of the history family, written once; the rows that do not fill a chunk
// yet stand in the case's own row, so that writing a layer back reads nothing.
// Thread rule: plain values and free functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/partition/ports.h"

namespace docket::projections::history {

inline constexpr std::uint8_t kChunkRows = 16;

struct Tail {
  std::uint32_t chunks = 0;  // full ones before it
  std::uint8_t rows = 0;     // below kChunkRows
  std::string bytes;         // the rows, encoded one after the other
};

struct Chunk {
  std::uint32_t number = 0;
  std::string bytes;
};

// Adds a row; a chunk that it fills goes to `full`.
void append_row(Tail& tail, const partition::HistoryRow& row, std::vector<Chunk>& full);
[[nodiscard]] Status decode_rows(std::string_view bytes, std::vector<partition::HistoryRow>& out);
[[nodiscard]] std::string chunk_key(int partition, std::string_view case_id, std::uint32_t number);

}  // namespace docket::projections::history
