// Counts of an import as JSON, for its report and its checkpoint. Internal: includes Boost.JSON.
#pragma once

#include <boost/json.hpp>

#include "connectors/files/import.h"

namespace docket::files {

[[nodiscard]] boost::json::object counts_json(const ImportCounts& counts);

}  // namespace docket::files
