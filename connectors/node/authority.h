// Whether a caller may publish these events. Thread rule: free functions.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "connectors/service/service.h"
#include "engine/ingest/ingest.h"

namespace docket::node {

// The answer if not: 403, every event beyond the grant by pointer. The request is refused as a whole, and nothing of it is written.
[[nodiscard]] std::optional<service::Answer> beyond(const service::Caller& caller, const std::vector<ingest::Offered>& events, bool single,
                                                    std::string_view language);

}  // namespace docket::node
