// A value as text, for keys (groups, filters, aliases): stable over bundles, since symbols are spelled out.
// Thread rule: free functions.
#pragma once

#include <string>

#include "engine/definition/bundle.h"

namespace docket::projections::codec {

// "" for no value, codes and units by their text, decimals as "1.5", dates "2017-03-08", flags "true"/"false".
// Lists are joined by ", " (filters and groups take their items one by one).
[[nodiscard]] std::string value_text(const definition::Bundle& bundle, const model::Value& value);

}  // namespace docket::projections::codec
