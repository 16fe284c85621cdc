// The definitions in a ledger's store: bundles by their id, and what was activated last.
#include "connectors/embedded/rocks.h"
#include "connectors/embedded/value_codec.h"

namespace docket::embedded {
namespace {

constexpr const char* kMetaActivation = "activation";
constexpr const char* kMetaMetrics = "metrics";

rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

Result<std::optional<std::string>> EmbeddedStore::bundle(std::string_view id) const {
  const std::shared_lock guard(rocks_mutex_);
  if (const auto open = closed(); !open) return open.error();
  std::string packed;
  const auto status = rocks_->db->Get({}, rocks_->bundles(), slice(id), &packed);
  if (status.IsNotFound()) return std::optional<std::string>();
  if (!status.ok()) return rocks_error(status, "reading bundle " + std::string(id));
  auto text = unpack_value(packed, std::string::npos);
  if (!text) return text.error().with_context("bundle " + std::string(id));
  return std::optional<std::string>(std::move(*text));
}

Status EmbeddedStore::put_bundle(std::string_view id, std::string_view text) {
  const auto there = bundle(id);
  if (!there) return there.error();
  if (*there) return **there == text ? Status() : Error{ErrorCode::kConflict, "bundle " + std::string(id) + " is there with another text"};
  return put_row(true, id, pack_value(text), "bundle " + std::string(id));
}

Status EmbeddedStore::put_row(bool bundle, std::string_view key, std::string_view value, const std::string& what) {
  std::string why;
  if (!space_left(value.size()) || (stopped_ && !reopen(why))) return Error{ErrorCode::kUnavailable, "no space left for " + what, true};
  const std::shared_lock guard(rocks_mutex_);
  if (auto open = closed(); !open) return open;
  const auto status = rocks_->db->Put(synced(), bundle ? rocks_->bundles() : rocks_->meta(), slice(key), slice(value));
  if (status.ok()) return {};
  if (status.IsNoSpace()) met_full_disk();
  if (!status.IsNoSpace()) fatal("writing " + what + ": " + status.ToString());
  return rocks_error(status, "writing " + what);
}

Result<EmbeddedStore::Bundles> EmbeddedStore::all_bundles() const {
  const std::shared_lock guard(rocks_mutex_);
  if (const auto open = closed(); !open) return open.error();
  Bundles out;
  const std::unique_ptr<rocksdb::Iterator> rows(rocks_->db->NewIterator({}, rocks_->bundles()));
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    auto text = unpack_value(rows->value().ToStringView(), std::string::npos);
    if (!text) return text.error().with_context("bundle " + rows->key().ToString());
    out.emplace_back(rows->key().ToString(), std::move(*text));
  }
  if (!rows->status().ok()) return rocks_error(rows->status(), "reading the bundles");
  return out;
}

Result<std::optional<std::string>> EmbeddedStore::meta_row(const char* key, const char* what) const {
  const std::shared_lock guard(rocks_mutex_);
  if (const auto open = closed(); !open) return open.error();
  std::string text;
  const auto status = rocks_->db->Get({}, rocks_->meta(), key, &text);
  if (status.IsNotFound()) return std::optional<std::string>();
  if (!status.ok()) return rocks_error(status, std::string("reading ") + what);
  return std::optional<std::string>(std::move(text));
}

Result<std::optional<std::string>> EmbeddedStore::activation() const { return meta_row(kMetaActivation, "what was activated last"); }

Status EmbeddedStore::set_activation(std::string_view text) { return put_row(false, kMetaActivation, text, "what is activated"); }

Result<std::optional<std::string>> EmbeddedStore::metric_decisions() const {
  return meta_row(kMetaMetrics, "what was decided about metrics");
}

Status EmbeddedStore::set_metric_decisions(std::string_view text) {
  return put_row(false, kMetaMetrics, text, "what is decided about metrics");
}

}  // namespace docket::embedded
