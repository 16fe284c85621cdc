#include "tests/simulation/office.h"

#include <cstdlib>
#include <iostream>
#include <map>

#include "tests/support/hotline.h"
#include "tests/unit/definition_fixture.h"
#include "tests/unit/definition_small_office.h"

namespace docket::simulation {
namespace {

std::string role_of(const Office& office, const std::string& event) {
  if (office.kind == "hotline-ticket") return testing::hotline_role(event);
  static const std::map<std::string, std::string> roles{{"taken_back", "boss"}, {"longer", "boss"}, {"refused", "boss"},
                                                        {"closed", "boss"},     {"spoken", "unit"}, {"asked_longer", "unit"},
                                                        {"finished", "unit"}};
  const auto it = roles.find(event);
  return it == roles.end() ? "desk" : it->second;
}

std::string data_of(const Office& office, const std::string& case_id, const std::string& event) {
  if (office.kind == "hotline-ticket") return event == "noted" ? R"({"text":"t"})" : testing::hotline_data(case_id, event);
  static const std::map<std::string, std::string> data{{"assigned", R"({"owner":"N"})"},      {"spoken", R"({"how":"phone"})"},
                                                       {"held", R"({"until":"2026-03-10"})"}, {"asked_longer", R"({"until":"2026-03-10"})"},
                                                       {"finished", R"({"class":"A"})"},      {"noted", R"({"text":"t"})"}};
  if (event == "made") return R"({"number":")" + case_id + R"(","matter":"water","text":"t"})";
  const auto it = data.find(event);
  return it == data.end() ? "{}" : it->second;
}

void prepare(Office& office, definition::BundlePtr bundle) {
  office.bundle = std::move(bundle);
  office.books = std::make_unique<partition::Rulebooks>(office.bundle, office.keys.tag_key_text());
  office.ingest = &office.books->first().ingest;
}

}  // namespace

std::string Office::event(const std::string& case_id, const std::string& id, const ScriptStep& step, const std::string& author,
                          const std::string& more) const {
  const std::string role = role_of(*this, step.event);
  return R"({"specversion":"1.0","id":")" + id + R"(","source":")" + source + R"(","type":"org.docket.)" + kind + "." + step.event +
         R"(.v1","subject":")" + case_id + R"(","time":")" + model::format_instant(kFirstDay + step.minute * 60'000LL) + R"(","authid":")" +
         (author.empty() ? role + "-1" : author) + R"(","actorrole":")" + role + R"(")" +
         (role == "unit" ? R"(,"actorunit":")" + unit + R"(")" : "") + more + R"(,"data":)" +
         (step.data.empty() ? data_of(*this, case_id, step.event) : step.data) + "}";
}

std::string Office::correction(const std::string& case_id, const std::string& id, const std::string& target_id,
                               const ScriptStep& target) const {
  ScriptStep step{"corrected", target.minute + 20'000, {}};
  step.data = R"({"event":{"source":")" + source + R"(","id":")" + target_id + R"("},"replace":{"time":")" +
              model::format_instant(kFirstDay + (target.minute + 5) * 60'000LL) + R"("},"reason":"r","approver":"a"})";
  return event(case_id, id, step, {}, R"(,"approvedby":"chief")");
}

std::vector<std::string> Office::events(const std::string& case_id, const Script& script) const {
  std::vector<std::string> out;
  std::string last;
  const ScriptStep* target = nullptr;
  for (std::size_t i = 0; i < script.size(); ++i) {
    const std::string id = case_id + "-" + std::to_string(i);
    if (script[i].correction) {
      out.push_back(correction(case_id, id, last, *target));
      continue;
    }
    last = id;
    target = &script[i];
    out.push_back(event(case_id, id, script[i]));
  }
  return out;
}

model::CasePtr Office::life(std::size_t script) {
  lives.resize(scripts.size());
  if (lives[script] == nullptr) {
    testing::EngineFixture engine(bundle);
    for (const auto& json : events("E", scripts[script])) {
      const auto outcome = engine.offer(json);
      EXPECT_EQ(outcome.kind, partition::EventOutcome::Kind::kAccepted) << json << " " << outcome.refusal.detail;
    }
    lives[script] = engine.projections.cases.at("E");
  }
  return lives[script];
}

ScriptStep Office::spoiled(const ScriptStep& step) {
  ScriptStep out = step;
  if (step.event == "created")
    out.data = R"({"number":"n","channel":"drum","type":"complaint","category":"noise","district":"shinan","text":"t","caller":"p"})";
  if (step.event == "dispatched") out.data = R"({"unit":"nowhere"})";
  if (step.event == "made") out.data = R"({"number":"n","matter":"fire","text":"t"})";
  if (step.event == "assigned") out.data = R"({"owner":"nowhere"})";
  return out;
}

Office& example_office() {
  static Office office;
  if (office.bundle != nullptr) return office;
  office.name = "example";
  office.kind = "hotline-ticket";
  office.source = "example";
  office.unit = "U";
  office.scripts = {
      {{"created", 0, {}},
       {"dispatched", 60, {}},
       {"signed", 120, {}},
       {"corrected", 0, {}, true},
       {"suspended", 1500, {}},
       {"resumed", 4380, {}},
       {"result_replied", 4500, {}},
       {"concluded", 4560, {}},
       {"callback_attempted", 5000, {}},
       {"rated", 5001, {}},
       {"callback_done", 5002, {}}},
      {{"created", 0, {}},
       {"dispatched", 60, {}},
       {"return_requested", 90, {}},
       {"return_granted", 100, {}},
       {"dispatched", 110, {}},
       {"signed", 130, {}},
       {"result_replied", 200, {}},
       {"concluded", 260, {}}},
      {{"created", 0, {}},
       {"noted", 10, {}},
       {"dispatched", 60, {}},
       {"signed", 120, {}},
       {"corrected", 0, {}, true},
       {"handling_started", 140, {}},
       {"corrected", 0, {}, true},
       {"caller_contacted", 160, {}},
       {"result_replied", 200, {}},
       {"audit_failed", 260, {}},
       {"result_replied", 300, {}},
       {"concluded", 360, {}}},
      {{"created", 0, {}}, {"call_repeated", 10, {}}, {"answered_directly", 30, R"({"text":"t"})"}},
  };
  prepare(office, definition::load_office("example"));
  return office;
}

Office& small_office() {
  static Office office;
  if (office.bundle != nullptr) return office;
  office.name = "small";
  office.kind = "task";
  office.source = "old";
  office.unit = "N";
  office.scripts = {
      {{"made", 0, {}},
       {"assigned", 60, {}},
       {"spoken", 70, {}},
       {"held", 80, {}},
       {"resumed", 1500, {}},
       {"finished", 1600, {}},
       {"closed", 1700, {}}},
      {{"made", 0, {}},
       {"assigned", 60, {}},
       {"taken_back", 70, {}},
       {"assigned", 80, {}},
       {"spoken", 90, {}},
       {"asked_longer", 100, {}},
       {"finished", 200, {}},
       {"refused", 210, {}},
       {"finished", 260, {}},
       {"closed", 300, {}}},
      {{"made", 0, {}}, {"noted", 10, {}}, {"assigned", 60, {}}, {"noted", 65, {}}},
  };
  auto compiled = definition::compile(definition::small_office(), "small");
  if (!compiled.ok()) {
    for (const auto& each : compiled.diagnostics) std::cerr << each.format() << "\n";
    std::abort();
  }
  prepare(office, compiled.bundle);
  return office;
}

}  // namespace docket::simulation
