#include "engine/ingest/findings.h"

#include <algorithm>
#include <array>
#include <utility>

namespace docket::ingest {
namespace {

using model::Rejection;

constexpr std::size_t kFindingsMax = 50;  // an outcome is a record: it stays small

// Gravest first.
constexpr std::array kOrder{
    Rejection::kMalformed,        Rejection::kForbidden,     Rejection::kClassified,     Rejection::kTooLarge,
    Rejection::kInvalidAttribute, Rejection::kUnknownType,   Rejection::kInvalidSubject, Rejection::kRoleNotAllowed,
    Rejection::kSelfApproved,     Rejection::kInexactNumber, Rejection::kInvalidData,
};

std::size_t rank(Rejection code) { return static_cast<std::size_t>(std::find(kOrder.begin(), kOrder.end(), code) - kOrder.begin()); }

bool hides_the_rest(Rejection code) { return code == Rejection::kForbidden || code == Rejection::kClassified; }

}  // namespace

void Findings::add(Rejection code, std::string pointer, std::string_view field_code, std::string detail) {
  if (rows_.size() >= kFindingsMax && has(code)) return;
  rows_.push_back({code, {std::move(pointer), std::move(detail), std::string(field_code)}});
}

bool Findings::has(Rejection code) const {
  return std::any_of(rows_.begin(), rows_.end(), [&](const Row& row) { return row.code == code; });
}

bool Findings::has_pointer(std::string_view pointer) const {
  return std::any_of(rows_.begin(), rows_.end(), [&](const Row& row) { return row.error.pointer == pointer; });
}

Stage Findings::conclude(model::Refusal& refusal) {
  if (rows_.empty()) return Stage::kReady;
  const auto gravest = std::min_element(rows_.begin(), rows_.end(), [](const Row& a, const Row& b) { return rank(a.code) < rank(b.code); });
  refusal.code = gravest->code;
  refusal.detail = gravest->error.pointer + ": " + gravest->error.detail;
  for (Row& row : rows_) {
    if (hides_the_rest(refusal.code) && row.code != refusal.code) continue;
    if (refusal.errors.size() < kFindingsMax) refusal.errors.push_back(std::move(row.error));
  }
  if (refusal.code == Rejection::kMalformed) return Stage::kMalformed;
  return refusal.code == Rejection::kForbidden ? Stage::kForbidden : Stage::kRejected;
}

}  // namespace docket::ingest
