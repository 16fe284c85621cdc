#include "bench/harness/machine.h"

#include <fcntl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "bench/harness/clock.h"
#include "bench/harness/stats.h"

namespace docket::bench {
namespace {

constexpr int kSyncs = 400;

// The rest of the first line of a file that begins with `key`.
std::string line_of(const std::string& path, const std::string& key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.rfind(key, 0) != 0) continue;
    const auto at = line.find_first_not_of(" \t:=\"", key.size());
    if (at == std::string::npos) return {};
    std::string rest = line.substr(at);
    while (!rest.empty() && (rest.back() == '"' || rest.back() == ' ')) rest.pop_back();
    return rest;
  }
  return {};
}

void measure_sync(const std::string& folder, Machine& machine) {
  const std::string path = folder + "/sync-cost";
  const int file = ::open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  if (file < 0) return;
  const std::string page(4096, 'x');
  Latencies all;
  for (int i = 0; i < kSyncs; ++i) {
    const double begun = now_s();
    if (::write(file, page.data(), page.size()) < 0 || ::fdatasync(file) != 0) break;
    all.add((now_s() - begun) * 1e6);
  }
  ::close(file);
  ::unlink(path.c_str());
  machine.sync_p50_us = all.percentile(50);
  machine.sync_p99_us = all.percentile(99);
}

}  // namespace

Machine this_machine(const std::string& folder) {
  Machine machine;
  machine.cores = static_cast<int>(std::thread::hardware_concurrency());
  machine.cpu = line_of("/proc/cpuinfo", "model name");
  machine.system = line_of("/etc/os-release", "PRETTY_NAME");
  utsname name{};
  if (::uname(&name) == 0) machine.kernel = std::string(name.sysname) + " " + name.release + " " + name.machine;
  const std::string kib = line_of("/proc/meminfo", "MemTotal");
  machine.memory_gib = kib.empty() ? 0 : static_cast<double>(std::stoull(kib)) / 1024 / 1024;
  measure_sync(folder, machine);
  return machine;
}

}  // namespace docket::bench
