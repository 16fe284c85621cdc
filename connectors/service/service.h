// What every face (HTTP, later console and Kafka) asks of a running Docket: publish events, answer reads. One answer is
// made once, as JSON text, so that the same figure comes out of every face.
// Thread rule: publish() may be called from any thread and answers on a worker's thread; query() blocks and is called from a
// pool, never from an Asio thread.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/service/access.h"

namespace docket::service {

// kBinary: the body is the event's data alone. kReaction: of another node's, one case's that asks for another case.
enum class BodyFormat { kEvent, kBatch, kLines, kBinary, kReaction };

struct PublishRequest {
  BodyFormat format = BodyFormat::kEvent;
  std::string body;
  std::vector<std::pair<std::string, std::string>> attributes = {};  // of kBinary: the event's, decoded
  bool dry_run = false;
  std::optional<std::string> if_match;  // ETag text
  std::string language;                 // "zh" or "en"
  // Of a request that another node hands on: only its events of these partitions are meant, the others are passed over, and none is handed
  // on again. -1: those that are broken too.
  std::optional<std::vector<int>> partitions;
  CallerPtr caller;  // null: nobody is asked who they are
};

// A body that goes on and on (text/event-stream). Thread rule: next() by one thread at a time, news() from any.
class Stream {
 public:
  virtual ~Stream() = default;
  struct Part {
    std::string text;
    bool more = false;  // ask again at once
  };
  // What there is to tell by now, about `bytes` of it; may take its time.
  [[nodiscard]] virtual Part next(std::size_t bytes) = 0;
  // Whether next() may have something; at once.
  [[nodiscard]] virtual bool news() const = 0;
};

struct Answer {
  int status = 200;
  std::string content_type = "application/json";  // errors: application/problem+json
  std::string body;
  std::string etag;                     // strong ETag with its quotes, "" if none
  std::string position;                 // Docket-Position, "" if none
  std::string next_page;                // page_token of the next page, "" if none (for the Link header)
  int retry_after_s = 0;                // Retry-After, 0 if none
  std::shared_ptr<Stream> stream = {};  // set: the body, which has no end
};

// A read: the route's pattern and what was given.
struct Query {
  std::string route;                                        // "/v1/cases/{id}/history"
  std::map<std::string, std::string> path;                  // {"id": "T1"}, percent-decoded
  std::vector<std::pair<std::string, std::string>> params;  // percent-decoded, in order
  std::string language;
  std::string prefer;  // Prefer header
};

class Service {
 public:
  virtual ~Service() = default;
  virtual void publish(PublishRequest request, std::function<void(Answer)> done) = 0;
  [[nodiscard]] virtual Answer query(const Query& query) = 0;
};

// A problem+json body (RFC 9457). `type` is the machine key's last part, e.g. "invalid-parameter".
struct ProblemField {
  std::string pointer;  // "#/data/unit", or "?page_size" for a parameter
  std::string detail;
  std::string code;
};
struct Problem {
  std::string type;
  int status = 500;
  std::string title_zh;
  std::string title_en;
  std::string detail;
  std::string outcome;  // "rejected", ... or ""
  std::string code;     // rejection code or ""
  std::vector<ProblemField> errors;
  int retry_after_s = 0;
};
[[nodiscard]] Answer problem_answer(const Problem& problem, std::string_view language);

// The routes that query() answers: pattern and its parameters (for "unknown parameter" errors and the route table).
struct Route {
  std::string_view pattern;
  std::vector<std::string_view> params;
  std::vector<std::string_view> repeatable = {};  // of these: may come several times and then means any of them; the others come once
};
[[nodiscard]] const std::vector<Route>& read_routes();

}  // namespace docket::service
