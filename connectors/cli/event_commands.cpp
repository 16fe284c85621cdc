#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <filesystem>
#include <fstream>
#include <map>

#include "connectors/cli/batches.h"
#include "connectors/cli/commands.h"
#include "connectors/cli/output.h"
#include "connectors/cli/remote.h"
#include "connectors/cli/words.h"

namespace docket::cli {
namespace {

constexpr std::size_t kDetailWidth = 90;

Output outcome_output(const Display& show, const json::array& results) {
  Output output;
  output.items = &results;
  output.table.columns = {{"index", true},   {"id", false},   {"outcome", false}, {"case", false},
                          {"version", true}, {"code", false}, {"detail", false}};
  for (const auto& entry : results) {
    if (!entry.is_object()) continue;
    const auto& result = entry.get_object();
    const std::string outcome = show.text(result, "outcome");
    const std::string reason = reason_of(show, result);
    output.table.rows.push_back({show.text(result, "index"), show.text(result, "id"),
                                 Cell(value_word("outcome", outcome, show.language), outcome, outcome_colour(outcome)),
                                 show.text(result, "case"), show.text(result, "case_version"), show.text(result, "code"),
                                 Cell(clip(reason, kDetailWidth), reason)});
  }
  return output;
}

int publish_one(const CommonOptions& options, const PublishArgs& args, std::string_view text) {
  Remote remote(options);
  HttpCall call{"POST", publish_target(args.dry_run), "application/cloudevents+json", std::string(text), "", args.if_match};
  const auto reply = remote.send(call);
  if (!reply) return remote.exit_code();
  boost::system::error_code error;
  const json::value body = json::parse(reply->body, error);
  const bool machine = options.format == Format::kJson || options.format == Format::kNdjson;
  if (reply->status >= 300 || error || !body.is_object()) {
    const int code = remote.fail(*reply);
    if (machine) {
      Output raw;
      raw.json = reply->body;
      (void)print(options, raw);
    }
    return code;
  }
  json::array results{body};
  const Display show = remote.display();
  Output output = outcome_output(show, results);
  output.json = reply->body;
  output.table.columns.erase(output.table.columns.begin());  // no index: there is one
  for (auto& row : output.table.rows) row.erase(row.begin());
  if (args.dry_run && !options.quiet) *options.err << "dry run, nothing was written\n";
  return print(options, output);
}

int publish_batches(const CommonOptions& options, bool dry_run, const std::vector<Batch>& batches) {
  Remote remote(options);
  json::array results;
  const int code = send_batches(remote, dry_run, batches, results);
  if (code != kOk) {
    if (results.empty()) return code;
    *options.err << "docket: " << results.size() << " events were handed over before; publishing all of them again takes none twice\n";
  }
  const Display show = remote.display();
  Output output = outcome_output(show, results);
  json::object whole;
  whole["results"] = results;
  if (dry_run) whole["dry_run"] = true;
  output.json = json::serialize(whole);
  const int printed = print(options, output);
  std::map<std::string, std::size_t> counts;
  for (const auto& entry : results) {
    if (entry.is_object()) ++counts[show.text(entry.get_object(), "outcome")];
  }
  std::string summary;
  for (const auto& [outcome, count] : counts) summary += (summary.empty() ? "" : ", ") + outcome + " " + std::to_string(count);
  if (!options.quiet) *options.err << (dry_run ? "dry run, nothing was written: " : "") << summary << "\n";
  if (code != kOk) return code;
  return printed != kOk ? printed : exit_code_of_results(results);
}

}  // namespace

int run_event_publish(const CommonOptions& options, const PublishArgs& args, std::istream& standard_input) {
  const auto input = read_input(options, args.file, standard_input);
  if (!input) return std::filesystem::exists(args.file) ? kUsage : kNotFound;
  const std::string_view text = trim(*input);
  if (text.empty()) {
    *options.err << "docket: " << (args.file == "-" ? "standard input" : args.file) << " holds no event\n";
    return kUsage;
  }
  const Shape shape = shape_of(text);
  if (shape == Shape::kEvent) return publish_one(options, args, text);
  if (!args.if_match.empty()) {
    *options.err << "docket: --if-match goes with a single event; in a batch each event carries expectedrevision\n";
    return kUsage;
  }
  if (shape == Shape::kArray) return publish_batches(options, args.dry_run, {{"application/cloudevents-batch+json", std::string(text), 0}});
  return publish_batches(options, args.dry_run, split_lines(text, args.lines_per_batch));
}

}  // namespace docket::cli
