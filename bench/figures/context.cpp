#include "bench/figures/context.h"

#include <signal.h>

#include <chrono>
#include <filesystem>
#include <sstream>
#include <thread>

#include "bench/harness/clock.h"

namespace docket::bench {
namespace {

constexpr double kReadyMax = 120;

Said parse_said(const std::string& text) {
  Said said;
  std::istringstream in(text);
  std::string key;
  for (double value = 0; in >> key >> value;) said[key] = value;
  return said;
}

}  // namespace

void remove_folder(const std::string& path) {
  std::error_code ignored;
  std::filesystem::remove_all(path, ignored);
}

Result<std::string> fresh_ledger(const Context& context, const Workload& workload, const std::string& name) {
  const std::string data = context.path(name);
  remove_folder(data);
  Args args{context.options.docket, "ledger", "create", "--data", data, "--office", workload.office()};
  if (!workload.schemas().empty()) args.insert(args.end(), {"--schemas", workload.schemas()});
  if (auto made = run(args, context.path("create.out")); !made) return made.error();
  return data;
}

Result<Said> run_self(const Context& context, Args args) {
  args.insert(args.begin(), context.options.self);
  const auto ran = run(args, context.path("self.out"));
  if (!ran) return ran.error();
  auto said = parse_said(ran->out);
  said["peak_mib"] = ran->peak_mib;
  return said;
}

Result<Said> run_floor(const Context& context, Args args) {
  const std::string scratch = context.path("floor");
  remove_folder(scratch);
  args.insert(args.begin(), "floor");
  auto said = run_self(context, std::move(args));
  remove_folder(scratch);
  return said;
}

Result<Server> Server::start(const Args& args, const std::string& out) {
  auto child = Child::start(args, out);
  if (!child) return child.error();
  const std::string sign = "ready on http://127.0.0.1:";
  while ((*child)->running() && now_s() - (*child)->started_s() < kReadyMax) {
    const std::string text = (*child)->out();
    const auto at = text.find(sign);
    if (at != std::string::npos && text.find('\n', at) != std::string::npos) {
      const auto port = static_cast<std::uint16_t>(std::stoul(text.substr(at + sign.size())));
      return Server(std::move(*child), port);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return Error{ErrorCode::kUnavailable, args[0] + " " + args[1] + " did not get ready:\n" + (*child)->err(), false};
}

Result<Server> Server::docket(const Context& context, const std::string& data, std::uint16_t port) {
  return start({context.options.docket, "serve", "--data", data, "--listen", "127.0.0.1:" + std::to_string(port)},
               context.path("serve.out"));
}

Result<Server> Server::floor(const Context& context, const std::string& mode, const std::string& data) {
  return start({context.options.self, "floor", "serve", mode, data}, context.path("floor-serve.out"));
}

Status Server::stop() {
  child_->signal(SIGTERM);
  const int code = child_->wait();
  if (code == 0) return {};
  return Error{ErrorCode::kInternal, "the server ended with " + std::to_string(code) + ": " + child_->err(), false};
}

}  // namespace docket::bench
