#include "projections/metrics/series.h"

#include <optional>

namespace docket::projections::metrics {
namespace {

constexpr std::size_t kDenseMax = 64;
constexpr unsigned char kSparse = 0xFF;

Error damaged() { return Error{ErrorCode::kCorrupt, "the figures of a cell are damaged", false}; }

void put_number(std::string& out, std::uint64_t number) {
  for (; number >= 0x80U; number >>= 7U) out.push_back(static_cast<char>((number & 0x7FU) | 0x80U));
  out.push_back(static_cast<char>(number));
}

std::uint64_t zigzag(std::int64_t value) { return static_cast<std::uint64_t>(value) << 1U ^ (value < 0 ? ~std::uint64_t{0} : 0U); }
std::int64_t unzigzag(std::uint64_t raw) { return static_cast<std::int64_t>(raw >> 1U ^ ((raw & 1U) != 0 ? ~std::uint64_t{0} : 0U)); }

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  [[nodiscard]] bool done() const { return at_ == bytes_.size(); }
  [[nodiscard]] std::optional<std::uint64_t> number() {
    std::uint64_t out = 0;
    for (unsigned shift = 0;; shift += 7) {
      if (at_ >= bytes_.size() || shift > 63) return std::nullopt;
      const auto byte = static_cast<std::uint64_t>(static_cast<unsigned char>(bytes_[at_++]));
      out |= (byte & 0x7FU) << shift;
      if ((byte & 0x80U) == 0) return out;
    }
  }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

Result<Series> decode_sparse(Reader& reader) {
  Series series;
  while (!reader.done()) {
    const auto gap = reader.number();
    const auto raw = gap ? reader.number() : std::nullopt;
    if (!raw || *raw == 0 || *gap >= kSeriesMax - series.size()) return damaged();
    series.resize(series.size() + static_cast<std::size_t>(*gap));
    series.push_back(unzigzag(*raw));
  }
  if (series.size() <= kDenseMax) return damaged();
  return series;
}

}  // namespace

std::string encode_series(const Series& series) {
  std::size_t count = series.size();
  while (count > 0 && series[count - 1] == 0) --count;
  if (count <= kDenseMax) {
    std::string out(1, static_cast<char>(count));
    for (std::size_t s = 0; s < count; ++s) put_number(out, zigzag(series[s]));
    return out;
  }
  std::string out(1, static_cast<char>(kSparse));
  std::size_t next = 0;
  for (std::size_t s = 0; s < count; ++s) {
    if (series[s] == 0) continue;
    put_number(out, s - next);
    put_number(out, zigzag(series[s]));
    next = s + 1;
  }
  return out;
}

Result<Series> decode_series(std::string_view payload) {
  if (payload.empty()) return damaged();
  const auto count = static_cast<unsigned char>(payload[0]);
  Reader reader(payload.substr(1));
  if (count == kSparse) return decode_sparse(reader);
  if (count > kDenseMax) return damaged();
  Series series;
  for (std::size_t s = 0; s < count; ++s) {
    const auto raw = reader.number();
    if (!raw) return damaged();
    series.push_back(unzigzag(*raw));
  }
  if (!reader.done()) return damaged();
  return series;
}

}  // namespace docket::projections::metrics
