// The certificate of an erasure: which keys of a case were given up, by whom, and each place where what they opened may still be.
// Thread rule: free function, from any thread.
#pragma once

#include <string>

#include "connectors/node/key_copies.h"
#include "connectors/node/reading.h"
#include "engine/ledger/keys.h"

namespace docket::node {

// 404: there is no such case, or nothing of it was erased. `copies` may be null: there are none.
[[nodiscard]] service::Answer answer_erasure(const Reading& reading, const Params& params, const std::string& case_id,
                                             const ledger::KeyStore& keys, const KeyCopies& copies);

}  // namespace docket::node
