// docket kind activate, where the folder is open. Thread rule: one at a time for a ledger's folder.
#pragma once

#include <string>

#include "connectors/local/control.h"
#include "connectors/local/definitions.h"
#include "connectors/node/node.h"

namespace docket::local {

// `text`: a bundle's texts (texts_to_json).
[[nodiscard]] ControlReply activate_in(const Definitions& definitions, const std::string& text, const std::string& by, bool dry_run);
// The same, and returns when the partitions of the node that serves the folder have it in their chains, or after 10 s.
[[nodiscard]] ControlReply activate_in(const Definitions& definitions, const node::Node& node, const std::string& text,
                                       const std::string& by, bool dry_run);

}  // namespace docket::local
