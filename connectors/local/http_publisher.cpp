#include "connectors/local/http_publisher.h"

#include <boost/json.hpp>

namespace docket::local {
namespace {

constexpr std::uint32_t kTimeoutMs = 60'000;

files::PublishedOutcome outcome_of(const boost::json::value& row) {
  using Fate = files::PublishedOutcome::Fate;
  files::PublishedOutcome out;
  if (!row.is_object()) return out;
  const auto text = [&](const char* name) {
    const auto* value = row.get_object().if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
  };
  const std::string outcome = text("outcome");
  out.code = text("code");
  out.detail = text("detail");
  if (outcome == "accepted") {
    out.fate = Fate::kAccepted;
  } else if (outcome == "duplicate") {
    out.fate = Fate::kDuplicate;
  } else if (outcome == "parked") {
    out.fate = Fate::kParked;
  } else if (outcome == "overloaded" || outcome == "outcome-unknown") {
    out.fate = Fate::kUnavailable;
  } else {
    out.fate = Fate::kRejected;
    if (out.code.empty()) out.code = outcome;
  }
  return out;
}

}  // namespace

HttpPublisher::HttpPublisher(const std::string& server, bool dry_run, std::string token)
    : address_(cli::parse_server(server)), dry_run_(dry_run) {
  if (address_) client_ = std::make_unique<cli::HttpClient>(*address_, kTimeoutMs, std::move(token));
}

Result<HttpPublisher::Served> HttpPublisher::served() {
  if (!address_) return address_.error();
  cli::HttpCall call;
  call.target = "/v1/office";
  const auto reply = client_->call(call);
  if (!reply) return reply.error();
  if (reply->status == 401 || reply->status == 403)
    return Error{ErrorCode::kInvalid, address_->text() + " wants a token that may publish: give --token-file FILE"};
  boost::system::error_code error;
  const auto body = boost::json::parse(reply->body, error);
  const auto text = [&](const char* name) {
    const auto* value = reply->status == 200 && !error && body.is_object() ? body.get_object().if_contains(name) : nullptr;
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
  };
  Served served{text("office"), text("ledger")};
  if (served.office.empty() || served.ledger.empty())
    return Error{ErrorCode::kUnavailable,
                 address_->text() + " does not say which office and ledger it serves; is it a Docket of this version?", true};
  return served;
}

void HttpPublisher::publish(files::EventBatch events, files::PublishDone done) {
  cli::HttpCall call;
  call.method = "POST";
  call.target = dry_run_ ? "/v1/events?dry_run=true" : "/v1/events";
  call.content_type = "application/x-ndjson";
  for (const auto& event : *events) {
    call.body += event;
    call.body += '\n';
  }
  std::vector<files::PublishedOutcome> outcomes(events->size());
  const auto reply = client_->call(call);
  if (reply && reply->status == 200) {
    boost::system::error_code error;
    const auto body = boost::json::parse(reply->body, error);
    const auto* rows = !error && body.is_object() ? body.get_object().if_contains("results") : nullptr;
    if (rows != nullptr && rows->is_array()) {
      for (std::size_t i = 0; i < outcomes.size() && i < rows->get_array().size(); ++i) outcomes[i] = outcome_of(rows->get_array()[i]);
    }
  } else {
    const std::string why = reply ? "the server answered " + std::to_string(reply->status) + ": " + reply->body : reply.error().message;
    for (auto& outcome : outcomes) outcome.detail = why;
  }
  done(std::move(outcomes));
}

}  // namespace docket::local
