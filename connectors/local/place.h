// A data folder as a command finds it: opened here, or held by a process that answers for it (control.h).
// Thread rule: one thread. Ownership: it holds what it opened.
#pragma once

#include <map>
#include <string>

#include "connectors/local/control.h"
#include "connectors/local/home.h"

namespace docket::local {

class Place {
 public:
  explicit Place(std::string data) : data_(std::move(data)), home_(open_home_or_copy(data_)) {}

  // What decides there for new cases. kNotFound: there is no such folder. The error of a folder that is held says what its holder said.
  [[nodiscard]] Result<definition::BundlePtr> decides();
  // nullptr: another process has it.
  [[nodiscard]] const Home* home() const { return home_ ? &*home_ : nullptr; }
  // Of that process.
  [[nodiscard]] Result<ControlReply> ask(const std::map<std::string, std::string>& request);

 private:
  std::string data_;
  Result<Home> home_;
};

}  // namespace docket::local
