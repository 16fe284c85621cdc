// Places where a test ends the process with SIGKILL, as an impatient operator would: tests/crash/ names one in DOCKET_CRASH_AT=name:n,
// and the process dies at the n-th passing. DOCKET_PAUSE_AT=name:n makes the passing thread wait there while the others go on: two FIFOs,
// DOCKET_PAUSE_FIFO.reached and .go, tell the test and let the thread go. Compiled only where the CMake option DOCKET_CRASH_POINTS is on;
// otherwise each is nothing. The engine has none of them: it writes nothing.
// Thread rule: any thread.
#pragma once

#ifdef DOCKET_CRASH_POINTS

#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

namespace docket::crash {

// "name:n" of an environment variable, and how often that place has been passed.
class Plan {
 public:
  explicit Plan(const char* variable) {
    const char* given = std::getenv(variable);
    if (given == nullptr) return;
    const std::string text(given);
    const auto colon = text.rfind(':');
    name_ = text.substr(0, colon);
    passing_ = colon == std::string::npos ? 1 : std::atoi(text.c_str() + colon + 1);
  }
  bool due(std::string_view name) { return passing_ > 0 && name == name_ && ++passed_ == passing_; }

 private:
  std::string name_;
  int passing_ = 0;  // 0: never
  std::atomic<int> passed_{0};
};

// True at the passing that the test has named.
inline bool due(std::string_view name) {
  static Plan plan("DOCKET_CRASH_AT");
  return plan.due(name);
}

inline void die() {
  std::raise(SIGKILL);
  std::abort();  // not reached
}

inline void pass(std::string_view name) {
  if (due(name)) die();
  static Plan pause("DOCKET_PAUSE_AT");
  const char* fifo = std::getenv("DOCKET_PAUSE_FIFO");
  if (fifo == nullptr || !pause.due(name)) return;
  if (auto* reached = std::fopen((std::string(fifo) + ".reached").c_str(), "w")) std::fclose(reached);
  if (auto* go = std::fopen((std::string(fifo) + ".go").c_str(), "r")) std::fclose(go);
}

// A number that a test sets by the environment, e.g. a small limit; else `usual`.
inline std::size_t number(const char* name, std::size_t usual) {
  const char* given = std::getenv(name);
  return given == nullptr ? usual : static_cast<std::size_t>(std::atoll(given));
}

// Milliseconds by which a test sets the clock wrong: what the file that DOCKET_CLOCK_FILE names holds by now.
inline std::int64_t clock_offset_ms() {
  static const char* const file = std::getenv("DOCKET_CLOCK_FILE");
  std::int64_t offset = 0;
  if (file != nullptr) std::ifstream(file) >> offset;
  return offset;
}

}  // namespace docket::crash

#define DOCKET_CRASH_POINT(name) ::docket::crash::pass(name)

#else

#define DOCKET_CRASH_POINT(name) static_cast<void>(0)

#endif
