#include "projections/reactions/reaction_rows.h"

#include "projections/codec/codec.h"
#include "projections/codec/key.h"

namespace docket::projections::reactions {
namespace {

constexpr std::uint8_t kCause = 0;  // on disk
constexpr std::uint8_t kReceived = 1;
constexpr std::uint8_t kSent = 2;

std::string cause_key(int partition, int to, std::uint64_t number) {
  return codec::KeyWriter(partition).u8(kCause).u8(static_cast<std::uint8_t>(to)).u64(number).take();
}

void put_number(int partition, std::uint8_t what, int other, std::uint64_t number, store::RowBatch& batch) {
  std::string payload;
  codec::encode(payload, number);
  batch.put(codec::KeyWriter(partition).u8(what).u8(static_cast<std::uint8_t>(other)).str(), payload);
}

}  // namespace

void put_reactions(const std::vector<ReactionRow>& sent, const std::map<int, std::uint64_t>& received, int partition,
                   store::RowBatch& batch) {
  std::map<int, std::uint64_t> last;
  for (const auto& row : sent) {
    std::string payload;
    codec::encode(payload, row.cause.height, row.cause.link);
    batch.put(cause_key(partition, row.to, row.number), payload);
    last[row.to] = row.number;
  }
  for (const auto& [to, number] : last) put_number(partition, kSent, to, number, batch);
  for (const auto& [from, number] : received) put_number(partition, kReceived, from, number, batch);
}

Status read_numbers(const store::View& view, int partition, partition::ReactionNumbers& into) {
  const std::string lower = codec::KeyWriter(partition).u8(kReceived).take();
  const auto cursor = view.cursor(store::Family::kReactions, lower, codec::after_prefix(codec::KeyWriter(partition).str()));
  for (; cursor->valid(); cursor->next()) {
    codec::KeyReader key(cursor->key().substr(1));
    const auto what = key.u8();
    const std::size_t other = key.u8();
    std::uint64_t number = 0;
    const auto payload = cursor->payload();
    if (auto status = cursor->status(); !status.ok()) return status;
    if (auto decoded = codec::decode(payload, number); !decoded.ok()) return decoded;
    if (other >= into.sent.size()) return Error{ErrorCode::kCorrupt, "a row of reactions names partition " + std::to_string(other), false};
    (what == kSent ? into.sent : into.received)[other] = number;
  }
  return cursor->status();
}

Result<std::optional<partition::ReactionCause>> read_cause(const store::View& view, int partition, int to, std::uint64_t number) {
  const auto payload = view.get(store::Family::kReactions, cause_key(partition, to, number));
  if (!payload.ok()) return payload.error();
  if (!*payload) return std::optional<partition::ReactionCause>{};
  partition::ReactionCause out;
  if (auto decoded = codec::decode(**payload, out.height, out.link); !decoded.ok()) return decoded.error();
  return std::optional{out};
}

}  // namespace docket::projections::reactions
