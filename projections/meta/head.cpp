#include "projections/meta/head.h"

#include "projections/codec/codec.h"
#include "projections/codec/key.h"
#include "projections/codec/model_archive.h"

namespace docket::projections::meta {
namespace {

std::string head_key(int partition) { return codec::KeyWriter(partition).u8('H').str(); }

}  // namespace

void put_head(store::RowBatch& batch, const Head& head) {
  std::string payload;
  codec::encode(payload, head.position.height, head.position.hash, head.recorded, head.term, head.next);
  if (head.activation != 1) codec::encode(payload, head.activation);  // what came later stands behind the rest
  batch.put(head_key(head.position.partition), payload);
}

Result<Head> read_head(const store::View& view, int partition) {
  Head head;
  head.position.partition = partition;
  const auto payload = view.get(store::Family::kMeta, head_key(partition));
  if (!payload.ok()) return payload.error();
  if (!payload->has_value()) return head;
  Head whole = head;
  if (codec::decode(**payload, whole.position.height, whole.position.hash, whole.recorded, whole.term, whole.next, whole.activation).ok())
    return whole;
  if (auto decoded = codec::decode(**payload, head.position.height, head.position.hash, head.recorded, head.term, head.next);
      !decoded.ok()) {
    return decoded.error();
  }
  return head;
}

}  // namespace docket::projections::meta
