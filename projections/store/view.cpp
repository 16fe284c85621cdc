#include <rocksdb/iterator.h>
#include <rocksdb/snapshot.h>

#include <utility>

#include "projections/codec/frame.h"
#include "projections/store/rocks.h"

namespace docket::projections::store {
namespace {

class RocksCursor final : public Cursor {
 public:
  RocksCursor(RocksPtr rocks, std::shared_ptr<rocksdb::ManagedSnapshot> snapshot, Family family, std::string_view lower,
              std::string_view upper)
      : rocks_(std::move(rocks)), snapshot_(std::move(snapshot)), upper_(upper), upper_slice_(upper_) {
    rocksdb::ReadOptions options;
    options.snapshot = snapshot_->snapshot();
    if (!upper_.empty()) options.iterate_upper_bound = &upper_slice_;
    iterator_.reset(rocks_->db->NewIterator(options, rocks_->handles[index_of(family)]));
    seek(lower);
  }

  void seek(std::string_view key) override { iterator_->Seek(slice(key)); }
  void next() override { iterator_->Next(); }
  [[nodiscard]] bool valid() const override { return failure_.ok() && iterator_->Valid(); }
  [[nodiscard]] std::string_view key() const override { return text(iterator_->key()); }
  [[nodiscard]] std::string_view payload() override {
    const auto opened = codec::open_frame(text(iterator_->value()));
    if (opened.ok()) return *opened;
    failure_ = opened.error();
    return {};
  }
  [[nodiscard]] Status status() const override {
    if (!failure_.ok()) return failure_;
    if (!iterator_->status().ok()) return to_error(iterator_->status(), "reading the projections' store");
    return {};
  }

 private:
  RocksPtr rocks_;
  std::shared_ptr<rocksdb::ManagedSnapshot> snapshot_;
  std::string upper_;
  rocksdb::Slice upper_slice_;
  std::unique_ptr<rocksdb::Iterator> iterator_;
  Status failure_;
};

class RocksView final : public View {
 public:
  explicit RocksView(RocksPtr rocks) : rocks_(std::move(rocks)), snapshot_(std::make_shared<rocksdb::ManagedSnapshot>(rocks_->db.get())) {}

  [[nodiscard]] Result<std::optional<std::string>> get(Family family, std::string_view key) const override {
    rocksdb::ReadOptions options;
    options.snapshot = snapshot_->snapshot();
    rocksdb::PinnableSlice value;
    const auto status = rocks_->db->Get(options, rocks_->handles[index_of(family)], slice(key), &value);
    if (status.IsNotFound()) return std::optional<std::string>{};
    if (!status.ok()) return to_error(status, "reading the projections' store");
    const auto payload = codec::open_frame(text(value));
    if (!payload.ok()) return payload.error();
    return std::optional<std::string>{std::string(*payload)};
  }

  [[nodiscard]] std::unique_ptr<Cursor> cursor(Family family, std::string_view lower, std::string_view upper) const override {
    return std::make_unique<RocksCursor>(rocks_, snapshot_, family, lower, upper);
  }

 private:
  RocksPtr rocks_;
  std::shared_ptr<rocksdb::ManagedSnapshot> snapshot_;
};

}  // namespace

ViewPtr make_view(RocksPtr rocks) { return std::make_shared<const RocksView>(std::move(rocks)); }

}  // namespace docket::projections::store
