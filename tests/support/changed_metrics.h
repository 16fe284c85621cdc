// Metrics of the hotline in another version than the shipped one, and what their names answer by. Thread rule: free functions.
#pragma once

#include <boost/json.hpp>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "tests/support/docket_process.h"

namespace docket::testing {

inline const std::vector<std::string> kMetrics{"hotline.return_rate", "hotline.sign_on_time_rate", "hotline.overdue_open",
                                               "hotline.handling_time"};

// In a folder that is laid over the shipped definitions.
inline void write_metrics(const fs::path& schemas) {
  std::string text = file_text(std::string(DOCKET_SOURCE_DIR) + "/schemas/metrics/hotline.yaml");
  const auto change = [&](const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
  };
  change("version: 1\n", "version: 2\n");
  change("ratio: {when: {total.return_requested: {min: 1}}}",
         "except: {returned: {total.return_requested: {min: 1}}}\n  ratio: {when: {total.signed: {min: 1}}}");
  change("ratio: {when: {clock.sign: met}}", "ratio: {when: {clock.sign: [met, running]}}");
  text += "hotline.brand_new:\n  title: {zh: 新指标, en: brand new}\n  over: hotline-ticket\n  period: event.created\n  count: true\n";
  fs::create_directories(schemas / "metrics");
  std::ofstream(schemas / "metrics" / "hotline.yaml") << text;
}

// Of each metric the year, its months and its groups, by what the name answers.
inline std::map<std::string, std::string> metric_answers(Server& server) {
  std::map<std::string, std::string> out;
  for (const auto& name : kMetrics) {
    for (const char* ask : {"?period=2017", "?period=2017-03", "?period=2017&group_by=unit", "?period=2017&at=2017-03-10"}) {
      const auto reply = server.get("/v1/metrics/" + name + ask);
      if (reply.status != 200) {
        out[name + ask] = reply.body;
        continue;
      }
      const auto body = boost::json::parse(reply.body).as_object();
      out[name + ask] = "version " + boost::json::serialize(body.at("version")) + " " + boost::json::serialize(body.at("total")) +
                        boost::json::serialize(body.at("figures"));
    }
  }
  return out;
}

// Each asking waits up to two seconds for the rows.
inline void await_counted(Server& server) {
  for (const auto& name : kMetrics) {
    int status = 503;
    for (int i = 0; i < 60 && status == 503; ++i) status = server.get("/v1/metrics/" + name + "/compare?period=2017").status;
    ASSERT_EQ(status, 200) << server.errors();
  }
}

}  // namespace docket::testing
