// The contract of the HTTP face, schemas/openapi.yml, as the binary serves it: built in, and the same as JSON.
// Thread rule: free functions; both texts are constant once made.
#pragma once

#include <string>

namespace docket::service {

[[nodiscard]] const std::string& openapi_yaml();
[[nodiscard]] const std::string& openapi_json();  // anchors and aliases written out

}  // namespace docket::service
