// A block's bytes as the embedded store keeps them: one codec byte, then the bytes (docs/data-layout.md). The chain is
// over the bytes before. Thread rule: free functions with thread-local contexts.
#pragma once

#include <string>
#include <string_view>

#include "engine/model/result.h"

namespace docket::embedded {

enum class ValueCodec : unsigned char {  // on disk: append only
  kPlain = 0,
  kZstd = 1,
};

[[nodiscard]] std::string pack_value(std::string_view bytes);
// kCorrupt: unknown codec, broken frame, or more than `bytes_max` bytes inside.
[[nodiscard]] Result<std::string> unpack_value(std::string_view packed, std::size_t bytes_max);

}  // namespace docket::embedded
