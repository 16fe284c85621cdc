// Block <-> its value bytes: one JSON object, the same bytes in both homes (ledger.md section 1), and the chain over them.
// Encoding is deterministic: fixed member order, members that don't apply left out, integers as numbers below 2^53.
// Thread rule: free functions; decode keeps a thread-local parser.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/ledger/record.h"
#include "engine/model/result.h"

namespace docket::ledger {

inline constexpr std::size_t kBlockBytesMax = 512 * 1024;
inline constexpr std::size_t kRecordOverheadBytes = 512;  // upper bound of what one record adds beside its event and effects

using Hash = std::array<std::uint8_t, 32>;

[[nodiscard]] std::string encode_block(const Block& block);
// The same bytes record by record: append_record() as each is made, then the whole; `header`'s own records are not looked at.
void append_record(std::string& records, const Record& record);
[[nodiscard]] std::string encode_block(const Block& header, std::string_view records);
// kInvalid: not a block; kConflict: a block of a version or a record kind this program doesn't know (stop the partition).
[[nodiscard]] Result<Block> decode_block(std::string_view value);
// One record of it, without decoding the others; kNotFound: the block has none at that height.
struct RecordOfBlock {
  Record record;
  Instant recorded = 0;
};
[[nodiscard]] Result<RecordOfBlock> decode_record(std::string_view value, Height height);

// Only what the chain needs, without decoding records: previous, height, number of records, term, recorded.
struct BlockHead {
  Height height = 0;
  std::string previous;
  std::uint64_t term = 0;
  Instant recorded = 0;
  std::uint64_t records = 0;
};
[[nodiscard]] Result<BlockHead> decode_head(std::string_view value);
// The height alone, from the first bytes; no other byte is looked at.
[[nodiscard]] Result<Height> block_height(std::string_view value);

[[nodiscard]] Hash block_hash(std::string_view value);      // SHA-256
[[nodiscard]] std::string hash_text(const Hash& hash);      // 64 hex digits
[[nodiscard]] std::uint64_t hash_prefix(const Hash& hash);  // first 8 bytes, big-endian
[[nodiscard]] const std::string& zero_hash_text();          // `previous` of the genesis block

// "<partition>.<height>.<16 hex>", and a token of many positions joined by "," (opaque to clients).
[[nodiscard]] std::string position_text(const Position& position);
[[nodiscard]] Result<Position> parse_position(std::string_view text);
[[nodiscard]] std::string positions_text(std::span<const Position> positions);
[[nodiscard]] Result<std::vector<Position>> parse_positions(std::string_view text);

}  // namespace docket::ledger
