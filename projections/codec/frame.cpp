#include "projections/codec/frame.h"

#include "projections/codec/crc32c.h"

namespace docket::projections::codec {
namespace {

void put_u32(char* at, std::uint32_t value) {
  for (unsigned i = 0; i < 4; ++i) at[i] = static_cast<char>(value >> (8U * i) & 0xFFU);
}

std::uint32_t read_u32(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (unsigned i = 0; i < 4; ++i) value |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i])) << (8U * i);
  return value;
}

// The version enters the sum, so that a flip in it is seen even when both versions are known.
std::uint32_t checksum(std::uint8_t version, std::string_view payload) {
  return crc32c(payload) ^ (static_cast<std::uint32_t>(version) * 0x9E3779B1U);
}

Error corrupt(const char* what) { return Error{ErrorCode::kCorrupt, what, false}; }

}  // namespace

void append_frame(std::string& out, std::string_view payload) {
  if (payload.empty()) return;
  char frame[kFrameBytes];
  frame[0] = static_cast<char>(kValueVersion);
  put_u32(frame + 1, static_cast<std::uint32_t>(payload.size()));
  put_u32(frame + 5, checksum(kValueVersion, payload));
  out.append(frame, kFrameBytes);
  out.append(payload);
}

Result<std::string_view> open_frame(std::string_view framed) {
  if (framed.empty()) return std::string_view{};
  if (framed.size() <= kFrameBytes) return corrupt("a stored value is shorter than its frame");
  const auto version = static_cast<std::uint8_t>(framed[0]);
  if (version != kValueVersion) return corrupt("a stored value has an unknown version");
  const std::string_view payload = framed.substr(kFrameBytes);
  if (read_u32(framed, 1) != payload.size()) return corrupt("a stored value has another length than its frame says");
  if (read_u32(framed, 5) != checksum(version, payload)) return corrupt("a stored value does not match its checksum");
  return payload;
}

}  // namespace docket::projections::codec
