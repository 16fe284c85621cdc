#include "connectors/embedded/value_codec.h"

#include <zstd.h>

#include <memory>

namespace docket::embedded {
namespace {

constexpr int kLevel = 1;
constexpr std::size_t kWorthwhileBytes = 128;  // below it a frame costs more than it saves

struct ContextFree {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

std::string plain(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() + 1);
  out.push_back(static_cast<char>(ValueCodec::kPlain));
  out.append(bytes);
  return out;
}

}  // namespace

std::string pack_value(std::string_view bytes) {
  if (bytes.size() < kWorthwhileBytes) return plain(bytes);
  thread_local const std::unique_ptr<ZSTD_CCtx, ContextFree> kContext(ZSTD_createCCtx());
  std::string out(ZSTD_compressBound(bytes.size()) + 1, static_cast<char>(ValueCodec::kZstd));
  const std::size_t count = ZSTD_compressCCtx(kContext.get(), out.data() + 1, out.size() - 1, bytes.data(), bytes.size(), kLevel);
  if (ZSTD_isError(count) != 0 || count >= bytes.size()) return plain(bytes);
  out.resize(count + 1);
  return out;
}

Result<std::string> unpack_value(std::string_view packed, std::size_t bytes_max) {
  if (packed.empty()) return Error{ErrorCode::kCorrupt, "an empty value"};
  const auto codec = static_cast<ValueCodec>(packed.front());
  packed.remove_prefix(1);
  if (codec == ValueCodec::kPlain) {
    if (packed.size() > bytes_max) return Error{ErrorCode::kCorrupt, "a value longer than it may be"};
    return std::string(packed);
  }
  if (codec != ValueCodec::kZstd) return Error{ErrorCode::kCorrupt, "a value of unknown codec " + std::to_string(static_cast<int>(codec))};
  const auto size = ZSTD_getFrameContentSize(packed.data(), packed.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size > bytes_max) {
    return Error{ErrorCode::kCorrupt, "a compressed value without a size in range"};
  }
  thread_local const std::unique_ptr<ZSTD_DCtx, ContextFree> kContext(ZSTD_createDCtx());
  std::string out(static_cast<std::size_t>(size), '\0');
  const std::size_t count = ZSTD_decompressDCtx(kContext.get(), out.data(), out.size(), packed.data(), packed.size());
  if (ZSTD_isError(count) != 0 || count != out.size()) return Error{ErrorCode::kCorrupt, "a compressed value that can't be read"};
  return out;
}

}  // namespace docket::embedded
