// Makes the mistake that it is told to make, so that a sanitizer can show that it is on.
#include <cstdio>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <thread>

namespace {

int use_after_free(int argc) {
  auto owner = std::make_unique<int>(argc);
  volatile int* stale = owner.get();
  owner.reset();
  return *stale;
}

int overflow(int argc) {
  volatile int most = std::numeric_limits<int>::max();
  return most + argc;
}

int shared_count = 0;

int race() {
  const auto count = [] {
    for (int i = 0; i < 100'000; ++i) ++shared_count;
  };
  std::thread other(count);
  count();
  other.join();
  return shared_count;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mistake = argc > 1 ? argv[1] : "";
  int result = 0;
  if (mistake == "address") result = use_after_free(argc);
  if (mistake == "undefined") result = overflow(argc);
  if (mistake == "race") result = race();
  std::printf("%s went unnoticed (%d)\n", mistake.c_str(), result);
  return 0;
}
