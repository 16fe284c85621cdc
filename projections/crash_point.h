// Places where a test ends the process with SIGKILL, as a power cut or an impatient operator would: tests/crash/ names one in
// DOCKET_CRASH_AT=name:n, and the process dies at the n-th passing. Compiled only where the CMake option DOCKET_CRASH_POINTS is on;
// otherwise each is nothing. A pause is a place where the passing thread waits while the others go on: DOCKET_PAUSE_AT names it, and
// two FIFOs, DOCKET_PAUSE_FIFO.reached and .go, tell the test and let it go on. The engine has none of them: it writes nothing.
// Thread rule: any thread.
#pragma once

#ifdef DOCKET_CRASH_POINTS

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace docket::crash {

struct Plan {
  std::string name;
  int passing = 0;  // 0: none
};

inline const Plan& plan() {
  static const Plan kPlan = [] {
    Plan plan;
    const char* given = std::getenv("DOCKET_CRASH_AT");
    if (given == nullptr) return plan;
    const std::string text(given);
    const auto colon = text.rfind(':');
    plan.name = text.substr(0, colon);
    plan.passing = colon == std::string::npos ? 1 : std::atoi(text.c_str() + colon + 1);
    return plan;
  }();
  return kPlan;
}

// True at the passing that the test has named.
inline bool due(std::string_view name) {
  static std::atomic<int> passed{0};
  return plan().passing > 0 && name == plan().name && ++passed == plan().passing;
}

inline void die() {
  std::raise(SIGKILL);
  std::abort();  // not reached
}

inline void wait_at(std::string_view name) {
  const char* wanted = std::getenv("DOCKET_PAUSE_AT");
  const char* fifo = std::getenv("DOCKET_PAUSE_FIFO");
  if (wanted == nullptr || fifo == nullptr || name != wanted) return;
  if (auto* reached = std::fopen((std::string(fifo) + ".reached").c_str(), "w")) std::fclose(reached);
  if (auto* go = std::fopen((std::string(fifo) + ".go").c_str(), "r")) std::fclose(go);
}

// A number that a test sets by the environment, e.g. a small limit; else `usual`.
inline std::size_t number(const char* name, std::size_t usual) {
  const char* given = std::getenv(name);
  return given == nullptr ? usual : static_cast<std::size_t>(std::atoll(given));
}

}  // namespace docket::crash

#define DOCKET_CRASH_POINT(name)                            \
  do {                                                      \
    if (::docket::crash::due(name)) ::docket::crash::die(); \
  } while (false)
#define DOCKET_CRASH_PAUSE(name) ::docket::crash::wait_at(name)

#else

#define DOCKET_CRASH_POINT(name) static_cast<void>(0)
#define DOCKET_CRASH_PAUSE(name) static_cast<void>(0)

#endif
