// A program as a child of the test: its output, its end, its death. Every wait has a bound, so that a broken program fails the test.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace docket::testing {

inline constexpr int kPatienceMs = 120'000;

inline std::string file_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

struct Ended {
  bool killed = false;  // by a signal, whose number is `code`
  int code = 0;
  [[nodiscard]] bool by(int signal) const { return killed && code == signal; }
  [[nodiscard]] bool with(int exit_code) const { return !killed && code == exit_code; }
  [[nodiscard]] std::string text() const { return (killed ? "killed by signal " : "exit code ") + std::to_string(code); }
};

using Environment = std::map<std::string, std::string>;

class Child {
 public:
  Child() = default;
  // Standard error goes to the file `err`; standard input comes from the file `in`, if one is named. Started from the main thread
  // only: a child ends with the thread that started it.
  Child(const std::vector<std::string>& command, const Environment& more, const std::string& err, const std::string& in = "/dev/null") {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0) return;
    std::vector<std::string> environment;
    for (char** entry = environ; *entry != nullptr; ++entry) environment.emplace_back(*entry);
    for (const auto& [name, value] : more) environment.push_back(name + "=" + value);
    std::vector<char*> argv;
    for (const auto& word : command) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    std::vector<char*> envp;
    for (const auto& entry : environment) envp.push_back(const_cast<char*>(entry.c_str()));
    envp.push_back(nullptr);
    const int input = ::open(in.c_str(), O_RDONLY | O_CLOEXEC);
    const int errors = ::open(err.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::dup2(input, STDIN_FILENO);
      ::dup2(ends[1], STDOUT_FILENO);
      ::dup2(errors, STDERR_FILENO);
      ::execve(argv[0], argv.data(), envp.data());
      ::_exit(127);
    }
    ::close(ends[1]);
    ::close(input);
    ::close(errors);
    out_ = ends[0];
  }
  ~Child() { end(); }
  Child(Child&& other) noexcept { swap(other); }
  Child& operator=(Child&& other) noexcept {
    swap(other);
    return *this;
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  [[nodiscard]] bool running() const { return pid_ > 0 && !ended_; }
  [[nodiscard]] pid_t pid() const { return pid_; }
  void signal(int number) const {
    if (running()) ::kill(pid_, number);
  }

  // The next line of its output; nothing when it ended, or said nothing for too long.
  [[nodiscard]] std::optional<std::string> line() {
    for (;;) {
      if (const auto at = text_.find('\n'); at != std::string::npos) {
        std::string line = text_.substr(0, at);
        text_.erase(0, at + 1);
        return line;
      }
      if (!fill()) return std::nullopt;
    }
  }
  // All that it still says, and how it ends.
  Ended wait(std::string* said = nullptr) {
    while (fill()) continue;
    if (said != nullptr) *said = text_;
    if (!ended_) {
      const int handle = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
      pollfd ready{handle, POLLIN, 0};
      if (handle < 0 || ::poll(&ready, 1, kPatienceMs) <= 0) ::kill(pid_, SIGABRT);
      if (handle >= 0) ::close(handle);
      int status = 0;
      while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
      ended_ = Ended{WIFSIGNALED(status), WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status)};
    }
    return *ended_;
  }

 private:
  bool fill() {
    if (out_ < 0) return false;
    pollfd ready{out_, POLLIN, 0};
    if (::poll(&ready, 1, kPatienceMs) <= 0) return false;
    char bytes[65536];
    const auto got = ::read(out_, bytes, sizeof bytes);
    if (got <= 0) return false;
    text_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }
  void end() {
    if (pid_ > 0 && !ended_) {
      ::kill(pid_, SIGKILL);
      wait();
    }
    if (out_ >= 0) ::close(out_);
    out_ = -1;
  }
  void swap(Child& other) {
    std::swap(pid_, other.pid_);
    std::swap(out_, other.out_);
    std::swap(text_, other.text_);
    std::swap(ended_, other.ended_);
  }

  pid_t pid_ = -1;
  int out_ = -1;
  std::string text_;
  std::optional<Ended> ended_;
};

struct Ran {
  Ended ended;
  std::string out;
  std::string err;
  [[nodiscard]] std::string text() const { return ended.text() + "\n" + out + err; }
};

}  // namespace docket::testing
