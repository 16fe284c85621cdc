// A data folder opened for reading answers in this process. Thread rule: one thread.
#pragma once

#include <memory>
#include <string>

#include "connectors/local/home.h"
#include "connectors/node/read_model.h"

namespace docket::bench {

struct Reading {
  local::Home home;
  std::shared_ptr<node::ProjectionStore> store;  // at the end of the ledger when the folder was left in good order
};
[[nodiscard]] Result<Reading> open_reading(const std::string& data);

// How many cases of a kind are in a state; "" is any.
[[nodiscard]] std::uint64_t cases_in(const Reading& reading, const std::string& kind, const std::string& state);

}  // namespace docket::bench
