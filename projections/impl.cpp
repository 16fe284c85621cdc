#include "projections/impl.h"

#include <numeric>
#include <utility>

#include "projections/apply_record.h"
#include "projections/crash_point.h"
#include "projections/store/current.h"
#include "projections/write_back.h"

namespace docket::projections {

Projections::Impl::~Impl() {
  watch.reset();
  {
    const std::lock_guard lock(mutex);
    stopping = true;
  }
  work.notify_all();
  if (writer.joinable()) writer.join();
}

Status Projections::Impl::start() {
  const bool current = options.store_name.empty();
  if (current) {
    auto name = store::current_store(options.folder);
    if (!name.ok()) return name.error();
    options.store_name = *name;
  }
  store::StoreOptions store_options;
  store_options.folder = options.folder / options.store_name;
  store_options.block_cache_bytes = options.block_cache_bytes;
  store_options.env = options.env;
  store_options.before_ingest = options.before_ingest;
  auto opened = store::Store::open(store_options);
  if (!opened.ok() && opened.error().code == ErrorCode::kInvalid && current) {
    // Of an older format: a new one beside it, to be filled from the ledger.
    options.store_name = store::unused_store_name(options.folder);
    store_options.folder = options.folder / options.store_name;
    opened = store::Store::open(store_options);
    if (opened.ok()) {
      if (auto swapped = store::swap_store(options.folder, options.store_name); !swapped.ok()) return swapped;
    }
  }
  if (!opened.ok()) return opened.error();
  store = std::move(*opened);

  const auto view = store->view();
  const auto count = static_cast<std::size_t>(options.partitions);
  for (int number = 0; number < options.partitions; ++number) {
    auto state = std::make_unique<PartitionState>(number, options.case_cache_bytes / count);
    state->view = view;
    if (!options.only_metrics.empty()) state->only_metrics = &options.only_metrics;
    if (auto names = meta::read_names(*view, number, state->names); !names.ok()) return names;
    auto head = meta::read_head(*view, number);
    if (!head.ok()) return head.error();
    state->head = std::move(*head);
    partitions.push_back(std::move(state));
  }
  if (options.workers.empty()) {
    options.workers.emplace_back(count);
    std::iota(options.workers[0].begin(), options.workers[0].end(), 0);
  }
  worker_of.assign(count, options.workers.size());
  for (const auto& owned : options.workers) {
    auto worker = std::make_unique<Worker>();
    for (const int number : owned) {
      if (number < 0 || number >= options.partitions || worker_of[static_cast<std::size_t>(number)] != options.workers.size()) {
        return Error{ErrorCode::kInvalid, "partition " + std::to_string(number) + " has two workers, or is none", false};
      }
      worker_of[static_cast<std::size_t>(number)] = workers.size();
    }
    worker->partitions = owned;
    workers.push_back(std::move(worker));
  }
  writer = std::thread([this] { write_back_loop(); });
  if (options.on_conflict) watch = std::make_unique<AliasWatch>(*this);
  return {};
}

void Projections::Impl::note_failure(const Error& error) const {
  const std::lock_guard lock(mutex);
  if (broken.ok()) broken = error;
  is_broken = true;
}

void Projections::Impl::apply(partition::AppliedBlock&& block) {
  auto& state = partition(block.position.partition);
  auto& worker = *workers.at(worker_of.at(static_cast<std::size_t>(block.position.partition)));
  const std::lock_guard lock(state.mutex);
  Layer& layer = *state.active;
  const std::size_t events = layer.events;
  const std::size_t bytes = layer.bytes;
  for (const auto& record : block.records) {
    if (auto done = apply_record(state, options.bundles, record); !done.ok()) {
      note_failure(
          done.error().with_context("applying record " + std::to_string(record.height) + " of partition " + std::to_string(state.number)));
      return;  // the head stays behind: nothing after this is complete
    }
  }
  layer.head = meta::Head{block.position, block.recorded, block.term, block.activation, std::move(block.next)};
  state.head = *layer.head;
  DOCKET_CRASH_POINT("projections.applied");
  worker.events += layer.events - events;
  worker.bytes += layer.bytes - bytes;  // unsigned, and right when it shrinks
  auto fresh = std::exchange(state.fresh_aliases, {});
  if (watch) watch->add(std::move(fresh));
}

bool Projections::Impl::full(const Worker& worker) const {
  return worker.events >= options.limits.events || worker.bytes >= options.limits.bytes;
}

void Projections::Impl::freeze(Worker& worker) {
  const std::lock_guard freezing(worker.freezing);
  if (worker.pending || is_broken) return;
  bool any = false;
  for (const int number : worker.partitions) {
    auto& state = partition(number);
    const std::lock_guard lock(state.mutex);
    if (!state.active->head) continue;
    state.active->names = state.names.take_fresh();
    worker.events -= state.active->events;
    worker.bytes -= state.active->bytes;
    state.frozen = std::exchange(state.active, std::make_unique<Layer>());
    any = true;
    DOCKET_CRASH_POINT("projections.freezing");
  }
  if (!any) return;
  std::size_t index = 0;
  while (workers[index].get() != &worker) ++index;
  {
    const std::lock_guard lock(mutex);
    worker.pending = true;
  }
  wake(index);
}

void Projections::Impl::wake(std::size_t worker) {
  {
    const std::lock_guard lock(mutex);
    workers[worker]->failed = false;
    queue.push_back(worker);
  }
  work.notify_one();
}

Status Projections::Impl::wait_written(std::size_t index) {
  Worker& worker = *workers[index];
  std::unique_lock lock(mutex);
  if (worker.failed) {
    worker.failed = false;
    queue.push_back(index);
    work.notify_one();
  }
  written.wait(lock, [&] { return !worker.pending || worker.failed; });
  return worker.failed ? worker.failure : Status{};
}

void Projections::Impl::write_back_loop() {
  for (;;) {
    std::size_t index = 0;
    {
      std::unique_lock lock(mutex);
      work.wait(lock, [this] { return stopping || !queue.empty(); });
      if (stopping) return;
      index = queue.front();
      queue.pop_front();
    }
    Worker& worker = *workers[index];
    if (!worker.pending) continue;
    const Status done = write_back(worker);
    {
      const std::lock_guard lock(mutex);
      worker.failed = !done.ok();
      worker.failure = done;
      if (done.ok()) worker.pending = false;
    }
    written.notify_all();
  }
}

Status Projections::Impl::write_back(const Worker& worker) {
  for (auto& batch : batches) batch.clear();
  for (const int number : worker.partitions) {
    const auto& state = partition(number);
    Below below;
    {
      const std::shared_lock lock(state.mutex);
      below = state.below();
    }
    if (!below.frozen) continue;
    if (auto rows = collect_rows(*below.frozen, number, *below.view, batches); !rows.ok()) return rows;
  }
  if (!options.only_metrics.empty()) leave_figures(batches);
  std::uint64_t second_owners = 0;
  if (!watch) {
    const auto counted = aliases::count_second_owners(batches[store::index_of(store::Family::kAliases)], *store->view());
    if (!counted.ok()) return counted.error();
    second_owners = *counted;
  }
#ifdef DOCKET_FAULT_HEIGHTS_APART
  store::Batches heights;
  std::swap(heights[store::index_of(store::Family::kMeta)], batches[store::index_of(store::Family::kMeta)]);
  if (auto taken = store->ingest(batches); !taken.ok()) return taken;
  if (auto taken = store->ingest(heights); !taken.ok()) return taken;
#else
  if (auto taken = store->ingest(batches); !taken.ok()) return taken;
#endif
  alarms += second_owners;
  DOCKET_CRASH_POINT("projections.before_drop");
  publish(store->view(), worker);
  DOCKET_CRASH_POINT("projections.after_drop");
  return {};
}

// All partitions move to the new view: nothing but this worker's frozen layers has changed since theirs.
void Projections::Impl::publish(const store::ViewPtr& view, const Worker& worker) {
  for (auto& state : partitions) {
    const bool own = worker_of[static_cast<std::size_t>(state->number)] < workers.size() &&
                     workers[worker_of[static_cast<std::size_t>(state->number)]].get() == &worker;
    FrozenPtr over;  // freed after the lock is given back
    store::ViewPtr old;
    const std::lock_guard lock(state->mutex);
    if (own && state->frozen) {
      for (const auto& [case_id, entry] : state->frozen->cases) {
        state->cache.put(case_id, std::make_shared<const cases::CaseRow>(cases::CaseRow{entry.state, entry.tail}));
      }
      over = std::exchange(state->frozen, nullptr);
    }
    old = std::exchange(state->view, view);
  }
}

}  // namespace docket::projections
