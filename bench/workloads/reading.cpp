#include "bench/workloads/reading.h"

#include <limits>

#include "connectors/local/wiring.h"

namespace docket::bench {

Result<Reading> open_reading(const std::string& data) {
  auto home = local::open_home_or_copy(data);
  if (!home) return home.error();
  auto store = local::open_projections(home->data / "projections", home->definitions.bundles, 2);
  if (!store) return store.error();
  return Reading{std::move(*home), std::move(*store)};
}

std::uint64_t cases_in(const Reading& reading, const std::string& kind, const std::string& state) {
  constexpr std::size_t kPage = 10'000;
  const auto& kinds = reading.home.bundle->kinds;
  std::vector<node::ListFilter> filters;
  if (!state.empty()) filters.push_back({"state", {state}});
  for (std::size_t k = 0; k < kinds.size(); ++k) {
    if (kinds[k].name != kind) continue;
    std::uint64_t count = 0;
    std::string after;
    while (true) {
      const auto page = reading.store->list(*reading.home.bundle, static_cast<model::KindId>(k), filters, after, kPage);
      count += page.size();
      if (page.size() < kPage) return count;
      after = page.back();
    }
  }
  return 0;
}

}  // namespace docket::bench
