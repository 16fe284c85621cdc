// Bundles on Kafka: their texts in the topic of a ledger's configuration, by their id (ledger.md section 8). Written once, read at a first
// start, when there is no local copy yet.
// Thread rule: free functions that wait, `patience_ms` at most.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "connectors/kafka/client.h"

namespace docket::kafka {

// On the brokers when this returns.
[[nodiscard]] Status put_bundle(const Settings& settings, const std::string& topic, const std::string& id, const std::string& text,
                                int patience_ms);
// The newest text in the topic that fits; nothing if none does.
[[nodiscard]] Result<std::optional<std::string>> find_bundle(const Settings& settings, const std::string& topic,
                                                             const std::function<bool(const std::string& text)>& fits, int patience_ms);

}  // namespace docket::kafka
