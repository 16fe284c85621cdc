#include "connectors/files/report_json.h"

namespace docket::files {
namespace {

namespace json = boost::json;

json::object codes_json(const std::map<std::string, std::uint64_t>& codes) {
  json::object out;
  for (const auto& [code, count] : codes) out[code] = count;
  return out;
}

// 121145 -> "121,145".
std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, 1, ',');
  return digits;
}

void append_codes(std::string& out, std::string_view title, const std::map<std::string, std::uint64_t>& codes) {
  if (codes.empty()) return;
  out += title;
  const char* before = " ";
  for (const auto& [code, count] : codes) {
    out += before + code + " " + grouped(count);
    before = ", ";
  }
  out += "\n";
}

}  // namespace

std::string_view name_of(RowFate fate) {
  switch (fate) {
    case RowFate::kAccepted:
      return "accepted";
    case RowFate::kDuplicate:
      return "duplicate";
    case RowFate::kParked:
      return "parked";
    case RowFate::kRejected:
      return "rejected";
    case RowFate::kMalformed:
      return "malformed";
    case RowFate::kEmpty:
      return "empty";
  }
  return "empty";
}

json::object counts_json(const ImportCounts& counts) {
  json::object rows{{"total", counts.rows}};
  for (std::size_t i = 0; i < kRowFates; ++i) rows[name_of(static_cast<RowFate>(i))] = counts.rows_by_fate[i];
  return {{"rows", std::move(rows)},
          {"events", json::object{{"total", counts.events},
                                  {"accepted", counts.accepted},
                                  {"duplicate", counts.duplicate},
                                  {"parked", counts.parked},
                                  {"rejected", counts.rejected},
                                  {"times_moved", counts.clamped}}},
          {"rejected_by_code", codes_json(counts.rejected_by_code)},
          {"parked_by_code", codes_json(counts.parked_by_code)}};
}

std::string ImportReport::json() const {
  json::object root = counts_json(counts);
  root["name"] = name;
  root["dry_run"] = dry_run;
  root["complete"] = complete;
  if (!stopped.empty()) root["stopped"] = stopped;
  root["resumed_at"] = resumed_at;
  root["sent_again"] = sent_again;
  json::array list;
  for (const auto& problem : problems) {
    json::object row{{"row", problem.row}, {"line", problem.line}, {"fate", name_of(problem.fate)}, {"detail", problem.detail}};
    if (!problem.code.empty()) row["code"] = problem.code;
    list.push_back(std::move(row));
  }
  root["problems"] = std::move(list);
  root["problems_left_out"] = problems_left_out;
  return json::serialize(root);
}

std::string ImportReport::text() const {
  std::string out = name + (dry_run ? ", dry run (nothing was published)" : "") + (complete ? "\n" : ", not complete: " + stopped + "\n");
  if (resumed_at > 0) out += "  resumed behind row " + grouped(resumed_at) + "\n";
  out += "  rows     " + grouped(counts.rows);
  for (std::size_t i = 0; i < kRowFates; ++i) {
    if (counts.rows_by_fate[i] > 0) out += ", " + grouped(counts.rows_by_fate[i]) + " " + std::string(name_of(static_cast<RowFate>(i)));
  }
  out += "\n  events   " + grouped(counts.events) + ", " + grouped(counts.accepted) + (dry_run ? " without fault, " : " accepted, ") +
         grouped(counts.duplicate) + " duplicate, " + grouped(counts.parked) + " parked, " + grouped(counts.rejected) + " rejected\n";
  if (counts.clamped > 0) out += "  times    " + grouped(counts.clamped) + " moved to the transition before them, the original kept\n";
  if (sent_again > 0) out += "  again    " + grouped(sent_again) + " events sent once more, as the service was not available\n";
  append_codes(out, "  rejected", counts.rejected_by_code);
  append_codes(out, "  parked  ", counts.parked_by_code);
  // A parked row waits for others, as some do in any upstream's order; the report's JSON names each.
  for (const auto& problem : problems) {
    if (problem.fate == RowFate::kParked) continue;
    out += "  row " + std::to_string(problem.row) + " (line " + std::to_string(problem.line) + "): " + std::string(name_of(problem.fate)) +
           (problem.code.empty() ? "" : " " + problem.code) + ": " + problem.detail + "\n";
  }
  if (problems_left_out > 0) out += "  and " + grouped(problems_left_out) + " more such rows\n";
  return out;
}

}  // namespace docket::files
