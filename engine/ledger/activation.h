// What decides for new cases of a ledger: a bundle, by the number under which it was activated (ledger.md section 8). The body of an
// `activated` record, and how a home remembers what is to be activated: {"bundle":ID,"number":N,"by":WHO}.
// Thread rule: plain values, free functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/model/result.h"

namespace docket::ledger {

struct Activation {
  std::uint64_t number = 1;  // of the genesis; numbers only rise
  std::string bundle;        // its id
  std::string by;            // who activated it, as they said; "" of the genesis
  friend bool operator==(const Activation&, const Activation&) = default;
};

[[nodiscard]] std::string activation_text(const Activation& activation);
// kInvalid: it isn't one.
[[nodiscard]] Result<Activation> parse_activation(std::string_view text);

}  // namespace docket::ledger
