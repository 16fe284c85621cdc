// Parameters against what the office declares: a value that no case could ever have is a mistake, not an empty answer.
// Thread rule: free functions over immutable input. All throw BadParameter.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/node/reading.h"

namespace docket::node {

// `value` must be one of `names`; `what` says what they are: "a kind of this office".
void check_name(std::string_view parameter, std::string_view value, std::string_view what, const std::vector<std::string_view>& names);
// The text under which a case with that value is listed.
[[nodiscard]] std::string declared_value(const Reading& reading, std::string_view parameter, const definition::TypeSpec& spec,
                                         const std::string& value);
// The kind of that name.
[[nodiscard]] model::KindId declared_kind(const definition::Bundle& bundle, std::string_view parameter, const std::string& name);
void check_source(const definition::Bundle& bundle, const std::string& source);
void check_rejection_code(const std::string& code);
// Only one way to ask: if `parameter` is given, none of `others` may be.
void check_alone(const Params& params, std::string_view parameter, std::initializer_list<std::string_view> others);

}  // namespace docket::node
