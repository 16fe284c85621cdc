#include "connectors/local/key_destroyer.h"

#include <chrono>
#include <iostream>

namespace docket::local {
namespace {

constexpr auto kLook = std::chrono::hours(1);  // a parking key may have grown too old
constexpr auto kTryAgain = std::chrono::seconds(10);
constexpr model::Day kParkingKeyDays = 90;

}  // namespace

KeyDestroyer::KeyDestroyer(const Home& home) : home_(home) {
  home_.keys->on_erased([this] {
    {
      const std::lock_guard lock(mutex_);
      news_ = true;
    }
    wake_.notify_one();
  });
}

void KeyDestroyer::start() {
  thread_ = std::thread([this] { run(); });
}

void KeyDestroyer::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void KeyDestroyer::run() {
  std::string told;  // a trouble that lasts is told once
  std::chrono::steady_clock::duration pause = kLook;
  while (true) {
    bool last = false;
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, pause, [this] { return news_ || stopping_; });
      last = stopping_;
      if (last && !news_) return;
      news_ = false;
    }
    const auto now = wall_clock();
    const auto parking_from = home_.bundle->zone.local_day(now) - kParkingKeyDays;
    const auto done = home_.destroy_keys ? home_.destroy_keys(now, parking_from) : home_.keys->destroy(now, parking_from);
    pause = done ? std::chrono::steady_clock::duration(kLook) : kTryAgain;
    if (!done && done.error().message != told) {
      told = done.error().message;
      std::cerr << "docket: keys that were given up are not destroyed yet: " << told << "\n";
    }
    if (done) told.clear();
    if (last) return;
  }
}

}  // namespace docket::local
