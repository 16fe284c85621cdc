// A refusal with one pointer, and a state in words. Internal to this folder. Thread rule: free function.
#pragma once

#include <string>
#include <utility>

#include "engine/definition/bundle.h"
#include "engine/model/rejection.h"

namespace docket::validate {

// `field_detail` empty: as `detail`; `pointer` empty: the refusal names no field.
inline model::Refusal refuse(model::Rejection code, std::string detail, std::string pointer = {}, std::string field_detail = {}) {
  model::Refusal refusal{code, std::move(detail), {}};
  if (!pointer.empty())
    refusal.errors.push_back({std::move(pointer), field_detail.empty() ? refusal.detail : std::move(field_detail), "state"});
  return refusal;
}

inline std::string state_name(const definition::ScopeDef& scope, model::StateId state) {
  if (state == model::kCleared) return "cleared";
  return state < scope.states.size() ? scope.states[state].name : "not opened";
}

}  // namespace docket::validate
