// What decides for new cases as far as this process has heard: told by who watches the ledger's configuration, taken by the workers into
// the chains that they own. Thread rule: any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <utility>

#include "engine/ledger/activation.h"

namespace docket::node {

class Activations {
 public:
  explicit Activations(ledger::Activation first) : newest_(std::move(first)), number_(newest_.number) {}

  // A lower number than the one that is known changes nothing.
  void hear(ledger::Activation activation) {
    const std::lock_guard lock(mutex_);
    if (activation.number <= newest_.number) return;
    newest_ = std::move(activation);
    number_ = newest_.number;
  }
  [[nodiscard]] ledger::Activation newest() const {
    const std::lock_guard lock(mutex_);
    return newest_;
  }
  // Cheap, to ask again and again.
  [[nodiscard]] std::uint64_t number() const { return number_; }

 private:
  mutable std::mutex mutex_;
  ledger::Activation newest_;
  std::atomic<std::uint64_t> number_;
};

}  // namespace docket::node
