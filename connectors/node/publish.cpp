// The write door: a request's events to outcomes, and outcomes to the answer that every face gives (conventions C2, C3).
#include <algorithm>

#include "connectors/node/answers.h"
#include "connectors/node/node.h"
#include "connectors/service/problem.h"
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
  return out;
}

service::Answer problem_of(const char* type, const partition::EventOutcome& outcome, std::string detail, std::string_view language) {
  auto problem = service::make_problem(type, std::move(detail));
  problem.outcome = partition::name_of(outcome.kind);
  if (outcome.refusal) problem.code = std::string(model::name(outcome.refusal.code));
  for (const auto& error : outcome.refusal.errors) problem.errors.push_back({error.pointer, error.detail, error.code});
  auto answer = service::problem_answer(problem, language);
  if (outcome.position.height != 0) answer.position = ledger::position_text(outcome.position);
  return answer;
}

service::Answer single_answer(const partition::EventOutcome& outcome, const std::string& case_id, const std::string& id,
                              std::string_view language) {
  service::Answer answer;
  switch (outcome.kind) {
    case Kind::kAccepted:
    case Kind::kDuplicate:
      answer = json_answer(outcome_json(outcome, case_id, id));
      break;
    case Kind::kParked:
      answer = json_answer(outcome_json(outcome, case_id, id), 202);
      break;
    case Kind::kRejected:
      return problem_of("rejected", outcome, outcome.refusal.detail, language);
    case Kind::kIdentityConflict:
      return problem_of("identity-conflict", outcome, outcome.refusal.detail, language);
    case Kind::kVersionConflict: {
      auto conflict = problem_of("version-conflict", outcome, outcome.refusal.detail, language);
      boost::system::error_code error;
      auto body = json::parse(conflict.body, error);
      if (!error && body.is_object()) {
        body.get_object()["case_version"] = outcome.case_version;
        body.get_object()["case_revision"] = outcome.case_revision;
        conflict.body = json::serialize(body);
      }
      return conflict;
    }
    case Kind::kUnknown:
      return problem_of("outcome-unknown", outcome, "event " + id + ": ask GET /v1/events?source=&id=, or send it again with the same id",
                        language);
    case Kind::kOverloaded:
      return problem_of("overloaded", outcome, "nothing was written; send it again", language);
    case Kind::kTooLarge:
      return problem_of("too-large", outcome, "the events of one case do not fit in one block", language);
  }
  answer.position = ledger::position_text(outcome.position);
  return answer;
}

// "42.45-due_soon" -> 42: If-Match compares the revision only.
std::optional<std::int64_t> revision_of(const std::string& etag) {
  std::string_view text = etag;
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  std::int64_t n = 0;
  std::size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9' && digits < 12) n = n * 10 + (text[digits++] - '0');
  return digits == 0 || (digits < text.size() && text[digits] != '.') ? std::nullopt : std::optional(n);
}

}  // namespace

void Node::publish(service::PublishRequest request, std::function<void(service::Answer)> done) {
  const std::string language = request.language;
  std::optional<std::int64_t> expected;
  if (request.if_match && *request.if_match != "*") {
    expected = revision_of(*request.if_match);
    if (!expected) {
      done(bad_parameter({"If-Match", "'" + *request.if_match + "' is not an ETag of a case"}, language));
      return;
    }
  }
  std::string problem;
  auto events = parse(request.format, request.body, problem);
  if (!problem.empty()) {
    done(service::problem_answer(service::make_problem("malformed-json", problem), language));
    return;
  }
  const bool single = request.format == service::BodyFormat::kEvent;
  auto results = std::make_shared<std::vector<json::object>>(events.size());
  auto names = std::make_shared<std::vector<std::pair<std::string, std::string>>>();
  std::vector<ingest::Offered> ready;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < events.size(); ++i) {
    auto& one = events[i];
    const std::string case_id = one.event ? one.event->subject : std::string();
    const std::string id = one.event ? one.event->id : std::string();
    const bool forbidden = one.stage == ingest::Stage::kForbidden;
    if (forbidden || one.stage == ingest::Stage::kMalformed || one.event == nullptr) {
      partition::EventOutcome outcome;
      outcome.kind = Kind::kRejected;
      outcome.refusal = one.refusal;
      if (single) {
        done(problem_of(forbidden ? "forbidden" : "malformed-json", outcome, one.refusal.detail, language));
        return;
      }
      (*results)[i] = outcome_json(outcome, case_id, id);
      (*results)[i]["outcome"] = forbidden ? "forbidden" : "malformed";
      (*results)[i]["index"] = i;
      continue;
    }
    names->emplace_back(case_id, id);
    places.push_back(i);
    ready.push_back(std::move(one));
  }
  publish_events(std::move(ready), expected, request.dry_run,
                 [single, results, names, places, language, done = std::move(done)](Outcomes outcomes) {
                   if (single) {
                     done(single_answer(outcomes.front(), names->front().first, names->front().second, language));
                     return;
                   }
                   std::string positions;
                   std::map<int, ledger::Position> newest;
                   for (std::size_t k = 0; k < outcomes.size(); ++k) {
                     (*results)[places[k]] = outcome_json(outcomes[k], (*names)[k].first, (*names)[k].second);
                     (*results)[places[k]]["index"] = places[k];
                     auto& position = newest[outcomes[k].position.partition];
                     if (outcomes[k].position.height >= position.height) position = outcomes[k].position;
                   }
                   json::array rows;
                   rows.reserve(results->size());
                   for (auto& row : *results) rows.push_back(std::move(row));
                   auto answer = json_answer(json::object{{"results", std::move(rows)}});
                   for (const auto& [partition, position] : newest) {
                     if (position.height == 0) continue;
                     answer.position += (answer.position.empty() ? "" : ",") + ledger::position_text(position);
                   }
                   done(std::move(answer));
                 });
}

}  // namespace docket::node
