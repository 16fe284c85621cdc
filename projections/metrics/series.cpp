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

Result<SparseSeries> decode_pairs(Reader& reader) {
  SparseSeries series;
  std::size_t next = 0;
  while (!reader.done()) {
    const auto gap = reader.number();
    const auto raw = gap ? reader.number() : std::nullopt;
    if (!raw || *raw == 0 || *gap >= kSeriesMax - next) return damaged();
    next += static_cast<std::size_t>(*gap);
    series.emplace_back(static_cast<std::uint16_t>(next++), unzigzag(*raw));
  }
  if (next <= kDenseMax) return damaged();
  return series;
}

}  // namespace

void add_to(SparseSeries& into, const SparseSeries& values) {
  SparseSeries out;
  out.reserve(into.size() + values.size());
  auto a = into.begin();
  for (auto b = values.begin(); a != into.end() || b != values.end();) {
    if (b == values.end() || (a != into.end() && a->first < b->first)) {
      out.push_back(*a++);
    } else if (a == into.end() || b->first < a->first) {
      out.push_back(*b++);
    } else {
      out.emplace_back(a->first, a->second + b->second);
      ++a;
      ++b;
    }
  }
  into = std::move(out);
}

std::string encode_series(const SparseSeries& series) {
  std::size_t size = series.size();
  while (size > 0 && series[size - 1].second == 0) --size;
  const std::size_t count = size == 0 ? 0 : series[size - 1].first + std::size_t{1};
  const bool dense = count <= kDenseMax;
  std::string out(1, static_cast<char>(dense ? count : kSparse));
  std::size_t next = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const auto& [number, value] = series[i];
    if (value == 0) continue;
    if (dense) {
      out.append(number - next, '\0');
    } else {
      put_number(out, number - next);
    }
    put_number(out, zigzag(value));
    next = number + std::size_t{1};
  }
  return out;
}

Result<SparseSeries> decode_sparse_series(std::string_view payload) {
  if (payload.empty()) return damaged();
  const auto count = static_cast<unsigned char>(payload[0]);
  Reader reader(payload.substr(1));
  if (count == kSparse) return decode_pairs(reader);
  if (count > kDenseMax) return damaged();
  SparseSeries series;
  for (std::uint16_t s = 0; s < count; ++s) {
    const auto raw = reader.number();
    if (!raw) return damaged();
    if (*raw != 0) series.emplace_back(s, unzigzag(*raw));
  }
  if (!reader.done()) return damaged();
  return series;
}

std::string encode_series(const Series& series) {
  SparseSeries sparse;
  for (std::size_t s = 0; s < series.size(); ++s) {
    if (series[s] != 0) sparse.emplace_back(static_cast<std::uint16_t>(s), series[s]);
  }
  return encode_series(sparse);
}

Result<Series> decode_series(std::string_view payload) {
  const auto sparse = decode_sparse_series(payload);
  if (!sparse.ok()) return sparse.error();
  Series series;
  for (const auto& [number, value] : *sparse) add_to(series, number, value);
  return series;
}

}  // namespace docket::projections::metrics
