// What publishers and readers of a run were told, written down for tests/checker (its form: tests/checker/history.py), and the checker's
// judgement of it over a server's public faces. Thread rule: any.
#pragma once

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <chrono>
#include <fstream>
#include <mutex>
#include <string>

#include "tests/support/docket_process.h"

namespace docket::testing {

class RunHistory {
 public:
  explicit RunHistory(fs::path file) : file_(std::move(file)), out_(file_) {}

  // A call begins; its name.
  std::string invoke(const std::string& what, boost::json::object members) {
    const std::lock_guard lock(mutex_);
    std::string call = what + "-" + std::to_string(++calls_);
    members["do"] = what;
    write("invoke", call, std::move(members));
    return call;
  }
  void ok(const std::string& call, boost::json::object members) {
    const std::lock_guard lock(mutex_);
    write("ok", call, std::move(members));
  }
  // Nobody knows what became of it.
  void fail(const std::string& call) {
    const std::lock_guard lock(mutex_);
    write("fail", call, {});
  }

  // The checker's exit code and words; all that was published must have been judged.
  Ran check(Server& server, const std::vector<std::string>& more = {}) {
    out_.flush();
    TempFolder folder;
    const std::string err = (folder / "err").string();
    std::vector<std::string> command{
        "/usr/bin/env", "python3",        "-B",        std::string(DOCKET_SOURCE_DIR) + "/tests/checker/check.py",
        "--server",     server.address(), "--history", file_.string()};
    command.insert(command.end(), more.begin(), more.end());
    Child child(command, {}, err);
    Ran ran;
    ran.ended = child.wait(&ran.out);
    ran.err = file_text(err);
    return ran;
  }

 private:
  void write(const char* op, const std::string& call, boost::json::object members) {
    members["at"] = std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
    members["op"] = op;
    members["call"] = call;
    out_ << boost::json::serialize(members) << "\n";
  }
  std::mutex mutex_;
  const fs::path file_;
  std::ofstream out_;
  std::size_t calls_ = 0;
};

inline void expect_kept_word(RunHistory& history, Server& server) {
  const auto judged = history.check(server);
  EXPECT_TRUE(judged.ended.with(0)) << judged.text();
  std::cout << "checker: " << judged.err;
}

}  // namespace docket::testing
