// What the tests of moved cases share: definitions to move to, the event, an office with one partition.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "tests/support/changed_definitions.h"

namespace docket::testing {

// A contact counts only once the ticket is signed.
inline definition::BundlePtr stricter() {
  static const auto bundle = changed({{"definitions/hotline-ticket.yaml", "caller_contacted: {from: [dispatched, signed, handling]",
                                       "caller_contacted: {from: [signed, handling]"}});
  return bundle;
}

// A case of any kind moves.
inline std::string move_at(const std::string& kind, const std::string& case_id, std::size_t n, Instant time, std::uint64_t number,
                           const std::string& states = {}) {
  return R"({"specversion":"1.0","id":"move-)" + std::to_string(n) + R"(","source":"example","type":"org.docket.)" + kind +
         R"(.migrated.v1","subject":")" + case_id + R"(","time":")" + model::format_instant(time) +
         R"(","authid":"d-1","actorrole":"dispatcher","approvedby":"chief","data":{"activation":)" + std::to_string(number) +
         R"(,"reason":"r","approver":"chief")" + (states.empty() ? "" : R"(,"states":)" + states) + "}}";
}

class Migrations : public ChangingOffice {
 protected:
  partition::EventOutcome refused(const std::string& json, model::Rejection code) {
    const auto outcome = engine.offer(json);
    EXPECT_EQ(outcome.kind, partition::EventOutcome::Kind::kRejected) << json;
    EXPECT_EQ(outcome.refusal.code, code) << model::name(outcome.refusal.code) << ": " << outcome.refusal.detail;
    return outcome;
  }
  [[nodiscard]] const model::CaseState& state(const std::string& id) const { return *engine.projections.cases.at(id); }
};

}  // namespace docket::testing
