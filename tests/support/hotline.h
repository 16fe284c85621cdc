// Short ways to write hotline events in tests: hotline("H1", 3, "signed", "2026-03-02T10:00:00+08:00").
#pragma once

#include <map>
#include <string>

namespace docket::testing {

inline std::string hotline_role(const std::string& event) {
  static const std::map<std::string, std::string> roles{{"created", "intake"},
                                                        {"merged", "intake"},
                                                        {"not_accepted", "intake"},
                                                        {"transferred", "intake"},
                                                        {"answered_directly", "intake"},
                                                        {"call_repeated", "intake"},
                                                        {"concluded", "auditor"},
                                                        {"audit_failed", "auditor"},
                                                        {"signed", "unit"},
                                                        {"handling_started", "unit"},
                                                        {"result_replied", "unit"},
                                                        {"extension_requested", "unit"},
                                                        {"return_requested", "unit"},
                                                        {"progress_reported", "unit"},
                                                        {"caller_contacted", "unit"},
                                                        {"callback_attempted", "callback"},
                                                        {"rated", "callback"},
                                                        {"callback_done", "callback"},
                                                        {"reopened", "callback"},
                                                        {"corrected", "auditor"},
                                                        {"voided", "auditor"},
                                                        {"clock_adjusted", "dispatcher"},
                                                        {"rating_excluded", "auditor"},
                                                        {"rating_exclusion_requested", "unit"},
                                                        {"assist_given", "unit"},
                                                        {"terminated", "auditor"}};
  const auto it = roles.find(event);
  return it == roles.end() ? "dispatcher" : it->second;
}

inline std::string hotline_data(const std::string& case_id, const std::string& event) {
  static const std::map<std::string, std::string> data{
      {"dispatched", R"({"unit":"U"})"},
      {"result_replied", R"({"solved":"solved","text":"done"})"},
      {"callback_attempted", R"({"outcome":"reached"})"},
      {"rated", R"({"caller_says":"solved","satisfaction":"satisfied","channel":"phone"})"},
      {"suspended", R"({"reason":"r"})"},
      {"audit_failed", R"({"reason":"r"})"},
      {"reopened", R"({"trigger":"dissatisfied"})"},
      {"return_requested", R"({"reason":"r","basis":"b"})"},
      {"return_denied", R"({"reason":"r"})"},
      {"designated", R"({"basis":"b"})"},
      {"progress_reported", R"({"text":"t"})"},
      {"extension_requested", R"({"reason":"r","new_due":"2026-03-20"})"},
      {"extension_approved", R"({"new_due":"2026-03-20"})"},
      {"caller_contacted", R"({"channel":"phone","reached":true})"},
      {"call_repeated", R"({"call":"c"})"},
      {"listed_long_term", R"({"condition":"c"})"}};
  if (event == "created") {
    return R"({"number":")" + case_id +
           R"(","channel":"phone","type":"complaint","category":"noise","district":"shinan","text":"t","caller":"p"})";
  }
  const auto it = data.find(event);
  return it == data.end() ? "{}" : it->second;
}

// `n` makes the id; `data` "" = the usual one; `more`: further envelope members, as ,"approvedby":"x".
inline std::string hotline(const std::string& case_id, int n, const std::string& event, const std::string& time,
                           const std::string& data = {}, const std::string& more = {}, const std::string& source = "example") {
  const std::string role = hotline_role(event);
  return R"({"specversion":"1.0","id":")" + case_id + "-" + std::to_string(n) + R"(","source":")" + source +
         R"(","type":"org.docket.hotline-ticket.)" + event + R"(.v1","subject":")" + case_id + R"(","time":")" + time + R"(","authid":")" +
         role + R"(-1","actorrole":")" + role + R"(")" + (role == "unit" ? R"(,"actorunit":"U")" : "") + more + R"(,"data":)" +
         (data.empty() ? hotline_data(case_id, event) : data) + "}";
}

}  // namespace docket::testing
