#include "connectors/kafka/shared_bundles.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace docket::kafka {
namespace {

constexpr std::string_view kActivation = "activation-";
constexpr std::string_view kDecision = "metrics-";
constexpr std::size_t kIdSize = 64;       // hex digits of a SHA-256
constexpr std::size_t kIdInKeySize = 16;  // two activations of one number must not compact each other away

bool is_bundle_id(const std::string& key) {
  return key.size() == kIdSize && key.find_first_not_of("0123456789abcdef") == std::string::npos;
}

// "metrics-12-node-1": 12.
std::optional<std::uint64_t> decision_number(std::string_view key) {
  key.remove_prefix(kDecision.size());
  std::uint64_t number = 0;
  const auto read = std::from_chars(key.data(), key.data() + key.size(), number);
  if (read.ec != std::errc{} || read.ptr == key.data() + key.size() || *read.ptr != '-' || number == 0) return std::nullopt;
  return number;
}

}  // namespace

SharedBundles::SharedBundles(std::shared_ptr<embedded::EmbeddedStore> store, const Settings& settings, const std::string& topic,
                             const std::string& node, Hear hear, Decide decide, Tell tell)
    : store_(std::move(store)),
      topic_(topic),
      node_(node),
      hear_(std::move(hear)),
      decide_(std::move(decide)),
      tell_(std::move(tell)),
      table_(settings, topic, node, [this](const std::vector<TableTopic::Row>& rows) { take(rows); }) {}

Status SharedBundles::start(int patience_ms) {
  table_.start();
  if (auto taken = table_.catch_up(patience_ms); !taken) return taken;
  const std::lock_guard lock(mutex_);
  if (!refused_.empty()) return Error{ErrorCode::kCorrupt, refused_, false};
  return {};
}

Status SharedBundles::publish(const std::string& text, const ledger::Activation& activation, int patience_ms) {
  const std::string key = std::string(kActivation) + std::to_string(activation.number) + "-" + activation.bundle.substr(0, kIdInKeySize);
  if (auto put = table_.put({{activation.bundle, text}}, patience_ms); !put) return put;
  if (auto put = table_.put({{key, ledger::activation_text(activation)}}, patience_ms); !put) return put;
  if (auto taken = table_.catch_up(patience_ms); !taken) return taken;
  const std::lock_guard lock(mutex_);
  const auto it = by_number_.find(activation.number);
  if (it != by_number_.end() && it->second.bundle == activation.bundle) return {};
  return Error{ErrorCode::kConflict,
               "number " + std::to_string(activation.number) + " was taken by another activation" +
                   (it == by_number_.end() ? std::string() : ", of bundle " + it->second.bundle.substr(0, kIdInKeySize)) +
                   "; see what decides now, and give the command again",
               false};
}

Status SharedBundles::decide(std::uint64_t number, const std::string& text, int patience_ms) {
  if (auto put = table_.put({{std::string(kDecision) + std::to_string(number) + "-" + node_, text}}, patience_ms); !put) return put;
  if (auto taken = table_.catch_up(patience_ms); !taken) return taken;
  const std::lock_guard lock(mutex_);
  const auto it = decisions_.find(number);
  if (it != decisions_.end() && it->second == text) return {};
  return Error{ErrorCode::kConflict, "another node decided about metrics at the same time; see how they stand, and give the command again",
               false};
}

Status SharedBundles::take_decision(const TableTopic::Row& row) {
  const auto number = decision_number(row.key);
  if (!number) return Error{ErrorCode::kInvalid, "expected metrics-NUMBER-NODE", false};
  if (decide_ == nullptr) return {};
  {
    const std::lock_guard lock(mutex_);
    if (!decisions_.emplace(*number, row.value).second) return {};
  }
  return decide_(*number, row.value);
}

Status SharedBundles::take_row(const TableTopic::Row& row) {
  if (is_bundle_id(row.key)) return row.value.empty() ? Status() : store_->put_bundle(row.key, row.value);
  if (row.key.starts_with(kDecision)) return take_decision(row);
  if (!row.key.starts_with(kActivation)) return {};
  const auto activation = ledger::parse_activation(row.value);
  if (!activation) return activation.error();
  {
    const std::lock_guard lock(mutex_);
    const bool newest = by_number_.empty() || activation->number > by_number_.rbegin()->first;
    if (!by_number_.emplace(activation->number, *activation).second || !newest) return {};
  }
  if (auto set = store_->set_activation(row.value); !set) return set;
  hear_(*activation);
  return {};
}

void SharedBundles::take(const std::vector<TableTopic::Row>& rows) {
  for (const auto& row : rows) {
    const auto taken = take_row(row);
    if (taken) continue;
    const std::string what = "topic " + topic_ + ", key " + row.key + ": " + taken.error().message;
    tell_(what);
    const std::lock_guard lock(mutex_);
    if (refused_.empty()) refused_ = what;
  }
}

}  // namespace docket::kafka
