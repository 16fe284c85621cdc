// Releases a case that met an engine defect: one event `released`; what waited for the case is judged again.
#include <boost/json/serialize.hpp>
#include <chrono>

#include "connectors/cli/batches.h"
#include "connectors/cli/commands.h"
#include "connectors/cli/output.h"
#include "connectors/cli/remote.h"
#include "connectors/cli/words.h"
#include "engine/model/time.h"

namespace docket::cli {
namespace {

constexpr std::size_t kHistoryMax = 1'000'000;

// The record by which a case is in quarantine.
struct Held {
  std::string height;
  std::string kind;
  std::string cause;
};

class Release {
 public:
  Release(const CommonOptions& options, const ReleaseArgs& args) : options_(options), args_(args), remote_(options) {}

  int run() {
    std::optional<Held> held;
    if (!find(held)) return remote_.exit_code();
    if (!held) {
      *options_.err << "docket: case " << args_.id << " is not quarantined: there is nothing to release\n";
      return kConflict;
    }
    std::string type;
    if (!find_type(held->kind, type)) return remote_.exit_code();
    json::array results;
    const std::string line = json::serialize(event_of(*held, type)) + "\n";
    const int sent = send_batches(remote_, args_.dry_run, split_lines(line, 1), results);
    if (results.empty()) return sent;
    const int printed = show(results);
    if (sent != kOk) return sent;
    if (const int code = exit_code_of_results(results); code != kOk) return code;
    return printed != kOk || args_.dry_run ? printed : look_again(*held);
  }

 private:
  // A case may be in quarantine before it is opened, so its history is asked and not the case. False: the server didn't tell.
  bool find(std::optional<Held>& held) {
    const auto history = remote_.get_pages("/v1/cases/" + segment(args_.id) + "/history", {}, "events", kHistoryMax);
    if (!history) return false;
    const Display plain;
    for (const auto& entry : array_of(*history, "events")) {
      const auto& row = entry.get_object();
      const auto outcome = plain.text(row, "outcome");
      if (outcome == "quarantined") held = Held{plain.text(row, "height"), plain.text(row, "kind"), plain.text(row, "detail")};
      if (outcome == "released") held.reset();
    }
    return true;
  }

  bool find_type(const std::string& kind, std::string& type) {
    const Display plain;
    const auto found = remote_.get("/v1/kinds/" + segment(kind));
    if (!found) return false;
    for (const auto& event : array_of(*found, "events")) {
      if (plain.text(event.get_object(), "event") == "released") type = plain.text(event.get_object(), "type");
    }
    if (!type.empty()) return true;
    return remote_.fail(Error{ErrorCode::kNotFound, "the definitions that decide now have no event released of kind " + kind +
                                                        "; activate newer ones first (docket kind activate)"}),
           false;
  }

  // Its id is that of the quarantine it ends, so that the command given again is the same act.
  [[nodiscard]] json::object event_of(const Held& held, const std::string& type) const {
    const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    return {{"specversion", "1.0"},
            {"id", "released-" + held.height + "-" + args_.id},
            {"source", args_.source},
            {"type", type},
            {"subject", args_.id},
            {"time", model::format_instant(now.time_since_epoch().count())},
            {"authid", args_.by.empty() ? user_name() : args_.by},
            {"actorrole", args_.role},
            {"data", {{"reason", args_.reason}}}};
  }

  int show(const json::array& results) {
    const Display display = remote_.display();
    Output output;
    output.items = &results;
    output.table.columns = {{"case", false}, {"outcome", false}, {"code", false}, {"detail", false}};
    for (const auto& entry : results) {
      if (!entry.is_object()) continue;
      const auto& row = entry.get_object();
      const std::string outcome = display.text(row, "outcome");
      output.table.rows.push_back({args_.id, Cell(value_word("outcome", outcome, display.language), outcome, outcome_colour(outcome)),
                                   display.text(row, "code"), reason_of(display, row)});
    }
    output.json = json::serialize(json::object{{"results", results}});
    return print(options_, output);
  }

  // What waited was judged with the release: the defect may be there still.
  int look_again(const Held& before) {
    std::optional<Held> held;
    if (!find(held)) return remote_.exit_code();
    if (!held || held->height == before.height) return kOk;
    *options_.err << "docket: case " << args_.id << " met an engine defect again and is quarantined anew: " << held->cause << "\n";
    return kConflict;
  }

  const CommonOptions& options_;
  const ReleaseArgs& args_;
  Remote remote_;
};

}  // namespace

int run_case_release(const CommonOptions& options, const ReleaseArgs& args) { return Release(options, args).run(); }

}  // namespace docket::cli
