// The real server on a ledger of the test's own, which holds the worked example.
#pragma once

#include <gmock/gmock.h>
#include <boost/json.hpp>

#include <string>

#include "tests/support/docket_process.h"
#include "tests/support/worked_example.h"

namespace docket::testing {

namespace json = boost::json;

inline constexpr const char* kBatchType = "application/cloudevents-batch+json";
inline constexpr const char* kEventType = "application/cloudevents+json";

class FacesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    create_ledger(data_);
    server_ = std::make_unique<Server>(data_);
    ASSERT_TRUE(server_->ready()) << server_->errors();
    std::string lines;
    for (const auto& event : worked_example()) lines += event.json + "\n";
    const auto reply = server_->post(lines);
    ASSERT_EQ(reply.status, 200) << reply.body;
  }

  // The answer's object; its status must be the one expected.
  json::object get(const std::string& target, int status = 200) {
    const auto reply = server_->get(target);
    EXPECT_EQ(reply.status, status) << target << ": " << reply.body;
    return object(reply.body);
  }
  json::object post(const std::string& body, int status, const std::string& type = kEventType, const std::string& target = "/v1/events",
                    const std::string& if_match = {}) {
    const auto reply = server_->client().call({"POST", target, type, body, {}, if_match});
    EXPECT_EQ(reply.status, status) << reply.body;
    return object(reply.body);
  }
  // "pointer: detail" of a refused read.
  std::string refused(const std::string& target) {
    const auto body = get(target, 400);
    const auto* errors = body.if_contains("errors");
    if (errors == nullptr) return json::serialize(body);
    const auto& first = errors->as_array().at(0).as_object();
    return std::string(first.at("pointer").as_string()) + ": " + std::string(first.at("detail").as_string());
  }
  // Every item of a list, page by page; `pages` counts them.
  json::array all(const std::string& target, const std::string& items, std::size_t* pages = nullptr) {
    json::array out;
    std::string next;
    std::size_t count = 0;
    do {
      auto page = get(target + (next.empty() ? "" : "&page_token=" + next));
      for (auto& item : page.at(items).as_array()) out.push_back(std::move(item));
      next = page.contains("next_page_token") ? std::string(page.at("next_page_token").as_string()) : std::string();
      ++count;
    } while (!next.empty() && count < 10'000);
    if (pages != nullptr) *pages = count;
    return out;
  }
  static json::object object(const std::string& text) {
    boost::system::error_code error;
    auto value = json::parse(text, error);
    EXPECT_TRUE(!error && value.is_object()) << text;
    return value.is_object() ? std::move(value.get_object()) : json::object{};
  }
  // An event of the worked example with other members.
  static json::object event(const std::string& id, const std::string& subject, const json::object& with = {}) {
    for (const auto& each : worked_example()) {
      auto out = json::parse(each.json).as_object();
      if (out["id"].as_string() != "T1-1") continue;
      out["id"] = id;
      out["subject"] = subject;
      out["data"].as_object()["number"] = subject;
      for (const auto& member : with) out[member.key()] = member.value();
      return out;
    }
    return {};
  }

  TempFolder folder_;
  fs::path data_ = folder_ / "data";
  std::unique_ptr<Server> server_;
};

}  // namespace docket::testing
