// The real program on a data folder of the test's own: its commands, and its server with a client.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "connectors/cli/http_client.h"
#include "tests/support/child_process.h"

namespace docket::testing {

namespace fs = std::filesystem;

inline std::string docket_program(const std::string& name = "docket") { return std::string(DOCKET_BINARY_DIR) + "/" + name; }

// In memory where there is room: what survives a kill is the kernel's, and its syncs cost nothing.
inline fs::path temp_root() {
  constexpr std::uintmax_t kRoomBytes = std::uintmax_t{1} << 30U;
  std::error_code error;
  const auto memory = fs::space("/dev/shm", error);
  const bool room = !error && memory.available >= kRoomBytes && ::access("/dev/shm", W_OK) == 0;
  return room && std::getenv("TMPDIR") == nullptr ? fs::path("/dev/shm") : fs::temp_directory_path();
}

class TempFolder {
 public:
  TempFolder() {
    std::string pattern = (temp_root() / "docket-test-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TempFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  [[nodiscard]] fs::path operator/(const std::string& name) const { return path_ / name; }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

// Runs a command of the program to its end.
inline Ran run_docket(std::vector<std::string> command, const Environment& more = {}, const std::string& in = "/dev/null",
                      const std::string& program = "docket") {
  TempFolder folder;
  const std::string err = (folder / "err").string();
  command.insert(command.begin(), docket_program(program));
  Child child(command, more, err, in);
  Ran ran;
  ran.ended = child.wait(&ran.out);
  ran.err = file_text(err);
  return ran;
}

// One connection to a server; one thread's.
class Client {
 public:
  explicit Client(const std::string& address, const std::string& token = "") {
    if (const auto server = cli::parse_server(address); server && !address.empty())
      client_ = std::make_unique<cli::HttpClient>(*server, kPatienceMs, token);
  }
  // Status 0: it didn't answer.
  cli::HttpReply get(const std::string& target) { return call({"GET", target, {}, {}, {}, {}}); }
  cli::HttpReply post(const std::string& body, const std::string& type = "application/x-ndjson") {
    return call({"POST", "/v1/events", type, body, {}, {}});
  }
  cli::HttpReply call(const cli::HttpCall& call) {
    if (!client_) return {};
    const auto reply = client_->call(call);
    return reply ? *reply : cli::HttpReply{};
  }

 private:
  std::unique_ptr<cli::HttpClient> client_;
};

class Server {
 public:
  // Starts it; ready() says whether it came as far as to serve.
  explicit Server(const fs::path& data, const Environment& more = {}, const std::string& program = "docket",
                  const std::vector<std::string>& options = {})
      : err_((messages_ / "err").string()), child_(command(data, program, options), more, err_) {
    const auto line = child_.line();
    const auto at = line ? line->find("http://") : std::string::npos;
    if (at != std::string::npos) address_ = line->substr(at, line->find(' ', at) - at);
    client_ = std::make_unique<Client>(address_);
  }
  [[nodiscard]] bool ready() const { return !address_.empty(); }
  [[nodiscard]] const std::string& address() const { return address_; }
  [[nodiscard]] Child& child() { return child_; }
  [[nodiscard]] std::string errors() const { return file_text(err_); }
  [[nodiscard]] Client& client() { return *client_; }
  cli::HttpReply get(const std::string& target) { return client_->get(target); }
  cli::HttpReply post(const std::string& body) { return client_->post(body); }
  Ended stop(int signal = SIGTERM) {
    child_.signal(signal);
    return child_.wait();
  }

 private:
  static std::vector<std::string> command(const fs::path& data, const std::string& program, const std::vector<std::string>& options) {
    std::vector<std::string> words{docket_program(program), "serve", "--data", data.string()};
    if (std::find(options.begin(), options.end(), "--listen") == options.end()) words.insert(words.end(), {"--listen", "127.0.0.1:0"});
    words.insert(words.end(), options.begin(), options.end());
    return words;
  }
  TempFolder messages_;
  std::string err_;
  Child child_;
  std::string address_;
  std::unique_ptr<Client> client_;
};

// A folder with an empty ledger.
inline void create_ledger(const fs::path& data, const std::string& office = "example", const std::string& program = "docket") {
  const auto made = run_docket({"ledger", "create", "--data", data.string(), "--office", office}, {}, "/dev/null", program);
  ASSERT_TRUE(made.ended.with(0)) << made.text();
}

}  // namespace docket::testing
