// What the tests of the real process publish: many copies of the worked example's cases, shuffled across cases, and what must be true of
// them afterwards, seen from outside.
#pragma once

#include <boost/json.hpp>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "connectors/embedded/embedded_store.h"
#include "engine/ledger/block_codec.h"
#include "tests/support/docket_process.h"
#include "tests/support/run_history.h"
#include "tests/support/worked_example.h"

namespace docket::testing {

struct WorkEvent {
  std::string id;
  std::string case_id;
  std::string json;
};

// `copies` of each case under ids of their own, and each text private and known ("said by <event id>"). The order is that of time within a
// case but for a neighbour swapped now and then, so that some events wait for others.
inline std::vector<WorkEvent> work(int copies, std::uint64_t seed, const std::string& prefix = "") {
  std::mt19937_64 random(seed);
  std::vector<std::vector<WorkEvent>> lives;
  for (int copy = 0; copy < copies; ++copy) {
    std::map<std::string, std::vector<WorkEvent>> by_case;
    for (const auto& event : worked_example()) {
      auto json = boost::json::parse(event.json).as_object();
      const auto renamed = [&](const boost::json::value& name) {
        return prefix + std::string(name.as_string()) + "x" + std::to_string(copy);
      };
      const std::string id = renamed(json["id"]);
      const std::string case_id = renamed(json["subject"]);
      json["id"] = id;
      json["subject"] = case_id;
      auto& data = json["data"].as_object();
      if (data.contains("number")) data["number"] = case_id;
      if (data.contains("merged_into")) data["merged_into"] = renamed(data["merged_into"]);
      if (data.contains("text")) data["text"] = "said by " + id;
      by_case[case_id].push_back({id, case_id, boost::json::serialize(json)});
    }
    for (auto& [case_id, life] : by_case) {
      if (random() % 3 == 0 && life.size() > 2) std::swap(life[life.size() / 2], life[life.size() / 2 - 1]);
      lives.push_back(std::move(life));
    }
  }
  std::vector<std::size_t> turns;
  for (std::size_t i = 0; i < lives.size(); ++i) turns.insert(turns.end(), lives[i].size(), i);
  for (std::size_t i = turns.size(); i > 1; --i) std::swap(turns[i - 1], turns[random() % i]);
  std::vector<std::size_t> next(lives.size(), 0);
  std::vector<WorkEvent> out;
  for (const std::size_t life : turns) out.push_back(lives[life][next[life]++]);
  return out;
}

// Publishes in batches and remembers what was acknowledged, as a careful producer does: what isn't is sent again under its id.
class Producer {
 public:
  explicit Producer(std::vector<WorkEvent> events, std::size_t batch = 10) : events_(std::move(events)), batch_(batch) {}

  // Until all is acknowledged (true) or the server is gone (false). `most`: stop after so many batches.
  bool publish(Client& server, std::size_t most = 1'000'000) {
    for (std::size_t round = 0; round < most; ++round) {
      std::vector<const WorkEvent*> sent;
      std::string body;
      for (const auto& event : events_) {
        if (acknowledged_.count(event.id) != 0) continue;
        sent.push_back(&event);
        body += event.json + "\n";
        if (sent.size() == batch_) break;
      }
      if (sent.empty()) return true;
      const std::string call = begin_call(sent);
      const auto reply = server.post(body);
      if (reply.status == 0) {
        if (history != nullptr) history->fail(call);
        return false;
      }
      boost::system::error_code error;
      const auto answer = boost::json::parse(reply.body, error);
      const auto* rows = !error && answer.is_object() ? answer.get_object().if_contains("results") : nullptr;
      if (rows == nullptr || rows->as_array().size() != sent.size()) {
        ADD_FAILURE() << "status " << reply.status << ": " << reply.body;
        return false;
      }
      end_call(call, rows->as_array());
      for (std::size_t i = 0; i < sent.size(); ++i) {
        const std::string outcome(rows->as_array()[i].at("outcome").as_string());
        if (outcome == "overloaded" || outcome == "outcome-unknown") {
          ++refused_;
        } else if (outcome == "accepted" || outcome == "duplicate" || outcome == "parked") {
          acknowledged_.insert(sent[i]->id);
        } else {
          ADD_FAILURE() << sent[i]->id << ": " << boost::json::serialize(rows->as_array()[i]);
          acknowledged_.insert(sent[i]->id);
        }
      }
      if (history != nullptr) read_back(server, *sent.back(), rows->as_array().back(), round % 3 == 0);
      if (on_batch) on_batch();
    }
    return true;
  }

  bool publish(Server& server) { return publish(server.client()); }

  [[nodiscard]] const std::set<std::string>& acknowledged() const { return acknowledged_; }
  [[nodiscard]] const std::vector<WorkEvent>& events() const { return events_; }
  [[nodiscard]] std::size_t refused() const { return refused_; }
  std::function<void()> on_batch;  // called after each answered batch
  RunHistory* history = nullptr;   // gets what was asked and told, and a read after each batch

 private:
  std::string begin_call(const std::vector<const WorkEvent*>& sent) {
    if (history == nullptr) return {};
    boost::json::array events;
    for (const auto* event : sent)
      events.push_back(boost::json::object{{"source", "example"}, {"id", event->id}, {"case", event->case_id}});
    return history->invoke("publish", {{"events", std::move(events)}});
  }
  void end_call(const std::string& call, const boost::json::array& rows) {
    if (history == nullptr) return;
    boost::json::array outcomes;
    for (const auto& row : rows) {
      boost::json::object told{{"outcome", row.at("outcome")}};
      if (const auto* version = row.as_object().if_contains("case_version")) told["version"] = *version;
      if (const auto* position = row.as_object().if_contains("position")) told["position"] = *position;
      outcomes.push_back(std::move(told));
    }
    history->ok(call, {{"outcomes", std::move(outcomes)}});
  }
  // What was just acknowledged, at its position or strongly.
  void read_back(Client& server, const WorkEvent& event, const boost::json::value& told, bool strong) {
    const auto* position = told.as_object().if_contains("position");
    if (position == nullptr) return;
    boost::json::object asked{{"case", event.case_id}};
    if (strong) {
      asked["strong"] = true;
    } else {
      asked["min_position"] = *position;
    }
    const std::string call = history->invoke("read", std::move(asked));
    const auto reply = server.get("/v1/cases/" + event.case_id + "?" +
                                  (strong ? "consistency=strong" : "min_position=" + std::string(position->as_string())));
    if (reply.status != 200 && reply.status != 404) return history->fail(call);
    const auto version = reply.status == 404 ? boost::json::value(0) : boost::json::parse(reply.body).at("version");
    history->ok(call, {{"version", version}, {"position", reply.position}});
  }

  std::vector<WorkEvent> events_;
  std::size_t batch_;
  std::set<std::string> acknowledged_;
  std::size_t refused_ = 0;
};

// How often each event stands in the ledger: as accepted, and as parked.
struct InLedger {
  std::map<std::string, int> accepted;
  std::map<std::string, int> parked;
};
inline InLedger read_ledger(const fs::path& data) {
  InLedger out;
  const auto store = embedded::EmbeddedStore::open(data);
  if (!store) {
    ADD_FAILURE() << store.error().message;
    return out;
  }
  for (int partition = 0; partition < (*store)->partitions(); ++partition) {
    const auto all = (*store)->read(partition, 0, ~std::size_t{0});
    if (!all) {
      ADD_FAILURE() << all.error().message;
      return out;
    }
    for (const auto& stored : all->blocks) {
      const auto block = ledger::decode_block(stored.value);
      if (!block) ADD_FAILURE() << block.error().message;
      if (!block) continue;
      for (const auto& record : block->records) {
        if (record.kind == ledger::RecordKind::kAccepted)
          ++out.accepted[std::string(boost::json::parse(record.event).at("id").as_string())];
        if (record.kind == ledger::RecordKind::kParked) ++out.parked[record.id];
      }
    }
  }
  return out;
}

// What every acknowledged event must be in the ledger: once, and nothing else there. A parked one is accepted by the end, as these cases
// are whole.
inline void expect_once(const fs::path& data, const std::set<std::string>& acknowledged) {
  const auto found = read_ledger(data);
  for (const auto& id : acknowledged) {
    const auto it = found.accepted.find(id);
    EXPECT_EQ(it == found.accepted.end() ? 0 : it->second, 1) << id << " was acknowledged";
  }
  for (const auto& [id, times] : found.accepted) EXPECT_EQ(times, 1) << id;
  EXPECT_EQ(found.accepted.size(), acknowledged.size());
}

inline void expect_verified(const fs::path& data, const std::string& program = "docket") {
  const auto ledger = run_docket({"ledger", "verify", "--data", data.string()}, {}, "/dev/null", program);
  EXPECT_TRUE(ledger.ended.with(0)) << ledger.text();
  const auto store = run_docket({"store", "verify", "--data", data.string()}, {}, "/dev/null", program);
  EXPECT_TRUE(store.ended.with(0)) << store.text();
}

inline void expect_known(Server& server, const std::set<std::string>& acknowledged) {
  for (const auto& id : acknowledged) EXPECT_EQ(server.get("/v1/events?source=example&id=" + id).status, 200) << id << " was acknowledged";
}

// Every private text that work() wrote and that is there can be read; `but`: a case that it didn't.
inline void expect_texts(Server& server, const std::string& but = "") {
  const auto cases = boost::json::parse(server.get("/v1/cases?kind=hotline-ticket&page_size=1000").body);
  int texts = 0;
  for (const auto& row : cases.at("cases").as_array()) {
    if (row.at("id").as_string() == but) continue;
    const auto history = boost::json::parse(server.get("/v1/cases/" + std::string(row.at("id").as_string()) + "/history").body);
    for (const auto& event : history.at("events").as_array()) {
      const auto* given = event.as_object().if_contains("data");
      const auto* text = given != nullptr && given->is_object() ? given->get_object().if_contains("text") : nullptr;
      if (text == nullptr) continue;
      ++texts;
      EXPECT_EQ(boost::json::serialize(*text), "\"said by " + std::string(event.at("id").as_string()) + "\"");
    }
  }
  EXPECT_GT(texts, 0);
}

struct Asked {
  std::string kind = "hotline-ticket";
  std::string period = "2017-03";
  std::string at = "2017-04-10";
  std::string later = "2017-06-01";
};
// Everything that must not depend on when it was recorded: figures on the happened axis, and every case as it is.
inline std::map<std::string, std::string> figures(Server& server, const Asked& asked = {}) {
  std::map<std::string, std::string> out;
  const auto without = [](boost::json::object object, std::initializer_list<const char*> names) {
    for (const char* name : names) object.erase(name);
    return boost::json::serialize(object);
  };
  const auto names = server.get("/v1/metrics?kind=" + asked.kind);
  const auto listed = boost::json::parse(names.body);
  for (const auto& metric : listed.at("metrics").as_array()) {
    const std::string name(metric.at("name").as_string());
    const auto reply = server.get("/v1/metrics/" + name + "?period=" + asked.period + "&at=" + asked.at);
    auto answer = reply.status == 200 ? boost::json::parse(reply.body).as_object() : boost::json::object{{"status", reply.status}};
    out[name] = without(answer, {"known_at"});
  }
  const auto cases = server.get("/v1/cases?kind=" + asked.kind + "&page_size=1000");
  const auto rows = boost::json::parse(cases.body);
  for (const auto& row : rows.at("cases").as_array()) {
    const std::string id(row.at("id").as_string());
    const auto one = server.get("/v1/cases/" + id + "?at=" + asked.later);
    out["case " + id] = without(boost::json::parse(one.body).as_object(), {"updated", "known_at"});
  }
  return out;
}

// Of a run that nobody chose; DOCKET_CRASH_SEED=n plays one again.
inline std::uint64_t a_seed() {
  const char* const one = std::getenv("DOCKET_CRASH_SEED");
  const std::uint64_t seed = one != nullptr ? std::strtoull(one, nullptr, 10) : std::random_device()();
  std::cout << "seed " << seed << std::endl;
  return seed;
}

inline void expect_same(const std::map<std::string, std::string>& got, const std::map<std::string, std::string>& wanted) {
  EXPECT_EQ(got.size(), wanted.size());
  for (const auto& [name, value] : wanted) {
    const auto it = got.find(name);
    EXPECT_EQ(it == got.end() ? "(none)" : it->second, value) << name;
  }
}

// What was got, faults and all, is what the same events make where nothing disturbs them; `data`: a folder for that.
inline void expect_calm(const fs::path& data, const std::vector<std::vector<WorkEvent>>& published,
                        const std::map<std::string, std::string>& got) {
  create_ledger(data);
  Server calm(data);
  ASSERT_TRUE(calm.ready()) << calm.errors();
  for (const auto& events : published) {
    Producer same(events, 50);
    ASSERT_TRUE(same.publish(calm));
  }
  expect_same(got, figures(calm));
}
inline void expect_calm(const fs::path& data, const std::vector<Producer>& producers, const std::map<std::string, std::string>& got) {
  std::vector<std::vector<WorkEvent>> published;
  for (const auto& producer : producers) published.push_back(producer.events());
  expect_calm(data, published, got);
}

}  // namespace docket::testing
