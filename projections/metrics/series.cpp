#include "projections/metrics/series.h"

namespace docket::projections::metrics {
namespace {

Error damaged() { return Error{ErrorCode::kCorrupt, "the figures of a cell are damaged", false}; }

}  // namespace

std::string encode_series(const Series& series) {
  std::size_t count = series.size();
  while (count > 0 && series[count - 1] == 0) --count;
  std::string out(1, static_cast<char>(count));
  for (std::size_t s = 0; s < count; ++s) {
    const auto raw = static_cast<std::uint64_t>(series[s]);
    std::uint64_t zigzag = raw << 1U ^ (series[s] < 0 ? ~std::uint64_t{0} : 0U);
    for (; zigzag >= 0x80U; zigzag >>= 7U) out.push_back(static_cast<char>((zigzag & 0x7FU) | 0x80U));
    out.push_back(static_cast<char>(zigzag));
  }
  return out;
}

Result<Series> decode_series(std::string_view payload) {
  if (payload.empty()) return damaged();
  const std::size_t count = static_cast<unsigned char>(payload[0]);
  std::size_t at = 1;
  Series series;
  for (std::size_t s = 0; s < count; ++s) {
    std::uint64_t zigzag = 0;
    for (unsigned shift = 0;; shift += 7) {
      if (at >= payload.size() || shift > 63) return damaged();
      const auto byte = static_cast<std::uint64_t>(static_cast<unsigned char>(payload[at++]));
      zigzag |= (byte & 0x7FU) << shift;
      if ((byte & 0x80U) == 0) break;
    }
    series.push_back(static_cast<std::int64_t>(zigzag >> 1U ^ ((zigzag & 1U) != 0 ? ~std::uint64_t{0} : 0U)));
  }
  if (at != payload.size()) return damaged();
  return series;
}

}  // namespace docket::projections::metrics
