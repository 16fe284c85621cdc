// "Did you mean": the nearest of some names by edit distance, if it is near enough to be a slip of the hand.
// Thread rule: free function.
#pragma once

#include <algorithm>
#include <numeric>
#include <string_view>
#include <vector>

namespace docket::http {

template <typename Names>
[[nodiscard]] std::string_view nearest(std::string_view word, const Names& names) {
  std::string_view best;
  if (word.size() > 100) return best;
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  std::vector<std::size_t> row;
  for (const std::string_view name : names) {
    row.resize(name.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= word.size(); ++i) {
      std::size_t diagonal = row[0];
      row[0] = i;
      for (std::size_t j = 1; j <= name.size(); ++j) {
        const std::size_t above = row[j];
        row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (word[i - 1] == name[j - 1] ? 0U : 1U)});
        diagonal = above;
      }
    }
    if (row.back() < best_distance) {
      best_distance = row.back();
      best = name;
    }
  }
  return best;
}

}  // namespace docket::http
