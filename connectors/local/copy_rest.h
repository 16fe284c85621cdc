// What the topic has beyond the local copy of its ledger, read at start. Private to this folder.
// Thread rule: one thread's.
#pragma once

#include <memory>

#include "connectors/kafka/chain_copy.h"
#include "connectors/local/kafka_home.h"

namespace docket::local {

// Reads each partition from the copy's last block on: that block must be there unchanged, and what follows goes into the copy.
// kCorrupt: the topic is not the one that was copied. kUnavailable: no broker answers.
[[nodiscard]] Status copy_rest(const KafkaPlace& place, const std::shared_ptr<kafka::ChainCopy>& copy);

}  // namespace docket::local
