#include "projections/alias_watch.h"

#include <algorithm>
#include <map>
#include <utility>

#include "engine/apply/state_access.h"
#include "projections/impl.h"

namespace docket::projections {
namespace {

constexpr std::size_t kRowsBetweenLooks = 4096;
constexpr std::size_t kPrefixesAtOnce = 1000;  // so many are looked up in one hold of a partition's lock

// A case that is void, or closed where only open ones count, stands against nobody.
bool stands(const Projections::Impl& impl, const model::CaseState& state, std::string_view alias) {
  if (state.voided) return false;
  const auto bundle = impl.options.bundles ? impl.options.bundles(state.bundle) : nullptr;
  if (bundle == nullptr || state.kind >= bundle->kinds.size()) return true;
  const auto& scope = bundle->kinds[state.kind].scopes[0];
  const auto* id = definition::find_name(scope.attribute_ids, alias);
  if (id == nullptr || !scope.attributes[*id].alarm_while_open) return true;
  return !apply::in_mask(scope.closed_states, state.scope.state);
}

}  // namespace

Result<std::vector<std::vector<aliases::Owner>>> owners_of(const Projections::Impl& impl, const std::vector<std::string>& prefixes) {
  std::vector<std::map<std::string, bool>> rows(prefixes.size());
  for (const auto& state : impl.partitions) {
    const auto add = [&](const Layer& layer) {
      for (std::size_t i = 0; i < prefixes.size(); ++i) {
        const auto& prefix = prefixes[i];
        for (auto it = layer.aliases.lower_bound(prefix); it != layer.aliases.end() && it->first.starts_with(prefix); ++it)
          rows[i].insert(*it);
      }
    };
    FrozenPtr frozen;
    {
      const std::shared_lock lock(state->mutex);
      add(*state->active);
      frozen = state->frozen;
    }
    if (frozen) add(*frozen);
  }
  // The store is read after the layers: what was written back between the two is seen twice, never missed.
  const auto view = impl.store->view();
  const auto cursor = view->cursor(store::Family::kAliases, {}, {});
  std::vector<std::vector<aliases::Owner>> out(prefixes.size());
  for (std::size_t i = 0; i < prefixes.size(); ++i) {
    for (cursor->seek(prefixes[i]); cursor->valid() && cursor->key().starts_with(prefixes[i]); cursor->next())
      rows[i].emplace(cursor->key(), true);
    if (auto status = cursor->status(); !status.ok()) return status.error();
    for (const auto& [key, there] : rows[i]) {
      if (there) out[i].push_back(aliases::owner_of(key, prefixes[i].size()));
    }
  }
  return out;
}

Result<AliasConflict> conflict_at(const Projections::Impl& impl, std::string_view prefix, const std::vector<aliases::Owner>& owners) {
  AliasConflict conflict = aliases::conflict_of(prefix);
  for (const auto& owner : owners) {
    auto state = read_state(impl.partition(owner.partition), owner.case_id);
    if (!state.ok()) return state.error();
    if (*state != nullptr && stands(impl, **state, conflict.alias)) conflict.cases.push_back(owner.case_id);
  }
  std::sort(conflict.cases.begin(), conflict.cases.end());
  return conflict;
}

AliasWatch::AliasWatch(const Projections::Impl& impl) : impl_(impl) {
  thread_ = std::thread([this] { run(); });
}

AliasWatch::~AliasWatch() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void AliasWatch::add(std::vector<std::string>&& keys) {
  if (keys.empty()) return;
  {
    const std::lock_guard lock(mutex_);
    for (auto& key : keys) {
      if (waiting_.size() >= kWaitingMax) {
        missed_ = true;
        waiting_.clear();
      }
      key.resize(aliases::prefix_bytes_of(key));
      waiting_.insert(std::move(key));
    }
  }
  wake_.notify_one();
}

void AliasWatch::failed(const Status& status) const {
  if (!status.ok()) impl_.note_failure(status.error().with_context("looking for numbers of two cases"));
}

void AliasWatch::run() {
  while (!stopping_) {
    bool all = false;
    std::vector<std::string> now;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return stopping_ || missed_ || !waiting_.empty(); });
      all = std::exchange(missed_, false);
      if (all) looked_ = false;
      while (!all && now.size() < kPrefixesAtOnce && !waiting_.empty())
        now.push_back(std::move(waiting_.extract(waiting_.begin()).value()));
    }
    if (stopping_) return;
    const auto status = all ? look_through_store() : look_at(now);
    if (!status.ok()) return failed(status);
  }
}

// The store's conflicts stand already and are not told again; what is in the layers alone is looked at as if it had just come.
Status AliasWatch::look_through_store() {
  std::set<std::string> fresh;
  for (const auto& state : impl_.partitions) {
    const std::shared_lock lock(state->mutex);
    for (const Layer* layer : {static_cast<const Layer*>(state->active.get()), state->frozen.get()}) {
      if (layer == nullptr) continue;
      for (const auto& [key, there] : layer->aliases) {
        if (there) fresh.insert(key.substr(0, aliases::prefix_bytes_of(key)));
      }
    }
  }
  std::set<std::string> found;
  const auto view = impl_.store->view();
  const auto cursor = view->cursor(store::Family::kAliases, {}, {});
  std::string prefix;
  std::size_t rows = 0;
  for (cursor->seek({}); cursor->valid(); cursor->next()) {
    if (++rows % kRowsBetweenLooks == 0 && stopping_) return {};
    const auto key = cursor->key();
    const auto bytes = aliases::prefix_bytes_of(key);
    if (prefix == key.substr(0, bytes)) found.insert(prefix);
    prefix.assign(key.substr(0, bytes));
  }
  if (auto status = cursor->status(); !status.ok()) return status;
  const std::lock_guard lock(mutex_);
  candidates_.merge(found);
  waiting_.merge(fresh);
  looked_ = true;
  return {};
}

Status AliasWatch::look_at(const std::vector<std::string>& list) {
  const auto owners = owners_of(impl_, list);
  if (!owners.ok()) return owners.error();
  for (std::size_t i = 0; i < list.size(); ++i) {
    const bool several = (*owners)[i].size() > 1;
    {
      const std::lock_guard lock(mutex_);
      if (several) candidates_.insert(list[i]);
      if (!several) candidates_.erase(list[i]);
    }
    if (!several) {
      told_.erase(list[i]);
      continue;
    }
    const auto conflict = conflict_at(impl_, list[i], (*owners)[i]);
    if (!conflict.ok()) return conflict.error();
    auto& told = told_[list[i]];  // what comes while it is looked at asks for it once more
    if (std::exchange(told, conflict->cases) == conflict->cases || conflict->cases.size() < 2) continue;
    ++impl_.alarms;
    impl_.options.on_conflict(*conflict);
  }
  return {};
}

Result<ConflictPage> AliasWatch::page(std::string_view after, std::size_t limit) const {
  constexpr std::size_t kAtOnce = 256;
  ConflictPage page;
  std::string place(after);
  while (true) {
    std::vector<std::string> prefixes;
    {
      const std::lock_guard lock(mutex_);
      page.complete = looked_ && !missed_;
      for (auto it = candidates_.upper_bound(place); it != candidates_.end() && prefixes.size() < kAtOnce; ++it) prefixes.push_back(*it);
    }
    const auto owners = owners_of(impl_, prefixes);
    if (!owners.ok()) return owners.error();
    for (std::size_t i = 0; i < prefixes.size(); ++i) {
      if (page.conflicts.size() == limit) {
        page.next = place;
        return page;
      }
      place = prefixes[i];
      if ((*owners)[i].size() < 2) continue;
      auto conflict = conflict_at(impl_, prefixes[i], (*owners)[i]);
      if (!conflict.ok()) return conflict.error();
      if (conflict->cases.size() > 1) page.conflicts.push_back(std::move(*conflict));
    }
    if (prefixes.size() < kAtOnce) return page;
  }
}

}  // namespace docket::projections
