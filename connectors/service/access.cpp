#include "connectors/service/access.h"

#include <openssl/rand.h>

#include <array>
#include <stdexcept>
#include <utility>

#include "engine/ledger/base64url.h"
#include "engine/ledger/block_codec.h"

namespace docket::service {

std::string token_hash(std::string_view token) { return ledger::hash_text(ledger::block_hash(token)); }

std::string make_token() {
  constexpr std::size_t kBytes = 32;
  std::array<std::uint8_t, kBytes> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) throw std::runtime_error("no random bytes can be had");
  return "docket_" + ledger::base64url(bytes);
}

CallerPtr Access::find(std::string_view token) const {
  std::shared_ptr<const Callers> callers;
  {
    const std::lock_guard lock(mutex_);
    callers = callers_;
  }
  const auto it = callers->find(token_hash(token));
  return it == callers->end() ? nullptr : it->second;
}

void Access::replace(Callers callers) {
  auto fresh = std::make_shared<const Callers>(std::move(callers));
  const std::lock_guard lock(mutex_);
  callers_.swap(fresh);
}

}  // namespace docket::service
