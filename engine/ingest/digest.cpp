#include "engine/ingest/digest.h"

// The low-level calls are deprecated in OpenSSL 3 in favour of EVP, which takes 600 ns where these take 400 for one
// event's two hashes (each EVP start and end goes through the provider, and a keyed state can't be copied without malloc).
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include <cstring>
#include <string>

#include "engine/ingest/ingest.h"

namespace docket::ingest {
namespace {

constexpr std::size_t kBlockBytes = SHA256_CBLOCK;
using Hash = std::array<std::uint8_t, SHA256_DIGEST_LENGTH>;

Hash finish(SHA256_CTX state) {
  Hash out{};
  SHA256_Final(out.data(), &state);
  return out;
}

}  // namespace

struct Digest::Contexts {
  SHA256_CTX inner{};  // HMAC after its inner pad, and after its outer pad
  SHA256_CTX outer{};
};

Digest::Digest(std::string_view tag_key) : contexts_(std::make_unique<Contexts>()) {
  std::array<std::uint8_t, kBlockBytes> key{};
  if (tag_key.size() > kBlockBytes) {
    SHA256_CTX state;
    SHA256_Init(&state);
    SHA256_Update(&state, tag_key.data(), tag_key.size());
    const Hash hashed = finish(state);
    std::memcpy(key.data(), hashed.data(), hashed.size());
  } else if (!tag_key.empty()) {
    std::memcpy(key.data(), tag_key.data(), tag_key.size());
  }
  std::array<std::uint8_t, kBlockBytes> inner_pad{};
  std::array<std::uint8_t, kBlockBytes> outer_pad{};
  for (std::size_t i = 0; i < kBlockBytes; ++i) {
    inner_pad[i] = key[i] ^ 0x36U;
    outer_pad[i] = key[i] ^ 0x5cU;
  }
#ifdef DOCKET_FAULT_TAG_WITHOUT_KEY
  inner_pad.fill(0x36U);
  outer_pad.fill(0x5cU);
#endif
  SHA256_Init(&contexts_->inner);
  SHA256_Update(&contexts_->inner, inner_pad.data(), inner_pad.size());
  SHA256_Init(&contexts_->outer);
  SHA256_Update(&contexts_->outer, outer_pad.data(), outer_pad.size());
}

Digest::~Digest() = default;

std::array<std::uint8_t, 16> Digest::fingerprint(std::string_view source, std::string_view id) const {
  SHA256_CTX state;
  SHA256_Init(&state);
  SHA256_Update(&state, source.data(), source.size());
  SHA256_Update(&state, "", 1);
  SHA256_Update(&state, id.data(), id.size());
  const Hash hash = finish(state);
  std::array<std::uint8_t, 16> out{};
  std::memcpy(out.data(), hash.data(), out.size());
  return out;
}

std::uint64_t Digest::tag(std::string_view content) const {
  SHA256_CTX state = contexts_->inner;
  SHA256_Update(&state, content.data(), content.size());
  const Hash inner = finish(state);
  state = contexts_->outer;
  SHA256_Update(&state, inner.data(), inner.size());
  const Hash hash = finish(state);
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < 8; ++i) out = out << 8U | hash[i];
  return out;
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out.push_back(kHex[byte >> 4U]);
    out.push_back(kHex[byte & 15U]);
  }
  return out;
}

std::string tag_text(std::uint64_t tag) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out(16, '0');
  for (std::size_t i = 16; i-- > 0; tag >>= 4U) out[i] = kHex[tag & 15U];
  return out;
}

std::uint64_t tag_from_text(std::string_view text) {
  if (text.size() != 16) return 0;
  std::uint64_t tag = 0;
  for (const char c : text) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit && !(c >= 'a' && c <= 'f')) return 0;
    tag = tag << 4U | static_cast<std::uint64_t>(digit ? c - '0' : c - 'a' + 10);
  }
  return tag;
}

}  // namespace docket::ingest
