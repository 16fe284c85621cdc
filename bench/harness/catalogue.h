// Every figure that a run must bring: its name in the results, its unit, and what its floor does. A run that lacks one fails.
// Thread rule: constant.
#pragma once

#include <string_view>
#include <vector>

namespace docket::bench {

enum class Better : unsigned char { kMore, kLess };

struct FigureDef {
  std::string_view name;
  std::string_view title;
  std::string_view unit;
  Better better = Better::kMore;
  int digits = 0;
  std::string_view floor;  // what the raw libraries do; "": no floor
  bool large = false;      // with --large only
  bool kafka = false;      // through a broker
};

[[nodiscard]] const std::vector<FigureDef>& catalogue();
[[nodiscard]] const FigureDef* find_figure(std::string_view name);

}  // namespace docket::bench
