// What every part of the bench has at hand, and the small steps that several of them take.
// Thread rule: one thread. Ownership: the context owns its workloads; its folder is removed at the end.
#pragma once

#include <memory>
#include <string>

#include "bench/floors/floors.h"
#include "bench/harness/lines.h"
#include "bench/harness/options.h"
#include "bench/harness/process.h"
#include "bench/harness/results.h"
#include "bench/workloads/workload.h"

namespace docket::bench {

struct Context {
  const Options& options;
  Results& results;
  std::string folder;  // of this workload
  WorkloadPtr whole;
  WorkloadPtr small;          // for single events
  WorkloadPtr tenth;          // for the growth
  std::string year;           // a data folder whose records lie over a year; prepare_year() makes it
  double floor_peak_mib = 0;  // of the import's floor, in this round
  std::size_t year_next = 0;  // lines of the whole that it has taken
  std::string label{};        // under which figures are told; "": the workload's name

  [[nodiscard]] std::string path(const std::string& name) const { return folder + "/" + name; }
  [[nodiscard]] const std::string& name() const { return label.empty() ? whole->name() : label; }
  void add(std::string_view figure, double value) const { results.add(name(), figure, value); }
  void add(std::string_view figure, double value, double floor) const { results.add(name(), figure, value, floor); }
};

// An empty ledger in a new folder of that name, in place of an old one.
[[nodiscard]] Result<std::string> fresh_ledger(const Context& context, const Workload& workload, const std::string& name);
void remove_folder(const std::string& path);
// `docket_bench floor ...` in a process of its own; "peak_mib" comes with what it says.
[[nodiscard]] Result<Said> run_floor(const Context& context, Args args);
// `docket_bench inside ...`: an import without the command around it.
[[nodiscard]] Result<Said> run_self(const Context& context, Args args);

// A server, ours or a floor's, as a child process.
class Server {
 public:
  [[nodiscard]] static Result<Server> docket(const Context& context, const std::string& data, std::uint16_t port = 0);
  [[nodiscard]] static Result<Server> floor(const Context& context, const std::string& mode, const std::string& data);
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] Child& child() { return *child_; }
  [[nodiscard]] Status stop();  // SIGTERM, and its exit code

 private:
  Server(std::unique_ptr<Child> child, std::uint16_t port) : child_(std::move(child)), port_(port) {}
  [[nodiscard]] static Result<Server> start(const Args& args, const std::string& out);
  std::unique_ptr<Child> child_;
  std::uint16_t port_ = 0;
};

// The parts. Each adds its figures of one round.
[[nodiscard]] Status measure_import(Context& context);  // and rebuild, disk, growth
[[nodiscard]] Status measure_large(Context& context);   // 1,000,000 cases, 2,000,000 cases
[[nodiscard]] Status measure_batches(Context& context);
[[nodiscard]] Status measure_singles(Context& context);
[[nodiscard]] Status prepare_year(Context& context);
[[nodiscard]] Status measure_reads(Context& context);
[[nodiscard]] Status measure_acknowledgement(Context& context);
[[nodiscard]] Status measure_restart(Context& context);
[[nodiscard]] Status check_year(Context& context);

}  // namespace docket::bench
