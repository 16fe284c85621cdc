// From the head of a request to what is to be done with it: publish, ask, or answer at once with a problem. Pure; the
// body is not looked at.
// Thread rule: a Router is constant after construction and shared by all threads.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/http/request_reader.h"
#include "connectors/http/target.h"
#include "connectors/service/access.h"
#include "connectors/service/service.h"

namespace docket::http {

struct BodyLimits {
  std::size_t event_bytes_max = (64 + 16) * 1024;  // 64 KiB of event and some white space
  std::size_t batch_bytes_max = 8 * 1024 * 1024;
};

struct Plan {
  enum class Act { kAnswer, kPublish, kQuery };
  Act act = Act::kAnswer;
  std::string_view route;           // the pattern, "" if none matches; lives as long as the Router
  std::string_view language;        // "zh" or "en"
  std::string allow;                // of a 405
  service::Answer answer;           // kAnswer
  service::PublishRequest publish;  // kPublish, without its body
  service::Query query;             // kQuery
  Target target;
  std::string token;  // that was shown and found
  std::size_t body_bytes_max = 0;
  bool is_probe = false;  // /livez, /readyz, /metrics: never behind a queue of slow reads
};

class Router {
 public:
  Router(const std::vector<service::Route>& reads, const BodyLimits& limits);
  // `access`: requests must bear a token, and are answered by what it grants; null: anybody may ask anything.
  [[nodiscard]] Plan plan(const RequestHead& head, const service::Access* access = nullptr) const;

 private:
  struct Entry {
    std::string_view pattern;
    std::vector<std::string_view> segments;  // "{id}" matches any one that is not empty
    std::vector<std::string_view> params;
    std::vector<std::string_view> repeatable;
    bool any_param = false;
    bool reads = false;
    bool publishes = false;
    bool of_cases = false;  // tells of cases, figures, refusals or the server: not of the office's definitions alone
    bool is_probe = false;
  };
  [[nodiscard]] const Entry* match(const Target& target) const;
  void plan_publish(const RequestHead& head, const Entry& entry, Plan& plan) const;
  [[nodiscard]] static std::optional<service::Answer> take_attributes(const RequestHead& head, Plan& plan);
  void plan_query(const RequestHead& head, const Entry& entry, Plan& plan) const;
  [[nodiscard]] std::optional<service::Answer> admit(const RequestHead& head, const Entry& entry, const service::Access& access,
                                                     Plan& plan) const;
  [[nodiscard]] std::string nearest_path(std::string_view path) const;

  std::vector<Entry> entries_;
  BodyLimits limits_;
};

}  // namespace docket::http
