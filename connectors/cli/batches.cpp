#include "connectors/cli/batches.h"

#include <boost/json/parse.hpp>
#include <istream>
#include <iterator>

#include "connectors/cli/common.h"
#include "connectors/cli/words.h"

namespace docket::cli {
namespace {

constexpr std::size_t kBatchBytesMax = 4UL * 1024 * 1024;

// Adds the answer's results to `all`, counted on from what is there. False: it is no such answer.
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

}  // namespace

std::string publish_target(bool dry_run) { return dry_run ? "/v1/events?dry_run=true" : "/v1/events"; }

std::string_view trim(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

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

int send_batches(Remote& remote, bool dry_run, const std::vector<Batch>& batches, json::array& results) {
  for (const auto& batch : batches) {
    const auto reply = remote.send({"POST", publish_target(dry_run), batch.content_type, batch.body, "", ""});
    if (!reply) return remote.exit_code();
    if (reply->status != 200 || !add_results(reply->body, results)) return remote.fail(*reply);
  }
  return kOk;
}

int exit_code_of_results(const json::array& results) {
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

Colour outcome_colour(const std::string& outcome) {
  if (outcome == "accepted" || outcome == "duplicate") return Colour::kGreen;
  return outcome == "parked" ? Colour::kYellow : Colour::kRed;
}

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

}  // namespace docket::cli
