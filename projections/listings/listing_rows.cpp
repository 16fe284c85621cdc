#include "projections/listings/listing_rows.h"

#include <algorithm>
#include <utility>

#include "projections/codec/codec.h"
#include "projections/codec/key.h"

namespace docket::projections::listings {
namespace {

constexpr std::uint8_t kNow = 0;
constexpr std::uint8_t kDays = 1;

codec::KeyWriter value_key(int partition, const FilterValue& of, std::uint8_t kind) {
  codec::KeyWriter key(partition);
  key.u16(of.filter).text(of.value).u8(kind);
  return key;
}

// Mostly the next row is the one.
void go_to(store::Cursor& cursor, std::string_view key) {
  if (cursor.valid() && cursor.key() < key) cursor.next();
  if (cursor.valid() && cursor.key() < key) cursor.seek(key);
}

// Those who stand there in the store.
class StoredNow final : public IdStream {
 public:
  StoredNow(const store::View& view, int partition, const FilterValue& of)
      : prefix_(value_key(partition, of, kNow)),
        cursor_(view.cursor(store::Family::kListings, prefix_.str(), codec::after_prefix(prefix_.str()))) {}

  [[nodiscard]] bool seek(std::string_view id) override {
    codec::KeyWriter key = prefix_;
    go_to(*cursor_, key.text(id).str());
    if (!cursor_->valid()) return false;
    id_ = codec::KeyReader(cursor_->key().substr(prefix_.size())).text();
    return true;
  }
  [[nodiscard]] const std::string& id() const override { return id_; }
  [[nodiscard]] Status status() const override { return cursor_->status(); }

 private:
  codec::KeyWriter prefix_;
  std::unique_ptr<store::Cursor> cursor_;
  std::string id_;
};

// Those who stood there at the end of a day, by the store.
class StoredThen final : public IdStream {
 public:
  StoredThen(const store::View& view, int partition, const FilterValue& of, model::Day day)
      : prefix_(value_key(partition, of, kDays)),
        day_(day),
        cursor_(view.cursor(store::Family::kListings, prefix_.str(), codec::after_prefix(prefix_.str()))) {}

  [[nodiscard]] bool seek(std::string_view id) override {
    if (!id_.empty() && id_ >= id) return true;
    codec::KeyWriter key = prefix_;
    go_to(*cursor_, key.text(id).str());
    while (cursor_->valid()) {
      std::string case_id;
      bool in = false;
      read_case(case_id, in);
      if (in && cursor_->status().ok()) {
        id_ = std::move(case_id);
        return true;
      }
    }
    return false;
  }
  [[nodiscard]] const std::string& id() const override { return id_; }
  [[nodiscard]] Status status() const override { return damage_.ok() ? cursor_->status() : damage_; }

 private:
  // Passes all rows of the case under the cursor.
  void read_case(std::string& case_id, bool& in) {
    case_id = codec::KeyReader(cursor_->key().substr(prefix_.size())).text();
    for (; cursor_->valid(); cursor_->next()) {
      codec::KeyReader key(cursor_->key().substr(prefix_.size()));
      if (key.text() != case_id) return;
      const model::Day day = key.i32();
      bool there = false;
      if (auto decoded = codec::decode(cursor_->payload(), there); !decoded.ok()) {
        damage_ = decoded;
        return;
      }
      if (day <= day_) in = there;
    }
  }

  codec::KeyWriter prefix_;
  model::Day day_;
  std::unique_ptr<store::Cursor> cursor_;
  std::string id_;
  Status damage_;
};

class Overlaid final : public IdStream {
 public:
  Overlaid(IdStreamPtr stored, Overlay newer) : stored_(std::move(stored)), newer_(std::move(newer)) {}

  [[nodiscard]] bool seek(std::string_view id) override {
    auto added = newer_.lower_bound(id);
    while (added != newer_.end() && !added->second) ++added;
    bool more = stored_->seek(id);
    while (more && gone(stored_->id())) more = stored_->seek(stored_->id() + '\0');
    if (!status().ok() || (!more && added == newer_.end())) return false;
    id_ = !more || (added != newer_.end() && added->first < stored_->id()) ? added->first : stored_->id();
    return true;
  }
  [[nodiscard]] const std::string& id() const override { return id_; }
  [[nodiscard]] Status status() const override { return stored_->status(); }

 private:
  [[nodiscard]] bool gone(const std::string& id) const {
    const auto found = newer_.find(id);
    return found != newer_.end() && !found->second;
  }

  IdStreamPtr stored_;
  Overlay newer_;
  std::string id_;
};

class AnyOf final : public IdStream {
 public:
  explicit AnyOf(std::vector<IdStreamPtr> streams) {
    for (auto& ids : streams) streams_.push_back({std::move(ids), false, false});
  }

  [[nodiscard]] bool seek(std::string_view id) override {
    const IdStream* first = nullptr;
    for (auto& stream : streams_) {
      if (stream.over) continue;
      if (!stream.started || stream.ids->id() < id) stream.over = !stream.ids->seek(id);
      stream.started = true;
      if (!stream.over && (first == nullptr || stream.ids->id() < first->id())) first = stream.ids.get();
    }
    if (first == nullptr || !status().ok()) return false;
    id_ = first->id();
    return true;
  }
  [[nodiscard]] const std::string& id() const override { return id_; }
  [[nodiscard]] Status status() const override {
    for (const auto& stream : streams_) {
      if (auto found = stream.ids->status(); !found.ok()) return found;
    }
    return {};
  }

 private:
  struct Stream {
    IdStreamPtr ids;
    bool started = false;
    bool over = false;
  };
  std::vector<Stream> streams_;
  std::string id_;
};

class AllOf final : public IdStream {
 public:
  explicit AllOf(std::vector<IdStreamPtr> streams) : streams_(std::move(streams)) {}

  [[nodiscard]] bool seek(std::string_view id) override {
    std::string at(id);
    for (std::size_t agreed = 0, turn = 0; agreed < streams_.size(); turn = (turn + 1) % streams_.size()) {
      if (!streams_[turn]->seek(at)) return false;
      if (streams_[turn]->id() == at) {
        ++agreed;
      } else {
        at = streams_[turn]->id();
        agreed = 1;
      }
    }
    id_ = std::move(at);
    return true;
  }
  [[nodiscard]] const std::string& id() const override { return id_; }
  [[nodiscard]] Status status() const override {
    for (const auto& stream : streams_) {
      if (auto found = stream->status(); !found.ok()) return found;
    }
    return {};
  }

 private:
  std::vector<IdStreamPtr> streams_;
  std::string id_;
};

}  // namespace

void put_listings(const ListingLog& log, int partition, store::RowBatch& batch) {
  for (const auto& slot : log.slots()) {
    std::map<std::string_view, std::map<model::Day, bool>> by_case;
    std::map<std::string_view, bool> now;
    for (const auto& step : slot.transitions) {
      by_case[*step.case_id].insert_or_assign(step.day, step.in);
      now.insert_or_assign(*step.case_id, step.in);
    }
    for (const auto& [case_id, in] : now) {
      const std::string key = value_key(partition, slot.of, kNow).text(case_id).str();
      if (in) {
        batch.put(key, {});
      } else {
        batch.erase(key);
      }
    }
    for (const auto& [case_id, days] : by_case) {
      for (const auto& [day, in] : days) {
        std::string payload;
        codec::encode(payload, in);
        batch.put(value_key(partition, slot.of, kDays).text(case_id).i32(day).str(), payload);
      }
    }
  }
}

IdStreamPtr stream_of(const store::View& view, int partition, const FilterValue& of, Overlay newer, std::optional<model::Day> day) {
  IdStreamPtr stored;
  if (day) {
    stored = std::make_unique<StoredThen>(view, partition, of, *day);
  } else {
    stored = std::make_unique<StoredNow>(view, partition, of);
  }
  return std::make_unique<Overlaid>(std::move(stored), std::move(newer));
}

IdStreamPtr any_of(std::vector<IdStreamPtr> streams) { return std::make_unique<AnyOf>(std::move(streams)); }

IdStreamPtr all_of(std::vector<IdStreamPtr> streams) { return std::make_unique<AllOf>(std::move(streams)); }

}  // namespace docket::projections::listings
