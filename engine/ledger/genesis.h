// The first record of each partition (ledger.md section 1): which ledger this is and by which algorithms. Only
// `docket ledger create` writes it. Thread rule: free functions.
#pragma once

#include <cstdint>
#include <string>

#include "engine/ledger/record.h"
#include "engine/model/result.h"

namespace docket::ledger {

struct Genesis {
  std::string ledger;  // random id, base64url
  int partition = 0;
  int partitions = model::kPartitions;
  std::uint32_t format = 1;
  std::string bundle;
  std::string hash = "sha256";
  std::string seal = "aes-256-gcm";
  std::string signature = "ed25519";
};

[[nodiscard]] Block genesis_block(const Genesis& genesis, Instant recorded);
// kInvalid: not a genesis. kConflict: a format or an algorithm that isn't built.
[[nodiscard]] Result<Genesis> parse_genesis(const Record& record);

}  // namespace docket::ledger
