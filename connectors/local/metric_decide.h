// docket metric backfill, swap and undo, where the folder is open. Thread rule: one at a time for a ledger's folder.
#pragma once

#include <string>

#include "connectors/local/control.h"

namespace docket::local {

class CarriedMetrics;

// `metrics`: their names, with commas between. `carried`: null while an import holds the folder.
[[nodiscard]] ControlReply metric_in(CarriedMetrics* carried, const std::string& what, const std::string& metrics, const std::string& by);

}  // namespace docket::local
