#include "projections/identities/identity_rows.h"

#include "projections/codec/codec.h"
#include "projections/codec/key.h"

namespace docket::projections::identities {
namespace {

std::string identity_key(int partition, const Fingerprint& fingerprint) {
  return codec::KeyWriter(partition).bytes({reinterpret_cast<const char*>(fingerprint.data()), fingerprint.size()}).take();
}

}  // namespace

void put_identities(const Layer& layer, int partition, store::RowBatch& batch) {
  std::string payload;
  for (const auto& [fingerprint, known] : layer.identities) {
    payload.clear();
    codec::encode(payload, known.tag, known.height, known.kind);
    batch.put(identity_key(partition, fingerprint), payload);
  }
}

Result<std::optional<partition::KnownEvent>> read_identity(const store::View& view, int partition, const Fingerprint& fingerprint) {
  const auto payload = view.get(store::Family::kIdentities, identity_key(partition, fingerprint));
  if (!payload.ok()) return payload.error();
  if (!payload->has_value()) return std::optional<partition::KnownEvent>{};
  partition::KnownEvent known;
  if (auto decoded = codec::decode(**payload, known.tag, known.height, known.kind); !decoded.ok()) return decoded.error();
  return std::optional<partition::KnownEvent>{known};
}

}  // namespace docket::projections::identities
