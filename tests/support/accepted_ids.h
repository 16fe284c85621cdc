// Ids of a block's accepted events, in their order.
#pragma once

#include <string>
#include <vector>

#include "engine/ledger/record.h"

namespace docket::testing {

inline void append_accepted_ids(std::vector<std::string>& ids, const ledger::Block& block) {
  for (const auto& record : block.records) {
    if (record.kind != ledger::RecordKind::kAccepted) continue;
    const auto from = record.event.find("\"id\":\"") + 6;
    ids.push_back(record.event.substr(from, record.event.find('"', from) - from));
  }
}

}  // namespace docket::testing
