#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

#include "connectors/cli/commands.h"
#include "connectors/cli/output.h"
#include "connectors/cli/remote.h"
#include "connectors/cli/words.h"

namespace docket::cli {
namespace {

constexpr std::size_t kBatchBytesMax = 4UL * 1024 * 1024;
constexpr std::size_t kDetailWidth = 90;

enum class Shape { kEvent, kArray, kLines };

std::string_view trim(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

// An array; or, if what stands before the first line end is an object of its own and more follows, lines; or one event.
Shape shape_of(std::string_view text) {
  if (text.front() == '[') return Shape::kArray;
  const auto line_end = text.find('\n');
  if (line_end == std::string_view::npos) return Shape::kEvent;
  boost::system::error_code error;
  const std::string_view first = trim(text.substr(0, line_end));
  (void)json::parse(json::string_view(first.data(), first.size()), error);
  return error ? Shape::kEvent : Shape::kLines;
}

std::optional<std::string> read_input(const CommonOptions& options, const std::string& file, std::istream& standard_input) {
  if (file == "-") return std::string(std::istreambuf_iterator<char>(standard_input), {});
  auto text = read_file(file);
  if (!text) *options.err << "docket: can't read " << file << "\n";
  return text;
}

Colour colour_of(const std::string& outcome) {
  if (outcome == "accepted" || outcome == "duplicate") return Colour::kGreen;
  return outcome == "parked" ? Colour::kYellow : Colour::kRed;
}

// The detail, or else the first of the errors; and for a parked one until when it waits.
std::string reason_of(const Display& show, const json::object& result) {
  std::string out = show.text(result, "detail");
  const auto& errors = array_of(result, "errors");
  for (const auto& entry : errors) {
    if (!entry.is_object()) continue;
    const std::string one = show.text(entry.get_object(), "pointer") + " " + show.text(entry.get_object(), "detail");
    if (out.find(show.text(entry.get_object(), "detail")) != std::string::npos) continue;
    out += (out.empty() ? "" : "; ") + one;
  }
  const std::string until = show.text(result, "until");
  if (!until.empty())
    out += (out.empty() ? "" : "; ") + std::string(either(show.language, "等待至 ", "waits until ")) + show.time(until).text;
  return out;
}

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
                                 Cell(value_word("outcome", outcome, show.language), outcome, colour_of(outcome)),
                                 show.text(result, "case"), show.text(result, "case_version"), show.text(result, "code"),
                                 Cell(clip(reason, kDetailWidth), reason)});
  }
  return output;
}

int publish_one(const CommonOptions& options, const PublishArgs& args, const std::string& target, std::string_view text) {
  Remote remote(options);
  HttpCall call{"POST", target, "application/cloudevents+json", std::string(text), "", args.if_match};
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

struct Batch {
  std::string content_type;
  std::string body;
  std::size_t events = 0;  // 0: not known before the answer
};

std::vector<Batch> split_lines(std::string_view text, std::size_t lines_max) {
  std::vector<Batch> batches;
  while (!text.empty()) {
    const auto line_end = text.find('\n');
    const std::string_view line = trim(text.substr(0, line_end));
    text = line_end == std::string_view::npos ? std::string_view() : text.substr(line_end + 1);
    if (line.empty()) continue;
    if (batches.empty() || batches.back().events >= lines_max || batches.back().body.size() + line.size() > kBatchBytesMax) {
      batches.push_back({"application/x-ndjson", "", 0});
    }
    batches.back().body += line;
    batches.back().body += '\n';
    ++batches.back().events;
  }
  return batches;
}

// Adds the answer's results to `all`, counted on from what is there.
bool add_results(const std::string& body, json::array& all) {
  boost::system::error_code error;
  json::value answer = json::parse(body, error);
  if (error || !answer.is_object() || !answer.get_object().contains("results") || !answer.get_object()["results"].is_array()) return false;
  const auto base = static_cast<std::int64_t>(all.size());
  for (auto& entry : answer.get_object()["results"].get_array()) {
    if (entry.is_object()) entry.get_object()["index"] = base + integer_of(entry.get_object(), "index");
    all.push_back(std::move(entry));
  }
  return true;
}

int exit_code_of(const json::array& results) {
  std::size_t failed = 0;
  bool unknown = false;
  for (const auto& entry : results) {
    const std::string outcome = entry.is_object() ? Display{}.text(entry.get_object(), "outcome") : "";
    unknown = unknown || outcome == "outcome-unknown" || outcome == "unknown" || outcome == "overloaded";
    if (outcome != "accepted" && outcome != "duplicate" && outcome != "parked") ++failed;
  }
  if (unknown) return kUnavailable;
  if (failed == 0) return kOk;
  return failed == results.size() ? kFailure : kSomeFailed;
}

int publish_batches(const CommonOptions& options, const std::string& target, bool dry_run, const std::vector<Batch>& batches) {
  Remote remote(options);
  json::array results;
  int code = kOk;
  for (const auto& batch : batches) {
    const auto reply = remote.send({"POST", target, batch.content_type, batch.body, "", ""});
    if (!reply) {
      code = remote.exit_code();
      break;
    }
    if (reply->status != 200 || !add_results(reply->body, results)) {
      code = remote.fail(*reply);
      break;
    }
  }
  if (code != kOk) {
    if (!results.empty())
      *options.err << "docket: " << results.size() << " events were handed over before; publishing all of them again takes none twice\n";
    if (results.empty()) return code;
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
  return printed != kOk ? printed : exit_code_of(results);
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
  const std::string target = args.dry_run ? "/v1/events?dry_run=true" : "/v1/events";
  const Shape shape = shape_of(text);
  if (shape == Shape::kEvent) return publish_one(options, args, target, text);
  if (!args.if_match.empty()) {
    *options.err << "docket: --if-match goes with a single event; in a batch each event carries expectedrevision\n";
    return kUsage;
  }
  if (shape == Shape::kArray)
    return publish_batches(options, target, args.dry_run, {{"application/cloudevents-batch+json", std::string(text), 0}});
  return publish_batches(options, target, args.dry_run, split_lines(text, args.lines_per_batch));
}

}  // namespace docket::cli
