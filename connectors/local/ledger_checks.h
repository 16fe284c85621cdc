// What the ledger commands of both homes share: a verification told in lines, and all chains copied.
// Thread rule: free functions.
#pragma once

#include <string>
#include <vector>

#include "engine/ledger/chain.h"
#include "engine/ledger/keys.h"

namespace docket::local {

// Reads a heads file: the heads whose signatures hold go to `options`, what is wrong to `problems`. False: it can't be read.
[[nodiscard]] bool take_heads(const std::string& file, const std::string& ledger, const ledger::SealKey& signing_seed,
                              ledger::VerifyOptions& options, std::vector<std::string>& problems);
// Verifies and prints; the exit code. `unseen`: what this verification can't see, "" if nothing.
[[nodiscard]] int verify_and_tell(ledger::Port& port, int partitions, const ledger::VerifyOptions& options,
                                  const std::vector<std::string>& problems, const std::string& unseen);
struct Copied {
  std::uint64_t blocks = 0;
  std::vector<ledger::Position> ends;
};
[[nodiscard]] Result<Copied> copy_all(ledger::Port& from, ledger::Port& to, int partitions, bool void_allowed);

}  // namespace docket::local
