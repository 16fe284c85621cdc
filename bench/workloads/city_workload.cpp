#include <fstream>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "bench/harness/lines.h"
#include "bench/workloads/reading.h"
#include "bench/workloads/workload.h"
#include "connectors/files/city.h"
#include "connectors/local/schemas.h"
#include "engine/model/ids.h"

namespace docket::bench {
namespace {

using files::CityFate;

// "org.docket.hotline-ticket.created.v1" -> "hotline-ticket"
std::string kind_of(std::string_view type) {
  const auto version = type.rfind('.');
  const auto event = type.rfind('.', version - 1);
  const auto kind = type.rfind('.', event - 1);
  return std::string(type.substr(kind + 1, event - kind - 1));
}

// The city is checked by counts: cases of each kind, and events of each case.
class CityWorkload final : public Workload {
 public:
  Status make(const Options& options, std::uint64_t cases, const std::string& file) {
    name_ = "city";
    office_ = "example";
    file_ = file;
    const auto compiled = definition::compile(local::embedded_schemas(), office_);
    if (!compiled.ok()) return Error{ErrorCode::kInvalid, "the office does not pass the check", false};
    files::CityOptions chosen;
    chosen.seed = options.seed;
    chosen.cases = cases;
    if (auto good = files::check_city(chosen, *compiled.bundle); !good) return good;
    files::City city(chosen, *compiled.bundle);
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    std::string event;
    files::CityTruth truth;
    while (city.next(event, &truth)) {
      out << event << '\n';
      ++events_;
      if (truth.fate != CityFate::kAccepted) continue;
      const auto [row, fresh] = events_of_.try_emplace(std::string(member_of(event, "subject")), 0U);
      ++row->second;
      ++accepted_;
      if (!fresh) continue;
      ++cases_of_[kind_of(member_of(event, "type"))];
      opened(row->first, cases);
    }
    if (!out.flush()) return Error{ErrorCode::kInternal, "can't write " + file, false};
    cases_ = events_of_.size();
    for (const auto& [kind, count] : cases_of_) answer_ += (answer_.empty() ? "" : ", ") + kind + " " + std::to_string(count);
    answer_ += ", " + std::to_string(accepted_) + " events accepted";
    return {};
  }

  [[nodiscard]] Status check(const std::string& data) const override {
    const auto reading = open_reading(data);
    if (!reading) return reading.error();
    const auto wrong = [](const std::string& what) { return Error{ErrorCode::kCorrupt, "the answer is wrong: " + what, false}; };
    for (const auto& [kind, count] : cases_of_) {
      const auto told = cases_in(*reading, kind, "");
      if (told != count) return wrong("there are " + std::to_string(count) + " of " + kind + ", the ledger says " + std::to_string(told));
    }
    for (const auto& [id, count] : events_of_) {
      const auto state = reading->store->find(model::partition_of(id, model::kPartitions), id);
      // Timers add events of their own.
      if (state == nullptr || state->version < count)
        return wrong("case " + id + " has " + std::to_string(count) + " events, the ledger says " +
                     std::to_string(state ? state->version : 0));
    }
    return {};
  }

 private:
  std::map<std::string, std::uint64_t> cases_of_;
  std::unordered_map<std::string, std::uint32_t> events_of_;
  std::uint64_t accepted_ = 0;
};

}  // namespace

Result<WorkloadPtr> make_city(const Options& options, std::uint64_t cases, const std::string& file) {
  auto workload = std::make_unique<CityWorkload>();
  if (auto made = workload->make(options, cases, file); !made) return made.error();
  return WorkloadPtr(std::move(workload));
}

}  // namespace docket::bench
