// Dumps and digests of what is stored, for tests, audits and the comparison of a rebuilt store with the live one.
#include <utility>

#include "projections/aliases/alias_rows.h"
#include "projections/codec/key.h"
#include "projections/impl.h"

namespace docket::projections {
namespace {

std::uint64_t mix(std::uint64_t value) {
  value ^= value >> 30U;
  value *= 0xBF58476D1CE4E5B9ULL;
  value ^= value >> 27U;
  value *= 0x94D049BB133111EBULL;
  return value ^ value >> 31U;
}

std::uint64_t hash_bytes(std::uint64_t hash, std::string_view bytes) {
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  return mix(hash ^ bytes.size());
}

void append_escaped(std::string& out, std::string_view bytes) {
  constexpr std::string_view kHex = "0123456789abcdef";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7F && c != '\\') {
      out.push_back(c);
    } else {
      out += {'\\', 'x', kHex[byte >> 4U], kHex[byte & 0xFU]};
    }
  }
}

// Calls visit(family, key, payload) for each row of the partition, in order.
template <typename Visit>
Status each_row(const store::View& view, int partition, Visit&& visit) {
  for (std::size_t f = 0; f < store::kFamilies; ++f) {
    const auto family = static_cast<store::Family>(f);
    const bool by_alias = family == store::Family::kAliases;
    const std::string prefix = by_alias ? std::string{} : codec::KeyWriter(partition).str();
    const auto cursor = view.cursor(family, prefix, codec::after_prefix(prefix));
    for (; cursor->valid(); cursor->next()) {
      if (by_alias && aliases::owner_of(cursor->key(), aliases::prefix_bytes_of(cursor->key())).partition != partition) continue;
      const auto payload = cursor->payload();
      if (auto status = cursor->status(); !status.ok()) return status;
      visit(f, cursor->key(), payload);
    }
    if (auto status = cursor->status(); !status.ok()) return status;
  }
  return {};
}

}  // namespace

Result<std::string> Projections::dump(int partition) const {
  std::string out;
  auto done = each_row(*impl_->store->view(), partition, [&](std::size_t family, std::string_view key, std::string_view payload) {
    out += store::kFamilyNames[family];
    out.push_back(' ');
    append_escaped(out, key);
    out += " = ";
    append_escaped(out, payload);
    out.push_back('\n');
  });
  if (!done.ok()) return done.error();
  return out;
}

Result<std::array<std::uint64_t, store::kFamilies>> Projections::digest(int partition) const {
  std::array<std::uint64_t, store::kFamilies> sums{};
  auto done = each_row(*impl_->store->view(), partition, [&](std::size_t family, std::string_view key, std::string_view payload) {
    sums[family] += hash_bytes(hash_bytes(0xCBF29CE484222325ULL, key), payload);
  });
  if (!done.ok()) return done.error();
  return sums;
}

}  // namespace docket::projections
