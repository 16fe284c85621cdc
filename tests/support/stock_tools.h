// Python tools of others (a JSON Schema validator, schemathesis) in a virtual environment that tests/faces/install.sh makes.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/child_process.h"

namespace docket::testing {

inline constexpr const char* kNoStockTools = "SKIPPED: no stock validator here; ./dev test fetches it";

inline std::string stock_python() { return std::string(DOCKET_SOURCE_DIR) + "/build/faces/bin/python"; }

// With CI=true a test that can't run fails.
inline bool stock_tools_missing() {
  const char* const ci = std::getenv("CI");
  return !std::filesystem::exists(stock_python()) && (ci == nullptr || std::string(ci) != "true");
}

inline Ran run_stock_python(std::vector<std::string> command) {
  const std::string err = (std::filesystem::temp_directory_path() / ("stock-" + std::to_string(::getpid()))).string();
  command.insert(command.begin(), {stock_python(), "-B"});
  Child child(command, {}, err);
  Ran ran;
  ran.ended = child.wait(&ran.out);
  ran.err = file_text(err);
  std::filesystem::remove(err);
  return ran;
}

}  // namespace docket::testing
