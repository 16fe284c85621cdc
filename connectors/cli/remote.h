// A command's talk with the server: read JSON, follow pages, and turn a refusal into words and an exit code.
// Thread rule: one thread.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "connectors/cli/common.h"
#include "connectors/cli/display.h"
#include "connectors/cli/http_client.h"

namespace docket::cli {

using Params = std::vector<std::pair<std::string, std::string>>;

// "/v1/cases/{}" with the segment escaped, and the parameters whose value is not empty.
[[nodiscard]] std::string make_target(const std::string& path, const Params& params = {});
[[nodiscard]] std::string segment(const std::string& text);  // escaped for a path

[[nodiscard]] int exit_code_of_status(int status);

class Remote {
 public:
  explicit Remote(const CommonOptions& options) : options_(options) {}

  // nullopt: failed, said so on stderr, and exit_code() tells how.
  [[nodiscard]] std::optional<json::object> get(const std::string& target);
  // Follows next_page_token until `limit` items of `items` are there; the answer is the first page's with all items.
  [[nodiscard]] std::optional<json::object> get_pages(const std::string& path, Params params, const std::string& items, std::size_t limit);
  [[nodiscard]] std::optional<HttpReply> send(const HttpCall& call);
  // A connection of its own; nullptr: the options name no server or token that can be used, and that was said.
  [[nodiscard]] std::unique_ptr<HttpClient> connect(std::uint32_t timeout_ms);
  // Says what a problem answer says: what was wrong, where, and what would be right.
  int fail(const HttpReply& reply);
  int fail(const Error& error);
  [[nodiscard]] int exit_code() const { return exit_code_; }
  // The text of the last answer, as it came.
  [[nodiscard]] const std::string& last_body() const { return last_body_; }
  // Language of the options, zone of the options or else the office's, or else UTC; for tables also the units' titles.
  [[nodiscard]] Display display();
  // For tables: the labels of a kind's states or attributes; none if the server doesn't tell.
  [[nodiscard]] std::map<std::string, std::string> labels(const std::string& kind, const char* of, const char* name);
  [[nodiscard]] std::string kind_of_metric(const std::string& metric);

 private:
  // What would help to show an answer; nullopt, without a word, if the server has it not.
  [[nodiscard]] std::optional<json::object> ask(const std::string& target);

  const CommonOptions& options_;
  std::unique_ptr<HttpClient> client_;
  std::string last_body_;
  int exit_code_ = kFailure;
};

}  // namespace docket::cli
