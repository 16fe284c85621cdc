#include "projections/meta/names.h"

#include <algorithm>

#include "engine/measure/contribution.h"
#include "projections/codec/codec.h"
#include "projections/codec/key.h"

namespace docket::projections::meta {
namespace {

constexpr std::uint8_t kNameRow = 'N';

const char* anchor_word(definition::Anchor::Kind kind) {
  switch (kind) {
    case definition::Anchor::Kind::kClockStart:
      return "start";
    case definition::Anchor::Kind::kClockDue:
      return "due";
    case definition::Anchor::Kind::kClockOriginalDue:
      return "original_due";
    case definition::Anchor::Kind::kClockStop:
      return "stop";
    case definition::Anchor::Kind::kEventFirst:
      return "first";
    case definition::Anchor::Kind::kEventLast:
      return "last";
  }
  return "";
}

}  // namespace

std::string metric_name(std::string_view metric, std::uint16_t version) {
  return "m/" + std::string(metric) + "@" + std::to_string(version);
}

std::string filter_name(std::string_view kind, std::string_view filter) { return "f/" + std::string(kind) + "/" + std::string(filter); }

std::string anchor_name(const definition::KindDef& kind, const definition::Anchor& anchor) {
  std::string name = "a/" + kind.name + "/" + anchor_word(anchor.kind) + "/";
  if (anchor.kind == definition::Anchor::Kind::kEventFirst || anchor.kind == definition::Anchor::Kind::kEventLast) {
    return name + (anchor.id < kind.events.size() ? kind.events[anchor.id].name : std::to_string(anchor.id));
  }
  if (anchor.scope >= kind.scopes.size()) return name + std::to_string(anchor.scope) + "/" + std::to_string(anchor.id);
  const auto& scope = kind.scopes[anchor.scope];
  return name + scope.name + "/" + (anchor.id < scope.clocks.size() ? scope.clocks[anchor.id].name : std::to_string(anchor.id));
}

Number NameRegistry::number(const std::string& name) {
  const auto [it, fresh] = numbers_.try_emplace(name, static_cast<Number>(numbers_.size()));
  if (fresh) fresh_.emplace_back(name, it->second);
  return it->second;
}

std::optional<Number> NameRegistry::find(std::string_view name) const {
  const auto* found = definition::find_name(numbers_, name);
  return found == nullptr ? std::nullopt : std::optional<Number>(*found);
}

void NameRegistry::restore(const std::string& name, Number number) { numbers_.insert_or_assign(name, number); }

BundleNames name_bundle(NameRegistry& registry, definition::BundlePtr bundle, std::size_t index) {
  BundleNames names;
  names.index = index;
  for (const auto& metric : bundle->metrics) names.metrics.push_back(registry.number(metric_name(metric.name, metric.version)));
  for (std::size_t k = 0; k < bundle->kinds.size(); ++k) {
    const auto& kind = bundle->kinds[k];
    KindNames rows;
    rows.all = registry.number(filter_name(kind.name, kFilterAll));
    rows.state = registry.number(filter_name(kind.name, kFilterState));
    const auto& attributes = kind.scopes.at(0).attributes;
    for (std::size_t a = 0; a < attributes.size(); ++a) {
      const auto& attribute = attributes[a];
      if (attribute.dimension && attribute.name != kFilterState) {
        rows.filters.push_back({static_cast<model::AttributeId>(a), registry.number(filter_name(kind.name, attribute.name))});
      }
      if (!attribute.alias.empty()) rows.aliases.push_back({attribute.name, attribute.alias});
    }
    for (const auto& anchor : measure::anchors_of(*bundle, static_cast<model::KindId>(k))) {
      rows.anchors.push_back(registry.number(anchor_name(kind, anchor)));
    }
    names.kinds.push_back(std::move(rows));
  }
  names.bundle = std::move(bundle);
  return names;
}

void put_names(store::RowBatch& batch, int partition, const std::vector<NameRegistry::Named>& names) {
  for (const auto& [name, number] : names) {
    std::string payload;
    codec::encode(payload, number);
    batch.put(codec::KeyWriter(partition).u8(kNameRow).text(name).str(), payload);
  }
}

Status read_names(const store::View& view, int partition, NameRegistry& registry) {
  const std::string prefix = codec::KeyWriter(partition).u8(kNameRow).str();
  const auto cursor = view.cursor(store::Family::kMeta, prefix, codec::after_prefix(prefix));
  for (; cursor->valid(); cursor->next()) {
    codec::KeyReader key(cursor->key().substr(prefix.size()));
    Number number = 0;
    if (auto decoded = codec::decode(cursor->payload(), number); !decoded.ok()) return decoded;
    registry.restore(key.text(), number);
  }
  return cursor->status();
}

}  // namespace docket::projections::meta
