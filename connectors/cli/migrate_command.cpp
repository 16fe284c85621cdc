// Moves open cases to the definitions that decide now: one `migrated` event each.
#include <algorithm>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <map>

#include "connectors/cli/batches.h"
#include "connectors/cli/commands.h"
#include "connectors/cli/output.h"
#include "connectors/cli/remote.h"
#include "connectors/cli/words.h"
#include "engine/model/time.h"

namespace docket::cli {
namespace {

constexpr std::size_t kReasonWidth = 90;

struct Chosen {
  std::string id;
  std::string kind;
};

class Migration {
 public:
  Migration(const CommonOptions& options, const MigrateArgs& args) : options_(options), args_(args), remote_(options) {}

  int run() {
    if (!read_states()) return kUsage;
    const auto office = remote_.get("/v1/office");
    if (!office) return remote_.exit_code();
    const Display plain;
    activation_ = args_.activation != 0 ? args_.activation : integer_of(*office, "activation", 1);
    std::vector<std::string> kinds = args_.kinds;
    if (kinds.empty()) {
      for (const auto& kind : array_of(*office, "kinds")) kinds.push_back(plain.text(kind));
    }
    if (!choose(kinds) || !read_types()) return remote_.exit_code();
    if (chosen_.empty()) {
      if (!options_.quiet) *options_.err << "no open case is judged by other definitions: there is nothing to move\n";
      return kOk;
    }
    return publish();
  }

 private:
  bool read_states() {
    for (const auto& pair : args_.states) {
      const auto equals = pair.find('=');
      if (equals == std::string::npos || equals == 0 || equals + 1 == pair.size()) {
        *options_.err << "docket: --state " << pair << ": write it as OLD=NEW, for example returning=sent_back\n";
        return false;
      }
      states_[pair.substr(0, equals)] = pair.substr(equals + 1);
    }
    return true;
  }

  bool choose(const std::vector<std::string>& kinds) {
    const Display plain;
    for (const auto& id : args_.ids) {
      const auto found = remote_.get("/v1/cases/" + segment(id));
      if (!found) return false;
      chosen_.push_back({id, plain.text(*found, "kind")});
    }
    if (!args_.ids.empty()) return true;
    for (const auto& kind : kinds) {
      if (chosen_.size() >= args_.limit) break;
      const auto found = remote_.get_pages("/v1/cases", {{"kind", kind}, {"movable", "true"}}, "cases", args_.limit - chosen_.size());
      if (!found) return false;
      for (const auto& row : array_of(*found, "cases")) chosen_.push_back({plain.text(row.get_object(), "id"), kind});
    }
    return true;
  }

  // The type of each kind's `migrated`.
  bool read_types() {
    const Display plain;
    for (const auto& one : chosen_) {
      if (types_.contains(one.kind)) continue;
      const auto kind = remote_.get("/v1/kinds/" + segment(one.kind));
      if (!kind) return false;
      for (const auto& event : array_of(*kind, "events")) {
        if (plain.text(event.get_object(), "event") == "migrated") types_[one.kind] = plain.text(event.get_object(), "type");
      }
      if (types_.contains(one.kind)) continue;
      return remote_.fail(Error{ErrorCode::kNotFound, "the definitions that decide now have no event migrated of kind " + one.kind}), false;
    }
    return true;
  }

  [[nodiscard]] json::object event_of(const Chosen& one, const std::string& time) const {
    json::object data{{"activation", activation_}, {"reason", args_.reason}, {"approver", args_.approver}};
    if (!states_.empty()) data["states"] = states_;
    return {{"specversion", "1.0"},
            {"id", "migrated-" + std::to_string(activation_) + "-" + one.id},
            {"source", args_.source},
            {"type", types_.at(one.kind)},
            {"subject", one.id},
            {"time", time},
            {"authid", args_.by.empty() ? user_name() : args_.by},
            {"actorrole", args_.role},
            {"approvedby", args_.approver},
            {"data", std::move(data)}};
  }

  int publish() {
    const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    const std::string time = model::format_instant(now.time_since_epoch().count());
    std::string lines;
    for (const auto& one : chosen_) lines += json::serialize(event_of(one, time)) + "\n";
    json::array results;
    const int code = send_batches(remote_, args_.dry_run, split_lines(lines, args_.lines_per_batch), results);
    if (results.empty()) return code;
    const int printed = print_results(results);
    if (code != kOk) return code;
    return printed != kOk ? printed : exit_code_of_results(results);
  }

  // "handle 2026-03-17 23:59 → 2026-03-13 23:59"; a clock that is new or gone stands alone.
  static std::string deadlines_of(const Display& show, const json::object& moved) {
    std::string out;
    for (const auto& entry : array_of(moved, "deadlines")) {
      const auto& row = entry.get_object();
      const auto due = [&](const char* name) {
        return has(row, name) ? show.time(show.text(row, name)).text : std::string(either(show.language, "不限", "unlimited"));
      };
      const std::string part = show.text(row, "part");
      const std::string is = show.text(row, "clock_is");
      out += (out.empty() ? "" : "; ") + (part.empty() ? "" : part + " ") + show.text(row, "clock") + " ";
      if (is == "new") {
        out += std::string(either(show.language, "新增 ", "new ")) + due("due_after");
      } else if (is == "gone") {
        out += std::string(either(show.language, "取消", "gone"));
      } else {
        out += due("due_before") + " → " + due("due_after");
      }
    }
    return out;
  }

  int print_results(const json::array& results) {
    const Display show = remote_.display();
    Output output;
    output.items = &results;
    output.table.columns = {{"case", false},      {"outcome", false}, {"state", false},
                            {"deadlines", false}, {"code", false},    {"detail", false}};
    std::size_t moved = 0;
    std::size_t later = 0;  // with another deadline
    for (const auto& entry : results) {
      if (!entry.is_object()) continue;
      const auto& row = entry.get_object();
      const std::string outcome = show.text(row, "outcome");
      std::string state;
      std::string deadlines;
      if (const auto* what = row.if_contains("moved"); what != nullptr && what->is_object()) {
        const auto& own = what->get_object();
        const std::string before = show.text(own, "state_before");
        const std::string after = show.text(own, "state_after");
        state = before == after ? before : before + " → " + after;
        deadlines = deadlines_of(show, own);
        ++moved;
        if (!deadlines.empty()) ++later;
      }
      const std::string reason = reason_of(show, row);
      output.table.rows.push_back({show.text(row, "case"),
                                   Cell(value_word("outcome", outcome, show.language), outcome, outcome_colour(outcome)), state, deadlines,
                                   show.text(row, "code"), Cell(clip(reason, kReasonWidth), reason)});
    }
    json::object whole{{"activation", activation_}, {"results", results}};
    if (args_.dry_run) whole["dry_run"] = true;
    output.json = json::serialize(whole);
    const int printed = print(options_, output);
    if (options_.quiet) return printed;
    const bool zh = show.language == "zh";
    const auto count = [](std::size_t n) { return std::to_string(n); };
    const std::size_t refused = results.size() - moved;
    *options_.err << (args_.dry_run ? either(show.language, "试算，未写入：", "dry run, nothing was written: ") : "")
                  << (zh              ? "可迁移 "
                      : args_.dry_run ? "would move "
                                      : "moved ")
                  << count(moved) << (zh ? " 件，其中期限变化 " : ", of these with other deadlines ") << count(later)
                  << (zh ? " 件；不能迁移 " : "; not moved ") << count(refused) << (zh ? " 件\n" : "\n");
    return printed;
  }

  const CommonOptions& options_;
  const MigrateArgs& args_;
  Remote remote_;
  std::int64_t activation_ = 0;
  json::object states_;
  std::vector<Chosen> chosen_;
  std::map<std::string, std::string> types_;  // by kind
};

}  // namespace

int run_case_migrate(const CommonOptions& options, const MigrateArgs& args) { return Migration(options, args).run(); }

}  // namespace docket::cli
