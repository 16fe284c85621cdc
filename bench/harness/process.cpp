#include "bench/harness/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "bench/harness/clock.h"

namespace docket::bench {
namespace {

constexpr int kPeakEveryMs = 5;

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string last_lines(const std::string& text) { return text.size() <= 1500 ? text : "..." + text.substr(text.size() - 1500); }

}  // namespace

Result<std::unique_ptr<Child>> Child::start(const Args& args, const std::string& out_file) {
  std::unique_ptr<Child> child(new Child);
  child->out_file_ = out_file;
  const int out = ::open(out_file.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);
  const int err = ::open((out_file + ".err").c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);
  const int none = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (out < 0 || err < 0 || none < 0) return Error{ErrorCode::kInternal, "can't write " + out_file, false};
  std::vector<char*> argv;
  for (const auto& arg : args) argv.push_back(const_cast<char*>(arg.c_str()));
  argv.push_back(nullptr);
  child->started_s_ = now_s();
  child->pid_ = ::fork();
  if (child->pid_ == 0) {
    ::dup2(none, 0);
    ::dup2(out, 1);
    ::dup2(err, 2);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  for (const int file : {out, err, none}) ::close(file);
  if (child->pid_ < 0) return Error{ErrorCode::kInternal, "can't start " + args.front(), false};
  child->handle_ = static_cast<int>(::syscall(SYS_pidfd_open, child->pid_, 0));
  if (child->handle_ < 0) return Error{ErrorCode::kInternal, "this kernel has no pidfd_open", false};
  return child;
}

Child::~Child() {
  if (pid_ > 0 && code_ < 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  if (handle_ >= 0) ::close(handle_);
}

int Child::wait() {
  if (code_ >= 0) return code_;
  pollfd ended{handle_, POLLIN, 0};
  while (::poll(&ended, 1, kPeakEveryMs) == 0) read_peak();
  int status = 0;
  rusage used{};
  ::wait4(pid_, &status, 0, &used);
  const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; };
  cpu_s_ = seconds(used.ru_utime) + seconds(used.ru_stime);
  code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return code_;
}

void Child::signal(int number) const {
  if (code_ < 0) ::kill(pid_, number);
}

bool Child::running() {
  pollfd ended{handle_, POLLIN, 0};
  return code_ < 0 && ::poll(&ended, 1, 0) == 0;
}

double Child::cpu_s() const {
  if (code_ >= 0) return cpu_s_;
  const std::string stat = text_of("/proc/" + std::to_string(pid_) + "/stat");
  const auto name_end = stat.rfind(')');
  if (name_end == std::string::npos) return 0;
  std::istringstream fields(stat.substr(name_end + 1));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

void Child::read_peak() {
  std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmHWM:", 0) == 0) peak_kib_ = std::max<std::uint64_t>(peak_kib_, std::stoull(line.substr(6)));
  }
}

double Child::peak_mib() {
  if (code_ < 0) read_peak();
  return static_cast<double>(peak_kib_) / 1024;
}

std::string Child::out() const { return text_of(out_file_); }
std::string Child::err() const { return text_of(out_file_ + ".err"); }

Result<Ran> run(const Args& args, const std::string& out_file, const std::vector<int>& good) {
  auto child = Child::start(args, out_file);
  if (!child) return child.error();
  Ran ran;
  ran.code = (*child)->wait();
  ran.seconds = now_s() - (*child)->started_s();
  ran.cpu_s = (*child)->cpu_s();
  ran.peak_mib = (*child)->peak_mib();
  ran.out = (*child)->out();
  if (std::find(good.begin(), good.end(), ran.code) != good.end()) return ran;
  std::string command;
  for (const auto& arg : args) command += arg + " ";
  return Error{ErrorCode::kInternal,
               command + "ended with " + std::to_string(ran.code) + ":\n" + last_lines(ran.out) + last_lines((*child)->err()), false};
}

}  // namespace docket::bench
