// A workload: its events in a file, the office that judges them, and the answer that a ledger must give once it has taken them all.
// Thread rule: one thread. Ownership: the file lies in the bench's work folder.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/harness/options.h"
#include "engine/model/result.h"

namespace docket::bench {

class Workload {
 public:
  virtual ~Workload() = default;
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& office() const { return office_; }
  [[nodiscard]] const std::string& schemas() const { return schemas_; }  // "": the shipped ones
  [[nodiscard]] const std::string& file() const { return file_; }
  [[nodiscard]] std::uint64_t cases() const { return cases_; }
  [[nodiscard]] std::uint64_t events() const { return events_; }       // lines of the file
  [[nodiscard]] const std::string& answer() const { return answer_; }  // the right one, in short
  // Some of the cases, evenly, in the order in which they are opened; 50,000 at most.
  [[nodiscard]] const std::vector<std::string>& some_cases() const { return some_cases_; }
  // The ledger in `data`, which no process holds, gives the right answer. The error says what differs.
  [[nodiscard]] virtual Status check(const std::string& data) const = 0;

 protected:
  std::string name_;
  std::string office_;
  std::string schemas_;
  std::string file_;
  std::string answer_;
  // Called for each case that is opened, of `all`.
  void opened(std::string_view id, std::uint64_t all) {
    constexpr std::uint64_t kSome = 50'000;
    if (opened_++ % ((all + kSome - 1) / kSome) == 0) some_cases_.emplace_back(id);
  }
  std::uint64_t opened_ = 0;
  std::vector<std::string> some_cases_;
  std::uint64_t cases_ = 0;
  std::uint64_t events_ = 0;
};
using WorkloadPtr = std::unique_ptr<const Workload>;

[[nodiscard]] Result<WorkloadPtr> make_case5(const Options& options, std::uint64_t cases, const std::string& file);
[[nodiscard]] Result<WorkloadPtr> make_city(const Options& options, std::uint64_t cases, const std::string& file);
[[nodiscard]] Result<WorkloadPtr> make_workload(const std::string& name, const Options& options, std::uint64_t cases,
                                                const std::string& file);

}  // namespace docket::bench
