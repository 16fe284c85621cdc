// The real server with canned answers behind it, and the options of a command that talks to it.
#pragma once

#include <sstream>

#include "connectors/cli/commands.h"
#include "tests/integration/http_fixture.h"

namespace docket::cli::testing_cli {

class CliTest : public http::testing_http::HttpTest {
 protected:
  // `route` answers `body`; every other route is not found.
  void serve(const std::string& route, const std::string& body) { bodies_[route] = body; }

  void begin() {
    serve("/v1/office", R"({"office":"example","time_zone":"Asia/Shanghai","units":[{"unit":"U","title":{"zh":"某单位","en":"A unit"}}]})");
    fake.on_query = [this](const service::Query& query) {
      const auto found = bodies_.find(query.route);
      if (found == bodies_.end())
        return service::problem_answer(service::make_problem("not-found", "no such case: " + query.path.begin()->second), query.language);
      if (query.route != "/v1/office") asked.push_back(query);
      service::Answer answer;
      answer.body = found->second;
      return answer;
    };
    start();
    common.server = "http://127.0.0.1:" + std::to_string(port);
    common.language = "zh";
    common.out = &out;
    common.err = &err;
  }

  std::vector<service::Query> asked;
  CommonOptions common;
  std::ostringstream out;
  std::ostringstream err;

 private:
  std::map<std::string, std::string> bodies_;
};

}  // namespace docket::cli::testing_cli
