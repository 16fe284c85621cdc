// The bench's own clock. Thread rule: free functions.
#pragma once

#include <ctime>

namespace docket::bench {

inline double seconds_of(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}
inline double now_s() { return seconds_of(CLOCK_MONOTONIC); }
inline double thread_cpu_s() { return seconds_of(CLOCK_THREAD_CPUTIME_ID); }

}  // namespace docket::bench
