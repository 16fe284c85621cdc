// Signed heads (ledger.md section 10): a line of JSON that says which position each partition had reached, signed with
// Ed25519, for keeping elsewhere. With them a cut tail and a rewrite are seen.
// Line: {"ledger","recorded","heads":[position...],"signature"}; the signature (base64url) is over the bytes of the same
// object without its last member. Thread rule: free functions.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/ledger/keys.h"
#include "engine/ledger/record.h"
#include "engine/model/result.h"

namespace docket::ledger {

using PublicKey = std::array<std::uint8_t, 32>;

struct SignedHeads {
  std::string ledger;
  Instant recorded = 0;
  std::vector<Position> heads;
  std::string signature;
};

[[nodiscard]] PublicKey public_key_of(const SealKey& signing_seed);
// One line without its end.
[[nodiscard]] std::string sign_heads(std::string_view ledger, Instant recorded, std::span<const Position> heads,
                                     const SealKey& signing_seed);
[[nodiscard]] Result<SignedHeads> parse_heads(std::string_view line);
[[nodiscard]] bool heads_hold(const SignedHeads& heads, const PublicKey& key);

// The body of a `head` record: where the chain of the partition before stood, signed as a line with this one position.
// {"position","recorded","signature"}
[[nodiscard]] std::string sign_head(std::string_view ledger, Instant recorded, const Position& head, const SealKey& signing_seed);
[[nodiscard]] Result<SignedHeads> parse_head(std::string_view body, std::string_view ledger);

struct HeadsText {
  std::vector<SignedHeads> heads;     // readable, of that ledger, signature holds
  std::vector<std::string> findings;  // "line 7: ..." of the others
};
// A whole heads file; a last line without its end is passed over (it was being written).
[[nodiscard]] HeadsText read_heads(std::string_view text, std::string_view ledger, const PublicKey& key);

}  // namespace docket::ledger
