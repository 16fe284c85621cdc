// The metrics of an office as written, `like` and `variants` resolved: one entry a name, its keys pointing at the nodes that hold.
// Internal to engine/definition.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/definition/build.h"

namespace docket::definition {

// What a metric measures: it has one of these keys.
inline constexpr std::string_view kMeasures[] = {"ratio", "count", "sum", "stock", "duration", "combine", "complement"};

struct MetricText {
  std::string name;  // with its variant
  std::string area;
  std::uint16_t version = 1;
  Labels title;
  const Node* key = nullptr;                               // where the name stands
  std::map<std::string, const Node*, std::less<>> values;  // every key but title, like, variants

  [[nodiscard]] const Node* get(std::string_view word) const {
    const auto found = values.find(word);
    return found == values.end() ? nullptr : found->second;
  }
};

[[nodiscard]] std::vector<MetricText> expand_metrics(Build& build);
void check_metrics(Build& build, const std::vector<MetricText>& texts);  // after all compiled without error

}  // namespace docket::definition
