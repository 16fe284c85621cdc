// Definitions that differ from the shipped ones, and what tells by which of them a ticket is judged.
#pragma once

#include <boost/json.hpp>
#include <fstream>
#include <string>

#include "tests/support/docket_process.h"
#include "tests/support/hotline.h"

namespace docket::testing {

constexpr const char* kFive = "2026-03-17 5wd";  // handle(), by the shipped rules
constexpr const char* kThree = "2026-03-13 3wd";

// The shipped rules in a folder that is laid over them, with another limit for handling a ticket.
inline void write_rules(const fs::path& schemas, const std::string& limit) {
  fs::create_directories(schemas / "rules");
  std::string text = file_text(std::string(DOCKET_SOURCE_DIR) + "/schemas/rules/example.yaml");
  const std::string shipped = "limit: 5wd}]";
  const auto at = text.find(shipped, text.find("\nhotline.handle:"));
  ASSERT_NE(at, std::string::npos);
  text.replace(at, shipped.size(), limit);
  std::ofstream(schemas / "rules" / "example.yaml") << text;
}

// A ticket that is to be handled.
inline void dispatch(Server& server, const std::string& id) {
  const auto reply = server.post(hotline(id, 1, "created", "2026-03-10T09:00:00+08:00") + "\n" +
                                 hotline(id, 2, "dispatched", "2026-03-10T10:00:00+08:00"));
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.body.find("rejected"), std::string::npos) << reply.body;
}

// When it is to be handled, and the limit that says so.
inline std::string handle(Server& server, const std::string& id, const std::string& params = "") {
  const auto reply = server.get("/v1/cases/" + id + "/deadlines" + params);
  if (reply.status != 200) return reply.body;
  std::string out;
  const auto body = boost::json::parse(reply.body);
  for (const auto& row : body.at("deadlines").as_array()) {
    if (row.at("clock") == "handle")
      out = std::string(row.at("due").as_string()).substr(0, 10) + " " + std::string(row.at("limit").as_string());
  }
  return out;
}

// What /readyz says of what decides for new cases.
inline std::string deciding(Server& server) {
  const auto reply = server.get("/readyz");
  if (reply.body.empty()) return {};
  return std::string(boost::json::parse(reply.body).at("checks").at("definitions").at("detail").as_string());
}

}  // namespace docket::testing
