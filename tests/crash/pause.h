// A place in the program where a thread waits for the test (projections/crash_point.h): what happens meanwhile is the test's to say.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>

#include "tests/support/docket_process.h"

namespace docket::testing {

class Pause {
 public:
  Pause(const TempFolder& folder, const std::string& at) : at_(at), fifo_((folder / ("pause-" + at)).string()) {
    EXPECT_EQ(::mkfifo((fifo_ + ".reached").c_str(), 0600), 0);
    EXPECT_EQ(::mkfifo((fifo_ + ".go").c_str(), 0600), 0);
    reached_ = ::open((fifo_ + ".reached").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  }
  ~Pause() { ::close(reached_); }
  Pause(const Pause&) = delete;
  Pause& operator=(const Pause&) = delete;

  [[nodiscard]] Environment with(Environment more = {}) const {
    more["DOCKET_PAUSE_AT"] = at_;
    more["DOCKET_PAUSE_FIFO"] = fifo_;
    return more;
  }
  [[nodiscard]] bool reached() const {
    pollfd ready{reached_, POLLIN, 0};
    return ::poll(&ready, 1, kPatienceMs) == 1;
  }
  void go_on() const { ::close(::open((fifo_ + ".go").c_str(), O_WRONLY | O_CLOEXEC)); }

 private:
  std::string at_;
  std::string fifo_;
  int reached_ = -1;
};

}  // namespace docket::testing
