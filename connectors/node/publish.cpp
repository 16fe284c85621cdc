// The write door: a request's events to outcomes, and outcomes to the answer that every face gives (conventions C2, C3).
#include <algorithm>
#include <charconv>

#include "connectors/node/answers.h"
#include "connectors/node/authority.h"
#include "connectors/node/node.h"
#include "connectors/service/problem.h"
#include "engine/ingest/binary_mode.h"
#include "engine/ledger/block_codec.h"

namespace docket::node {
namespace {

using Kind = partition::EventOutcome::Kind;

json::array errors_json(const model::Refusal& refusal) {
  json::array out;
  for (const auto& error : refusal.errors)
    out.push_back(json::object{{"pointer", error.pointer}, {"detail", error.detail}, {"code", error.code}});
  return out;
}

// What a `migrated` changed of its case; deadlines by names, null: none, or none such.
json::object moved_json(const partition::Moved& moved) {
  json::array deadlines;
  for (const auto& row : moved.deadlines) {
    json::object out{{"clock", row.clock}, {"round", row.round}, {"nth", row.nth}};
    if (!row.part.empty()) out["part"] = row.part + ":" + row.part_key;
    out["due_before"] = row.before ? instant_json(row.due_before) : json::value(nullptr);
    out["due_after"] = row.after ? instant_json(row.due_after) : json::value(nullptr);
    if (row.before != row.after) out["clock_is"] = row.after ? "new" : "gone";
    deadlines.push_back(std::move(out));
  }
  return {{"from", moved.from},
          {"to", moved.to},
          {"state_before", moved.state_before},
          {"state_after", moved.state_after},
          {"deadlines", std::move(deadlines)}};
}

json::object outcome_json(const partition::EventOutcome& outcome, const std::string& case_id, const std::string& id) {
  json::object out{{"outcome", partition::name_of(outcome.kind)}, {"id", id}, {"case", case_id}};
  if (outcome.case_version != 0) {
    out["case_version"] = outcome.case_version;
    out["case_revision"] = outcome.case_revision;
  }
  if (outcome.position.height != 0) out["position"] = ledger::position_text(outcome.position);
  if (outcome.refusal) {
    constexpr const char* kRemedy[] = {"repair", "wait", "ask"};
    out["code"] = std::string(model::name(outcome.refusal.code));
    out["detail"] = outcome.refusal.detail.empty() ? std::string(model::info(outcome.refusal.code).en) : outcome.refusal.detail;
    out["remedy"] = kRemedy[static_cast<std::size_t>(model::info(outcome.refusal.code).remedy)];
    if (!outcome.refusal.errors.empty()) out["errors"] = errors_json(outcome.refusal);
  }
  if (outcome.until != model::kNoInstant) out["until"] = instant_json(outcome.until);
  if (outcome.moved) out["moved"] = moved_json(*outcome.moved);
  return out;
}

// What the event would have been answered had it come alone, where that is no success.
void add_status(json::object& out, const char* type) { out["status"] = service::make_problem(type).status; }

service::Answer problem_of(const char* type, const partition::EventOutcome& outcome, std::string detail, std::string_view language,
                           const char* name = nullptr) {
  auto problem = service::make_problem(type, std::move(detail));
  problem.outcome = name != nullptr ? name : partition::name_of(outcome.kind);
  if (outcome.refusal) problem.code = std::string(model::name(outcome.refusal.code));
  for (const auto& error : outcome.refusal.errors) problem.errors.push_back({error.pointer, error.detail, error.code});
  auto answer = service::problem_answer(problem, language);
  if (outcome.position.height != 0) answer.position = ledger::position_text(outcome.position);
  return answer;
}

// The revision that an event expects, and where it says so.
struct Expected {
  std::optional<std::int64_t> revision;
  const char* pointer = "#/expectedrevision";
};

// The problem type of an outcome that is no success, which bears its name; nullptr: it is one.
const char* problem_type(Kind kind) {
  const bool success = kind == Kind::kAccepted || kind == Kind::kDuplicate || kind == Kind::kParked;
  return success ? nullptr : partition::name_of(kind);
}

constexpr int kBroken = -1;  // the partition of what can't be read; see PublishRequest::partitions

struct Named {  // of an event that was handed over
  std::string case_id;
  std::string id;
  Expected expected;
};

// What was expected, what is: in the words of the face that was asked.
void explain_conflict(partition::EventOutcome& outcome, const Named& named) {
  const auto& expected = named.expected;
  if (!expected.revision) return;
  const auto wanted = std::to_string(*expected.revision);
  const auto actual = std::to_string(outcome.case_revision);
  outcome.refusal.detail = outcome.case_version == 0
                               ? "there is no case " + named.case_id + " yet, so it has no revision " + wanted
                               : "case " + named.case_id + " has revision " + actual + " (version " + std::to_string(outcome.case_version) +
                                     "), not " + wanted + ": read it again and decide anew";
  outcome.refusal.errors = {{expected.pointer, "found " + wanted + ", expected " + actual, "value"}};
}

std::string detail_of(const partition::EventOutcome& outcome, const Named& named, const std::string& overload) {
  switch (outcome.kind) {
    case Kind::kUnknown:
      return "event " + named.id + ": ask GET /v1/events?source=&id=, or send it again with the same id";
    case Kind::kOverloaded:
      return overload;
    case Kind::kTooLarge:
      return "the events of one case do not fit in one block";
    default:
      return outcome.refusal.detail;
  }
}

service::Answer single_answer(const partition::EventOutcome& outcome, const Named& named, const std::string& overload,
                              std::string_view language) {
  const char* type = problem_type(outcome.kind);
  if (type == nullptr) {
    auto answer = json_answer(outcome_json(outcome, named.case_id, named.id), outcome.kind == Kind::kParked ? 202 : 200);
    answer.position = ledger::position_text(outcome.position);
    return answer;
  }
  auto answer = problem_of(type, outcome, detail_of(outcome, named, overload), language);
  if (outcome.kind != Kind::kVersionConflict) return answer;
  boost::system::error_code error;
  auto body = json::parse(answer.body, error);
  if (!error && body.is_object()) {
    body.get_object()["case_version"] = outcome.case_version;
    body.get_object()["case_revision"] = outcome.case_revision;
    answer.body = json::serialize(body);
  }
  return answer;
}

json::object batch_row(const partition::EventOutcome& outcome, const Named& named, const std::string& overload) {
  auto out = outcome_json(outcome, named.case_id, named.id);
  if (const char* type = problem_type(outcome.kind)) {
    add_status(out, type);
    if (const auto detail = detail_of(outcome, named, overload); !detail.empty()) out["detail"] = detail;
  }
  return out;
}

// The events of a request: what was answered at once, and what was handed over.
struct BatchOfEvents {
  std::vector<json::object> results;
  std::vector<Named> named;         // of those handed over
  std::vector<std::size_t> places;  // theirs in results
  bool dry_run = false;
};

service::Answer batch_answer(BatchOfEvents& batch, const Node::Outcomes& outcomes, const std::string& overload) {
  std::map<int, ledger::Position> newest;
  for (std::size_t k = 0; k < outcomes.size(); ++k) {
    auto& row = batch.results[batch.places[k]];
    row = batch_row(outcomes[k], batch.named[k], overload);
    row["index"] = batch.places[k];
    auto& position = newest[outcomes[k].position.partition];
    if (outcomes[k].position.height >= position.height) position = outcomes[k].position;
  }
  json::array rows;
  rows.reserve(batch.results.size());
  for (auto& row : batch.results) {
    if (row.empty()) continue;  // another node's
    if (batch.dry_run) row["dry_run"] = true;
    rows.push_back(std::move(row));
  }
  auto answer = json_answer(json::object{{"results", std::move(rows)}});
  for (const auto& [partition, position] : newest) {
    if (position.height == 0) continue;
    answer.position += (answer.position.empty() ? "" : ",") + ledger::position_text(position);
  }
  return answer;
}

// "42.45-due_soon" -> 42: If-Match compares the revision only, and may be given as that alone ("42"). The quotes are part of an ETag.
std::optional<std::int64_t> revision_of(const std::string& etag) {
  std::string_view text = etag;
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::nullopt;
  text = text.substr(1, text.size() - 2);
  const auto digits = [&text](std::int64_t& n) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return error == std::errc{} && n >= 0;
  };
  std::int64_t revision = 0;
  std::int64_t version = 0;
  if (!digits(revision)) return std::nullopt;
  if (text.empty()) return revision;
  if (text.front() != '.') return std::nullopt;
  text.remove_prefix(1);
  if (!digits(version) || text.substr(0, 1) != "-") return std::nullopt;
  return text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", 1) == std::string_view::npos ? std::optional(revision) : std::nullopt;
}

// If-Match: * of an event whose case does not exist.
service::Answer no_case_answer(const std::string& case_id, std::string_view language) {
  partition::EventOutcome outcome;
  outcome.kind = Kind::kVersionConflict;
  outcome.refusal = {model::Rejection::kVersionConflict,
                     "there is no case " + case_id + " yet, and If-Match: * asks for one that exists",
                     {{"If-Match", "found *, expected a case that exists", "value"}}};
  return single_answer(outcome, {case_id, {}, {}}, {}, language);
}

// Adds a member at the end of an answer's object.
void append_member(service::Answer& answer, std::string_view member) {
  if (answer.body.size() < 2 || answer.body.back() != '}') return;
  answer.body.pop_back();
  answer.body.append(answer.body.size() > 1 ? "," : "").append(member).push_back('}');
}

}  // namespace

// What is said of an event that was not judged.
std::string Node::overload_text() const {
  if (parts_.full()) return "the ledger's disk is full: nothing was written; send it again when there is space";
  if (const auto clock = clock_check(); !clock.may_own) return clock.detail + ": nothing was written; send it again then";
  if (parts_.peers) return "too much is waiting, or the owner of the event's partition is changing: nothing was written; send it again";
  return "too much is waiting: nothing was written; send it again";
}

void Node::publish(service::PublishRequest request, std::function<void(service::Answer)> done) {
  if (request.format == service::BodyFormat::kReaction) return publish_reaction(request, std::move(done));
  const std::string language = request.language;
  auto asked = done;  // of an event that another node answers whole
  if (request.dry_run) {
    done = [done = std::move(done)](service::Answer answer) {
      append_member(answer, "\"dry_run\":true");
      done(std::move(answer));
    };
  }
  std::optional<std::int64_t> if_match;
  if (request.if_match && *request.if_match != "*") {
    if_match = revision_of(*request.if_match);
    if (!if_match) {
      done(bad_parameter(
          {"If-Match", "'" + *request.if_match +
                           "' is not an ETag of a case; expected one as GET /v1/cases/{id} gives it, "
                           "such as \"42.45-due_soon\", its revision in quotes, such as \"42\", or * for any case that exists"},
          language));
      return;
    }
  }
  if (request.format == service::BodyFormat::kBinary) {
    const std::vector<ingest::BinaryAttribute> attributes(request.attributes.begin(), request.attributes.end());
    request.body = ingest::structured(attributes, request.body);
    request.format = service::BodyFormat::kEvent;
  }
  std::string problem;
  auto events = parse(request.format, request.body, problem);
  if (!problem.empty()) {
    partition::EventOutcome outcome;
    const char* code = problem.starts_with("not JSON") ? "format" : "type";
    outcome.refusal = {model::Rejection::kMalformed, "#: " + problem, {{"#", problem, code}}};
    done(problem_of("malformed-json", outcome, outcome.refusal.detail, language, "malformed"));
    return;
  }
  const bool single = request.format == service::BodyFormat::kEvent;
  if (request.caller) {
    if (auto refused = beyond(*request.caller, events, single, language)) return done(std::move(*refused));
  }
  if (parts_.peers && !request.partitions && forward(request, events, single ? asked : done)) return;
  const auto meant = [&request, single](int partition) {
    return single || !request.partitions ||
           std::find(request.partitions->begin(), request.partitions->end(), partition) != request.partitions->end();
  };
  const bool dry_run = request.dry_run;
  auto batch = std::make_shared<BatchOfEvents>();
  batch->results.resize(events.size());
  batch->dry_run = dry_run;
  std::vector<ingest::Offered> ready;
  for (std::size_t i = 0; i < events.size(); ++i) {
    auto& one = events[i];
    const bool forbidden = one.stage == ingest::Stage::kForbidden;
    if (forbidden || one.stage == ingest::Stage::kMalformed || one.event == nullptr) {
      partition::EventOutcome outcome;
      outcome.kind = Kind::kRejected;
      outcome.refusal = one.refusal;
      if (!meant(kBroken)) continue;
      const char* type = forbidden ? "forbidden" : "malformed-json";
      const char* name = forbidden ? "forbidden" : "malformed";
      if (single) {
        done(problem_of(type, outcome, one.refusal.detail, language, name));
        return;
      }
      auto& row = batch->results[i];
      row = outcome_json(outcome, one.event ? one.event->subject : std::string(), one.event ? one.event->id : std::string());
      row["outcome"] = name;
      row["index"] = i;
      add_status(row, type);
      continue;
    }
    if (!meant(model::partition_of(one.event->subject))) continue;
    Named named{one.event->subject, one.event->id, {one.event->expected_revision}};
    if (if_match) {
      if (named.expected.revision.value_or(*if_match) != *if_match) {
        done(bad_parameter({"If-Match", "says revision " + std::to_string(*if_match) + ", the event's expectedrevision " +
                                            std::to_string(*named.expected.revision) + "; expected one of the two"},
                           language));
        return;
      }
      named.expected = {if_match, "If-Match"};
    }
    // A case that exists never ceases to, and one is there to be read before its opening is told: valid state decides.
    if (request.if_match == "*" && parts_.store->find(model::partition_of(named.case_id), named.case_id) == nullptr) {
      ++outcomes_[static_cast<std::size_t>(Kind::kVersionConflict)];
      done(no_case_answer(named.case_id, language));
      return;
    }
    batch->named.push_back(std::move(named));
    batch->places.push_back(i);
    ready.push_back(std::move(one));
  }
  publish_events(std::move(ready), if_match, dry_run, [this, single, batch, language, done = std::move(done)](Outcomes outcomes) {
    const bool overloaded = std::any_of(outcomes.begin(), outcomes.end(), [](const auto& each) { return each.kind == Kind::kOverloaded; });
    const std::string overload = overloaded ? overload_text() : std::string();
    for (std::size_t k = 0; k < outcomes.size(); ++k) {
      if (outcomes[k].kind == Kind::kVersionConflict) explain_conflict(outcomes[k], batch->named[k]);
    }
    done(single ? single_answer(outcomes.front(), batch->named.front(), overload, language) : batch_answer(*batch, outcomes, overload));
  });
}

}  // namespace docket::node
