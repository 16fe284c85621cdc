// Page tokens: opaque, and good for the query they came from alone. Nothing in them is secret; the check finds tokens that were cut,
// changed or carried over to another question.
// Thread rule: free functions.
#pragma once

#include <string>
#include <string_view>

#include "connectors/node/reading.h"

namespace docket::node {

inline constexpr std::size_t kPageMax = 1000;
// As asked; more than kPageMax is cut to it, and the answer says so. Throws BadParameter.
[[nodiscard]] std::size_t asked_page_size(const Params& params, std::size_t otherwise);
// Where to go on, as the `next_page_token` of this query.
[[nodiscard]] std::string page_token(const service::Query& query, std::string_view place);
// The place in the query's page_token, "" if it has none. Throws BadParameter.
[[nodiscard]] std::string page_place(const Params& params);

}  // namespace docket::node
