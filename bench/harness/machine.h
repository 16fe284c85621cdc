// Where and what was measured. Thread rule: free functions.
#pragma once

#include <string>

namespace docket::bench {

struct Machine {
  int cores = 0;
  std::string cpu;
  std::string kernel;
  std::string system;
  double memory_gib = 0;
  double sync_p50_us = 0;  // 4 KiB appended and fdatasync, in the folder of the bench
  double sync_p99_us = 0;
};

[[nodiscard]] Machine this_machine(const std::string& folder);

}  // namespace docket::bench
