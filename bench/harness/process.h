// Child processes: run to the end, or kept running as a server; with their time, CPU and peak memory (VmHWM).
// Thread rule: one thread a Child. Ownership: a Child that still runs is killed by its destructor.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/model/result.h"

namespace docket::bench {

using Args = std::vector<std::string>;

class Child {
 public:
  // Standard output goes to `out_file`, standard error to `out_file`.err.
  [[nodiscard]] static Result<std::unique_ptr<Child>> start(const Args& args, const std::string& out_file);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Waits for its end; the peak is read all the while. The exit code, or 128 + signal.
  int wait();
  void signal(int number) const;
  [[nodiscard]] bool running();
  [[nodiscard]] double started_s() const { return started_s_; }
  [[nodiscard]] double cpu_s() const;  // so far, or of all its life
  [[nodiscard]] double peak_mib();     // so far
  [[nodiscard]] std::string out() const;
  [[nodiscard]] std::string err() const;

 private:
  Child() = default;
  void read_peak();
  pid_t pid_ = -1;
  int handle_ = -1;
  int code_ = -1;
  double started_s_ = 0;
  double cpu_s_ = 0;
  std::uint64_t peak_kib_ = 0;
  std::string out_file_;
};

struct Ran {
  int code = 0;
  double seconds = 0;
  double cpu_s = 0;
  double peak_mib = 0;
  std::string out;
};
// An error when the exit code is not one of `good`; its text ends with what the child said.
[[nodiscard]] Result<Ran> run(const Args& args, const std::string& out_file, const std::vector<int>& good = {0});

}  // namespace docket::bench
