// The fixed problem types (conventions C2) with their status and titles, so that every face says the same.
// Thread rule: free functions over constants.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "connectors/service/service.h"

namespace docket::service {

struct ProblemType {
  std::string_view type;
  int status = 500;
  std::string_view title_zh;
  std::string_view title_en;
  int retry_after_s = 0;
};

[[nodiscard]] std::span<const ProblemType> problem_types();

// A Problem of a fixed type: status, titles and Retry-After filled in. An unknown type becomes "internal".
[[nodiscard]] Problem make_problem(std::string_view type, std::string detail = {});
// The answer of one that has no more to say.
[[nodiscard]] Answer problem_answer(std::string_view type, std::string detail, std::string_view language);

}  // namespace docket::service
