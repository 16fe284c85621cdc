// What request headers ask for: the form of the body, the language, whether the client has the answer already.
// Thread rule: free functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "connectors/service/service.h"

namespace docket::http {

inline constexpr std::string_view kAcceptedTypes =
    "application/cloudevents+json, application/cloudevents-batch+json, application/x-ndjson, application/json";

// ASCII letters of either case are the same.
[[nodiscard]] bool equals_ignoring_case(std::string_view a, std::string_view b);

// nullopt: another media type, or a charset that is not UTF-8.
[[nodiscard]] std::optional<service::BodyFormat> body_format(std::string_view content_type);

// The same of a request with ce- fields, whose media type is that of the data: JSON, or none as there is no body.
[[nodiscard]] std::optional<service::BodyFormat> body_format_of_attributes(std::string_view content_type, bool has_body);

// The value of a ce- field: out of its quotes, if it stands in some, then percent-decoded once (CloudEvents 1.0.2, HTTP binding, 3.1.3.2).
// nullopt: a bad escape, or what comes out is no UTF-8.
[[nodiscard]] std::optional<std::string> attribute_value(std::string_view field);

// "zh" or "en" by Accept-Language with its weights; "en" when neither is asked for.
[[nodiscard]] std::string_view language(std::string_view accept_language);

// If-None-Match against a strong ETag: "*", or a list with weak comparison.
[[nodiscard]] bool etag_matches(std::string_view if_none_match, std::string_view etag);

}  // namespace docket::http
