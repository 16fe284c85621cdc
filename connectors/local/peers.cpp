#include "connectors/local/peers.h"

#include <map>
#include <utility>

#include "connectors/cli/http_client.h"
#include "connectors/service/problem.h"

namespace docket::local {
namespace {

constexpr std::uint32_t kPeerTimeoutMs = 12'000;  // longer than an event waits for its ledger
constexpr std::size_t kJobsMax = 1'000;

using Clients = std::map<std::string, std::unique_ptr<cli::HttpClient>>;

const char* content_type_of(service::BodyFormat format) {
  switch (format) {
    case service::BodyFormat::kBatch:
      return "application/cloudevents-batch+json";
    case service::BodyFormat::kLines:
      return "application/x-ndjson";
    case service::BodyFormat::kReaction:
      return "application/vnd.docket.reaction+json";
    case service::BodyFormat::kEvent:
    case service::BodyFormat::kBinary:  // put together before it is handed on
      break;
  }
  return "application/cloudevents+json";
}

std::string text_of(const std::vector<int>& partitions) {
  std::string out;
  for (const int partition : partitions) out += (out.empty() ? "" : ",") + std::to_string(partition);
  return out;
}

service::Answer problem(const char* type, const std::string& detail, const std::string& language) {
  auto problem = service::make_problem(type, detail);
  problem.outcome = type;
  return service::problem_answer(problem, language);
}

cli::HttpClient* client_for(Clients& clients, const std::string& address, const std::string& token) {
  auto& client = clients[address];
  if (client) return client.get();
  const auto server = cli::parse_server(address);
  if (!server) return nullptr;
  client = std::make_unique<cli::HttpClient>(*server, kPeerTimeoutMs, token);
  return client.get();
}

service::Answer ask(Clients& clients, const std::string& address, const std::string& token, const service::PublishRequest& request) {
  auto* const client = client_for(clients, address, token);
  if (client == nullptr)
    return problem("overloaded", "the owner's address '" + address + "' can't be read: nothing was written", request.language);
  cli::HttpCall call;
  call.method = "POST";
  call.target = request.dry_run ? "/v1/events?dry_run=true" : "/v1/events";
  call.content_type = content_type_of(request.format);
  call.body = request.body;
  call.language = request.language;
  call.if_match = request.if_match.value_or("");
  call.partitions = text_of(*request.partitions);
  auto reply = client->call(call);
  bool sent = client->sent();
  if (!reply && sent) {  // a connection that was kept may have ended; an event sent twice counts once
    reply = client->call(call);
    sent = true;
  }
  if (!reply && !sent)
    return problem("overloaded", "the owner at " + address + " can't be reached: nothing was written; send it again", request.language);
  if (!reply)
    return problem("outcome-unknown", "the owner at " + address + " gave no answer: send it again with the same id", request.language);
  service::Answer answer;
  answer.status = reply->status;
  answer.content_type = std::move(reply->content_type);
  answer.body = std::move(reply->body);
  answer.position = std::move(reply->position);
  answer.etag = std::move(reply->etag);
  answer.retry_after_s = reply->retry_after_s;
  return answer;
}

}  // namespace

HttpPeers::HttpPeers(std::size_t threads, std::string token) : token_(std::move(token)) {
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

HttpPeers::~HttpPeers() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void HttpPeers::publish(const std::string& address, service::PublishRequest request, std::function<void(service::Answer)> done) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_ && jobs_.size() < kJobsMax) {
      jobs_.push_back({address, std::move(request), std::move(done)});
      wake_.notify_one();
      return;
    }
  }
  done(problem("overloaded", "too much is waiting for other nodes: nothing was written; send it again", request.language));
}

void HttpPeers::run() {
  Clients clients;
  while (true) {
    Job job;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    job.done(ask(clients, job.address, token_, job.request));
  }
}

Result<std::string> HttpPeers::positions(const std::string& address, const std::vector<int>& partitions) {
  Clients clients;
  auto* const client = client_for(clients, address, token_);
  if (client == nullptr) return Error{ErrorCode::kUnavailable, "its address can't be read"};
  cli::HttpCall call;
  call.target = "/v1/positions?consistency=strong";
  for (const int partition : partitions) call.target += "&partition=" + std::to_string(partition);
  auto reply = client->call(call);
  if (!reply) return reply.error();
  if (reply->status != 200) return Error{ErrorCode::kUnavailable, "it answered " + std::to_string(reply->status), true};
  return std::move(reply->position);
}

}  // namespace docket::local
