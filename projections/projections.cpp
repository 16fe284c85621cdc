#include "projections/projections.h"

#include <algorithm>
#include <utility>

#include "projections/identities/identity_rows.h"
#include "projections/impl.h"
#include "projections/parked/parked_rows.h"
#include "projections/store/current.h"

namespace docket::projections {
namespace {

constexpr model::Instant kRetryMs = 1000;

}  // namespace

Projections::Projections(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Projections::~Projections() = default;

Result<std::unique_ptr<Projections>> Projections::open(Options options) {
  if (options.partitions < 1 || options.partitions > 250) return Error{ErrorCode::kInvalid, "1 to 250 partitions", false};
  auto impl = std::make_unique<Impl>(std::move(options));
  if (auto started = impl->start(); !started.ok()) return started.error();
  return std::unique_ptr<Projections>(new Projections(std::move(impl)));
}

void Projections::apply(partition::AppliedBlock&& block) { impl_->apply(std::move(block)); }

void Projections::tick(std::size_t index, model::Instant now) {
  Worker& worker = *impl_->workers.at(index);
  if (worker.pending) {
    bool failed = false;
    {
      const std::lock_guard lock(impl_->mutex);
      failed = worker.failed;
    }
    if (!failed) return;
    if (worker.retry_at == model::kNoInstant) worker.retry_at = now + kRetryMs;
    if (now < worker.retry_at) return;
    worker.retry_at = model::kNoInstant;
    impl_->wake(index);
    return;
  }
  worker.retry_at = model::kNoInstant;
  if (worker.events == 0) {
    worker.since = model::kNoInstant;
    return;
  }
  if (worker.since == model::kNoInstant) worker.since = now;
  if (!impl_->full(worker) && now - worker.since < impl_->options.limits.age_ms) return;
  worker.since = model::kNoInstant;
  impl_->freeze(worker);
}

bool Projections::full(std::size_t index) const {
  const Worker& worker = *impl_->workers.at(index);
  return impl_->is_broken || (worker.pending && impl_->full(worker));
}

Result<std::vector<meta::Head>> Projections::heights() const {
  std::vector<meta::Head> heads;
  const auto view = impl_->store->view();
  for (const auto& state : impl_->partitions) {
    auto head = meta::read_head(*view, state->number);
    if (!head.ok()) return head.error();
    heads.push_back(std::move(*head));
  }
  return heads;
}

std::vector<meta::Head> Projections::heads() const {
  std::vector<meta::Head> heads;
  for (const auto& state : impl_->partitions) {
    const std::shared_lock lock(state->mutex);
    heads.push_back(state->head);
  }
  return heads;
}

model::CasePtr Projections::find(int partition, std::string_view case_id) const {
  auto found = read_state(impl_->partition(partition), case_id);
  if (found.ok()) return std::move(*found);
  impl_->note_failure(found.error());
  return nullptr;
}

std::optional<partition::KnownEvent> Projections::known(int partition, const std::array<std::uint8_t, 16>& fingerprint) const {
  const auto& state = impl_->partition(partition);
  store::ViewPtr view;
  {
    const std::shared_lock lock(state.mutex);
    for (const Layer* layer : {static_cast<const Layer*>(state.active.get()), state.frozen.get()}) {
      if (layer == nullptr) continue;
      const auto found = layer->identities.find(fingerprint);
      if (found != layer->identities.end()) return found->second;
    }
    view = state.view;
  }
  const auto stored = identities::read_identity(*view, partition, fingerprint);
  if (stored.ok()) return *stored;
  impl_->note_failure(stored.error());
  return std::nullopt;
}

std::vector<partition::HistoryRow> Projections::history(int partition, std::string_view case_id) const {
  const auto& state = impl_->partition(partition);
  std::vector<history::Chunk> newest;  // chunks that are not in the store yet
  history::Tail tail;
  bool found = false;
  store::ViewPtr view;
  {
    const std::shared_lock lock(state.mutex);
    for (const Layer* layer : {static_cast<const Layer*>(state.frozen.get()), static_cast<const Layer*>(state.active.get())}) {
      const CaseEntry* entry = layer == nullptr ? nullptr : layer->find(case_id);
      if (entry == nullptr) continue;
      newest.insert(newest.end(), entry->chunks.begin(), entry->chunks.end());
      tail = entry->tail;
      found = true;
    }
    view = state.view;
  }
  const auto read = [&]() -> Result<std::vector<partition::HistoryRow>> {
    if (!found) {
      const auto stored = read_stored_case(state, *view, case_id);
      if (!stored.ok()) return stored.error();
      if (stored->row) tail = stored->row->tail;
    }
    std::vector<partition::HistoryRow> rows;
    const std::uint32_t stored_chunks = tail.chunks - static_cast<std::uint32_t>(newest.size());
    for (std::uint32_t number = 0; number < stored_chunks; ++number) {
      const auto bytes = view->get(store::Family::kHistory, history::chunk_key(partition, case_id, number));
      if (!bytes.ok()) return bytes.error();
      if (!bytes->has_value())
        return Error{ErrorCode::kCorrupt, "a part of the history of case " + std::string(case_id) + " is missing", false};
      if (auto decoded = history::decode_rows(**bytes, rows); !decoded.ok()) return decoded.error();
    }
    for (const auto& chunk : newest) {
      if (auto decoded = history::decode_rows(chunk.bytes, rows); !decoded.ok()) return decoded.error();
    }
    if (auto decoded = history::decode_rows(tail.bytes, rows); !decoded.ok()) return decoded.error();
    return rows;
  };
  auto rows = read();
  if (rows.ok()) return std::move(*rows);
  impl_->note_failure(rows.error());
  return {};
}

std::vector<partition::ParkedRow> Projections::parked(int partition) const {
  const auto& state = impl_->partition(partition);
  parked::Waiting waiting;
  Below below;
  {
    const std::shared_lock lock(state.mutex);
    waiting = state.active->parked;
    below = state.below();
  }
  if (below.frozen) waiting.insert(below.frozen->parked.begin(), below.frozen->parked.end());
#ifdef DOCKET_FAULT_DELETION_SHOWS
  std::erase_if(waiting, [](const auto& row) { return !row.second; });  // what a newer layer took out shows again from the store
#endif
  if (auto done = parked::read_parked(*below.view, partition, waiting); !done.ok()) impl_->note_failure(done.error());
  std::vector<partition::ParkedRow> rows;
  for (const auto& [of, until] : waiting) {
    if (until) rows.push_back({of.second, of.first, *until});
  }
  return rows;
}

std::vector<partition::QuarantinedRow> Projections::quarantined(int partition) const {
  const auto& state = impl_->partition(partition);
  meta::Quarantine held;
  Below below;
  {
    const std::shared_lock lock(state.mutex);
    held = state.active->quarantine;
    below = state.below();
  }
  if (below.frozen) held.insert(below.frozen->quarantine.begin(), below.frozen->quarantine.end());
  if (auto done = meta::read_quarantine(*below.view, partition, held); !done.ok()) impl_->note_failure(done.error());
  std::vector<partition::QuarantinedRow> rows;
  for (auto& [case_id, row] : held) {
    if (row) rows.push_back(std::move(*row));
  }
  return rows;
}

Status Projections::flush() {
  for (std::size_t index = 0; index < impl_->workers.size(); ++index) {
    for (int round = 0; round < 2; ++round) {  // first what is frozen already, then the rest
      if (auto done = impl_->wait_written(index); !done.ok()) return done;
      if (round == 0) impl_->freeze(*impl_->workers[index]);
    }
  }
  const std::lock_guard lock(impl_->mutex);
  return impl_->broken;
}

Status Projections::health() const {
  const std::lock_guard lock(impl_->mutex);
  if (!impl_->broken.ok()) return impl_->broken;
  for (const auto& worker : impl_->workers) {
    if (worker->failed) return worker->failure;
  }
  return {};
}

std::uint64_t Projections::alarms() const { return impl_->alarms; }

std::size_t Projections::memory_bytes() const {
  std::size_t bytes = 0;
  for (const auto& state : impl_->partitions) {
    const std::shared_lock lock(state->mutex);
    bytes += state->active->bytes + (state->frozen ? state->frozen->bytes : 0) + state->cache.bytes();
  }
  return bytes;
}

std::uint64_t Projections::stored_bytes(store::Family family) const { return impl_->store->bytes(family); }

Status Projections::backup(const std::filesystem::path& folder) {
  if (std::filesystem::exists(folder)) return Error{ErrorCode::kConflict, folder.string() + " exists", false};
  const auto name = store::current_store(folder);
  if (!name.ok()) return name.error();
  return impl_->store->checkpoint(folder / *name);
}

}  // namespace docket::projections
