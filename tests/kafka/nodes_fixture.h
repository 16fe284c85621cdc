// Several nodes of one ledger on a real broker: the real program, each in a folder of its own.
#pragma once

#include <boost/json.hpp>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/kafka/broker.h"
#include "tests/support/workload.h"

namespace docket::testing {

namespace json = boost::json;

class KafkaNodes : public KafkaTest {
 protected:
  void SetUp() override {
    KafkaTest::SetUp();
    if (brokers_.empty() || HasFatalFailure()) return;
    const auto intake = run_docket(on({"topics", "apply", "--intake", "hotline"}, false));
    ASSERT_TRUE(intake.ended.with(0)) << intake.text();
    create(folder("node-1"));
    for (const char* other : {"node-2", "node-3"}) {
      fs::create_directory(folder(other));
      fs::copy(folder("node-1") / "keys", folder(other) / "keys", fs::copy_options::recursive);
    }
  }
  [[nodiscard]] fs::path folder(const std::string& node) const { return folder_ / node; }
  std::unique_ptr<Server> start(const std::string& node, Environment more = {}, const std::vector<std::string>& options = {}) {
    auto command = serving();
    command.insert(command.end(), {"--node", node});
    command.insert(command.end(), options.begin(), options.end());
    more.insert(small_.begin(), small_.end());
    return std::make_unique<Server>(folder(node), more, "docket", command);
  }
  // Which partitions each node owns, as this one sees it.
  static std::map<std::string, std::set<int>> owned(Server& server) {
    std::map<std::string, std::set<int>> out;
    const auto reply = server.get("/v1/nodes");
    if (reply.status != 200) return out;
    const auto body = json::parse(reply.body);
    for (const auto& row : body.at("nodes").as_array()) {
      auto& partitions = out[std::string(row.at("node").as_string())];
      for (const auto& partition : row.at("partitions").as_array()) partitions.insert(static_cast<int>(partition.as_int64()));
    }
    return out;
  }
  // All see that these nodes own all of it, each a part.
  static void expect_shared(const std::vector<Server*>& servers, const std::vector<std::string>& nodes) {
    const bool so = eventually([&] {
      for (auto* server : servers) {
        auto all = owned(*server);
        std::size_t partitions = 0;
        for (const auto& node : nodes) {
          if (all[node].empty()) return false;
          partitions += all[node].size();
        }
        if (partitions != model::kPartitions || server->get("/readyz").status != 200) return false;
      }
      return true;
    });
    if (so) return;
    for (auto* server : servers)
      ADD_FAILURE() << server->get("/v1/nodes").body << "\n" << server->get("/readyz").body << "\n" << server->errors();
  }
  // Strongly, so that what any node acknowledged is in it.
  static std::string read(Server& server, const std::string& case_id, const std::string& more = "") {
    const auto reply = server.get("/v1/cases/" + case_id + "?consistency=strong" + more);
    auto body = json::parse(reply.body).as_object();
    for (const char* now : {"at", "known_at", "trace_id"}) body.erase(now);
    return std::to_string(reply.status) + " " + json::serialize(body);
  }

  TempFolder folder_;
  const Environment small_{{"DOCKET_FREEZE_EVENTS", "50"}};
};

}  // namespace docket::testing
