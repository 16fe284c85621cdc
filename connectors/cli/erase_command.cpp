// Gives up the keys of a case's private values: one `erased` event, and the certificate of what became of each copy.
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

// The type of the kind's `erased`; nullopt: it has none, and that was said.
std::optional<std::string> erased_type(Remote& remote, const std::string& kind) {
  const auto found = remote.get("/v1/kinds/" + segment(kind));
  if (!found) return std::nullopt;
  const Display plain;
  for (const auto& event : array_of(*found, "events")) {
    if (plain.text(event.get_object(), "event") == "erased") return plain.text(event.get_object(), "type");
  }
  static_cast<void>(remote.fail(Error{ErrorCode::kNotFound, "the definitions that decide now have no event erased of kind " + kind}));
  return std::nullopt;
}

Output erasure_output(const Display& show, const json::object& answer) {
  const bool zh = show.language == "zh";
  Output output;
  output.json = json::serialize(answer);
  output.table.columns = {{"place", false}, {"what", false}, {"gone", false}, {"since", false}, {"until", false}};
  for (const auto& entry : array_of(answer, "places")) {
    const auto& row = entry.get_object();
    const auto* gone = row.if_contains("gone");
    const bool is_gone = gone != nullptr && gone->is_bool() && gone->get_bool();
    const auto when = has(row, "since") ? show.cell(row, "since") : has(row, "made") ? show.cell(row, "made") : Cell("");
    output.table.rows.push_back({show.cell(row, "place"), show.cell(row, "what"),
                                 Cell(zh ? (is_gone ? "已消除" : "尚未消除") : (is_gone ? "gone" : "not yet"), is_gone ? "true" : "false",
                                      is_gone ? Colour::kNone : Colour::kRed),
                                 when, show.text(row, "until")});
  }
  return output;
}

}  // namespace

int run_case_erase(const CommonOptions& options, const EraseArgs& args) {
  Remote remote(options);
  const auto found = remote.get("/v1/cases/" + segment(args.id));
  if (!found) return remote.exit_code();
  const Display plain;
  const auto type = erased_type(remote, plain.text(*found, "kind"));
  if (!type) return remote.exit_code();
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()).time_since_epoch().count();
  const json::object event{{"specversion", "1.0"},
                           {"id", "erased-" + args.id + "-" + std::to_string(now)},
                           {"source", args.source},
                           {"type", *type},
                           {"subject", args.id},
                           {"time", model::format_instant(now)},
                           {"authid", args.by.empty() ? user_name() : args.by},
                           {"actorrole", args.role},
                           {"approvedby", args.approver},
                           {"data", json::object{{"subject", "case"}, {"reason", args.reason}, {"approver", args.approver}}}};
  json::array results;
  const int code = send_batches(remote, args.dry_run, split_lines(json::serialize(event) + "\n", 1), results);
  if (results.empty() || !results.front().is_object()) return code;
  const Display show = remote.display();
  const auto& result = results.front().get_object();
  const std::string outcome = show.text(result, "outcome");
  Output output;
  output.json = json::serialize(result);
  output.table.columns = {{"case", false}, {"outcome", false}, {"code", false}, {"detail", false}};
  const std::string reason = reason_of(show, result);
  output.table.rows.push_back({args.id, Cell(value_word("outcome", outcome, show.language), outcome, outcome_colour(outcome)),
                               show.text(result, "code"), Cell(reason, reason)});
  const int printed = print(options, output);
  if (code != kOk) return code;
  if (printed != kOk) return printed;
  if (!options.quiet && !args.dry_run && exit_code_of_results(results) == kOk) {
    *options.err << either(show.language, "密钥何时在何处销毁，见：docket case erasure ",
                           "what became of each copy of the keys: docket case erasure ")
                 << args.id << "\n";
  }
  return exit_code_of_results(results);
}

int run_case_erasure(const CommonOptions& options, const std::string& id) {
  Remote remote(options);
  const auto answer = remote.get("/v1/cases/" + segment(id) + "/erasure");
  if (!answer) return remote.exit_code();
  const Display show = remote.display();
  const int printed = print(options, erasure_output(show, *answer));
  if (printed != kOk || options.quiet) return printed;
  const auto* complete = answer->if_contains("complete");
  if (complete != nullptr && complete->is_bool() && !complete->get_bool())
    *options.err << either(show.language, "删除尚未全部完成\n", "the erasure is not complete yet\n");
  return kOk;
}

}  // namespace docket::cli
