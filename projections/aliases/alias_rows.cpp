#include "projections/aliases/alias_rows.h"

#include <algorithm>
#include <memory>
#include <set>

#include "projections/codec/key.h"
#include "projections/codec/value_text.h"
#include "projections/listings/filters.h"

namespace docket::projections::aliases {
namespace {

const meta::KindNames* kind_names(const meta::BundleNames& names, const model::CaseState& state) {
  return state.kind < names.kinds.size() ? &names.kinds[state.kind] : nullptr;
}

}  // namespace

std::string alias_prefix(std::string_view kind, std::string_view alias, const std::vector<std::string>& values) {
  codec::KeyWriter key;
  key.text(kind).text(alias).u8(static_cast<std::uint8_t>(values.size()));
  for (const auto& value : values) key.text(value);
  return key.str();
}

std::vector<std::string> alias_prefixes(const definition::Bundle& bundle, const model::CaseState& state) {
  std::vector<std::string> prefixes;
  if (state.kind >= bundle.kinds.size()) return prefixes;
  const auto& kind = bundle.kinds[state.kind];
  for (const auto& own : kind.scopes[0].attributes) {
    if (own.alias.empty()) continue;
    std::vector<std::string> values;
    for (const auto attribute : own.alias) {
      const auto& value = listings::newest_value(kind.scopes[0], state.scope, attribute);
      if (value.present()) values.push_back(codec::value_text(bundle, value));
    }
    if (values.size() == own.alias.size()) prefixes.push_back(alias_prefix(kind.name, own.name, values));
  }
  return prefixes;
}

std::vector<std::string> alias_keys(const meta::BundleNames& names, int partition, const model::CaseState& state) {
  std::vector<std::string> keys;
  if (kind_names(names, state) == nullptr) return keys;
  for (const auto& prefix : alias_prefixes(*names.bundle, state)) {
    codec::KeyWriter tail(partition);
    tail.text(state.id);
    keys.push_back(prefix + tail.str());
  }
  std::sort(keys.begin(), keys.end());
  return keys;
}

Conflict conflict_of(std::string_view prefix) {
  codec::KeyReader reader(prefix);
  Conflict out;
  out.kind = reader.text();
  out.alias = reader.text();
  const int values = reader.u8();
  for (int i = 0; i < values; ++i) out.values.emplace_back(reader.text());
  return out;
}

bool alias_may_differ(const meta::BundleNames& names, const model::CaseState& before, const model::CaseState& after) {
  const auto* numbers = kind_names(names, after);
  if (numbers == nullptr || before.kind != after.kind || before.bundle != after.bundle) return true;
  const auto& def = names.bundle->kinds[after.kind].scopes[0];
  for (const auto& alias : numbers->aliases) {
    for (const auto attribute : alias.attributes) {
      if (listings::newest_value(def, before.scope, attribute) != listings::newest_value(def, after.scope, attribute)) return true;
    }
  }
  return false;
}

Owner owner_of(std::string_view key, std::size_t prefix_bytes) {
  codec::KeyReader reader(key.substr(std::min(prefix_bytes, key.size())));
  Owner owner;
  owner.partition = reader.u8();
  owner.case_id = reader.text();
  return owner;
}

std::size_t prefix_bytes_of(std::string_view key) {
  codec::KeyReader reader(key);
  static_cast<void>(reader.text());
  static_cast<void>(reader.text());
  const int values = reader.u8();
  for (int i = 0; i < values; ++i) static_cast<void>(reader.text());
  return reader.ok() ? key.size() - reader.rest().size() : 0;
}

Result<std::uint64_t> count_second_owners(store::RowBatch& batch, const store::View& view) {
  if (auto sorted = batch.sort(); !sorted.ok()) return sorted.error();
  std::uint64_t second = 0;
  std::unique_ptr<store::Cursor> cursor;
  for (std::size_t first = 0; first < batch.size();) {
    const std::string prefix(batch.row(first).key.substr(0, prefix_bytes_of(batch.row(first).key)));
    std::set<std::string_view> changed;
    std::uint64_t added = 0;
    std::size_t i = first;
    for (; i < batch.size() && batch.row(i).key.substr(0, prefix.size()) == prefix; ++i) {
      changed.insert(batch.row(i).key);
      if (!batch.row(i).deleted) ++added;
    }
    first = i;
    if (added == 0) continue;
    if (!cursor) cursor = view.cursor(store::Family::kAliases, prefix, {});
    cursor->seek(prefix);
    bool owned = false;
    for (; cursor->valid() && cursor->key().substr(0, prefix.size()) == prefix; cursor->next())
      owned = owned || !changed.contains(cursor->key());
    if (auto status = cursor->status(); !status.ok()) return status.error();
    second += owned ? added : added - 1;
  }
  return second;
}

}  // namespace docket::projections::aliases
