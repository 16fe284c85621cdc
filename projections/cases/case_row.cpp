#include "projections/cases/case_row.h"

#include "projections/codec/codec.h"
#include "projections/codec/key.h"
#include "projections/codec/model_archive.h"

namespace docket::projections::cases {
namespace {

constexpr std::size_t kNoteBytes = 48;  // a notice with its level

std::size_t scope_bytes(const model::ScopeState& scope) {
  std::size_t bytes = scope.attributes.capacity() * sizeof(model::AttributeSlot) + scope.clocks.capacity() * sizeof(model::ClockInstance) +
                      scope.counts.capacity() * sizeof(model::EventCount) + scope.back.capacity() * sizeof(model::BackEntry);
  for (const auto& slot : scope.attributes) bytes += slot.value.as_text().size() + slot.value.items().size() * sizeof(model::Value);
  for (const auto& clock : scope.clocks) bytes += clock.notices.size() * kNoteBytes;
  return bytes;
}

}  // namespace

std::string case_key(int partition, std::string_view case_id) { return codec::KeyWriter(partition).text(case_id).take(); }

std::string encode_case(const CaseRow& row) {
  std::string payload;
  payload.reserve(512);
  codec::encode(payload, row.state != nullptr);
  if (row.state) codec::encode(payload, *row.state);
  codec::encode(payload, row.tail.chunks, row.tail.rows, row.tail.bytes);
  return payload;
}

Result<CaseRow> decode_case(std::string_view payload) {
  CaseRow row;
  bool has_state = false;
  try {
    codec::SpanIn in(payload);
    in(has_state);
    if (has_state) {
      auto state = std::make_shared<model::CaseState>();
      in(*state);
      row.state = std::move(state);
    }
    in(row.tail.chunks, row.tail.rows, row.tail.bytes);
    if (!in.at_end()) return Error{ErrorCode::kCorrupt, "a case has bytes after its end", false};
  } catch (const cereal::Exception& failure) {
    return Error{ErrorCode::kCorrupt, std::string("a case: ") + failure.what(), false};
  }
  return row;
}

std::size_t state_bytes(const model::CaseState& state) {
  std::size_t bytes = sizeof(model::CaseState) + state.id.capacity() + scope_bytes(state.scope);
  for (const auto& part : state.parts) bytes += sizeof(model::PartInstance) + scope_bytes(part.scope);
  bytes += state.links.size() * (sizeof(model::LinkRow) + kNoteBytes) + state.waived.size() * (sizeof(model::WaivedGate) + kNoteBytes);
  return bytes + state.authors.size() * (sizeof(std::string) + kNoteBytes);
}

}  // namespace docket::projections::cases
