// The output topics of a ledger on Kafka, beside a node (docs/decisions/0012-outputs.md): which of them there are, and what writes them.
// Thread rule: one thread's.
#pragma once

#include <memory>

#include "connectors/kafka/chain_copy.h"
#include "connectors/local/kafka_home.h"

namespace docket::local {

// Sets home.outputs if any of them is there. kConflict: one has another number of partitions than the ledger.
[[nodiscard]] Status find_outputs(Home& home, const KafkaPlace& place, std::shared_ptr<kafka::ChainCopy> copy);

}  // namespace docket::local
