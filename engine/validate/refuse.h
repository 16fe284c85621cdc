// A refusal with one pointer. Internal to this folder. Thread rule: free function.
#pragma once

#include <string>
#include <utility>

#include "engine/model/rejection.h"

namespace docket::validate {

// `field_detail` empty: as `detail`; `pointer` empty: the refusal names no field.
inline model::Refusal refuse(model::Rejection code, std::string detail, std::string pointer = {}, std::string field_detail = {}) {
  model::Refusal refusal{code, std::move(detail), {}};
  if (!pointer.empty())
    refusal.errors.push_back({std::move(pointer), field_detail.empty() ? refusal.detail : std::move(field_detail), "state"});
  return refusal;
}

}  // namespace docket::validate
