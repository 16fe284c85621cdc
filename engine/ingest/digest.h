// The two hashes of an event's identity (ledger.md section 6).
// Thread rule: immutable after construction.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

namespace docket::ingest {

class Digest {
 public:
  explicit Digest(std::string_view tag_key);
  ~Digest();
  Digest(const Digest&) = delete;
  Digest& operator=(const Digest&) = delete;

  // First 16 bytes of SHA-256(source, 0x00, id).
  [[nodiscard]] std::array<std::uint8_t, 16> fingerprint(std::string_view source, std::string_view id) const;
  // First 8 bytes, big-endian, of HMAC-SHA-256(key, content).
  [[nodiscard]] std::uint64_t tag(std::string_view content) const;

 private:
  struct Contexts;
  std::unique_ptr<Contexts> contexts_;
};

}  // namespace docket::ingest
