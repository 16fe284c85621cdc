// encode() and decode() of a payload by the span archives; the only place that sees cereal's exceptions.
// Thread rule: free functions.
#pragma once

#include <string>
#include <string_view>

#include "engine/model/result.h"
#include "projections/codec/span_archive.h"

namespace docket::projections::codec {

template <typename... T>
void encode(std::string& out, const T&... fields) {
  SpanOut archive(out);
  archive(fields...);
}

// All of `payload` must be used up.
template <typename... T>
[[nodiscard]] Status decode(std::string_view payload, T&... fields) {
  try {
    SpanIn archive(payload);
    archive(fields...);
    if (!archive.at_end()) return Error{ErrorCode::kCorrupt, "a stored value has bytes after its end", false};
    return {};
  } catch (const cereal::Exception& failure) {
    return Error{ErrorCode::kCorrupt, failure.what(), false};
  }
}

}  // namespace docket::projections::codec
