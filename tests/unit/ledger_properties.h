// What must hold for any bytes at all that are given to the ledger's readers; shared by the fuzzer and the unit tests.
#pragma once

#include <string>
#include <string_view>

#include "engine/ledger/base64url.h"
#include "engine/ledger/block_codec.h"
#include "engine/ledger/genesis.h"
#include "engine/ledger/heads.h"
#include "engine/ledger/keys.h"

namespace docket::ledger::testing {

// Empty, or which property is broken.
inline std::string broken_property(std::string_view bytes) {
  const auto head = decode_head(bytes);
  if (const auto block = decode_block(bytes); block.ok()) {
    const std::string text = encode_block(*block);
    const auto again = decode_block(text);
    if (text.size() <= kBlockBytesMax && !again.ok()) return "a block that was read can't be read after writing: " + again.error().message;
    if (again.ok() && encode_block(*again) != text) return "a block changes from writing to writing";
    // Where an event or a body is no JSON inside, either may refuse; the chain's walk and whoever reads that text always do.
    if (head.ok() && (head->height != block->height || head->previous != block->previous || head->records != block->records.size())) {
      return "the head is not the block's";
    }
    for (const Record& record : block->records) (void)parse_genesis(record).ok();
  } else if (block.error().message.empty()) {
    return "a refusal without a word";
  }
  if (const auto positions = parse_positions(bytes); positions.ok() && positions_text(*positions) != bytes)
    return "positions change by reading";
  if (const auto raw = base64url_bytes(bytes)) {
    const auto* data = reinterpret_cast<const std::uint8_t*>(raw->data());
    if (base64url({data, raw->size()}) != bytes) return "base64url changes by reading";
  }
  if (open_value(SealKey{}, "", bytes)) return "a sealed value that nobody sealed opens";
  if (const auto heads = parse_heads(bytes); heads.ok() && heads_hold(*heads, PublicKey{})) return "heads that nobody signed hold";
  return "";
}

}  // namespace docket::ledger::testing
