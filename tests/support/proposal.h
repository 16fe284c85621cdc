// The data that a proposal's event has in tests if nothing else is said: the unit U answers alone, class A, face to face by its head.
#pragma once

#include <map>
#include <string>

namespace docket::testing {

inline std::string proposal_data(const std::string& case_id, const std::string& event) {
  static const std::map<std::string, std::string> data{
      {"not_filed", R"({"reason":"r"})"},
      {"combined", R"({"reason":"r","combined_into":"T1"})"},
      {"separated", R"({"reason":"r"})"},
      {"withdrawn", R"({"request_no":"n1"})"},
      {"assigned", R"({"mode":"sole","lead":"U"})"},
      {"return_requested", R"({"reason":"r"})"},
      {"return_denied", R"({"reason":"r"})"},
      {"proposer_contacted", R"({"form":"visit"})"},
      {"parties_coordinated", R"({"parties":["congress","office","U"]})"},
      {"extension_requested", R"({"reason":"r","new_due":"2017-07-03"})"},
      {"extension_approved", R"({"new_due":"2017-07-03","proposer_told":true})"},
      {"reply_signed", R"({"class":"A","reply_no":"r1","signer":"head"})"},
      {"reply_delivered", R"({"form":"face","face_level":"head","public":true})"},
      {"joint_reply_held", R"({"parties":["U","congress","auditor"],"minutes":"urn:minutes:1"})"},
      {"rated", R"({"attitude":"satisfied","result":"satisfied","source":"platform"})"},
      {"third_party_assessed", R"({"score":80.5,"outcome":"go_on"})"},
      {"rehandling_ordered", R"({"trigger":"dissatisfied"})"},
      {"settled_by_body", R"({"decision":"d"})"},
      {"published_online", R"({"url":"https://example.org/1","redacted":true})"},
      {"opinion_given", R"({"part":"V","text":"t"})"},
      {"opinion_refused", R"({"part":"V","note":"none needed"})"},
      {"share_added", R"({"part":"W"})"},
      {"share_contacted", R"({"part":"U","form":"visit"})"},
      {"share_replied", R"({"part":"U","class":"A","reply_no":"r1"})"},
      {"share_answered_again", R"({"part":"U","class":"A","reply_no":"r2"})"},
      {"share_returned", R"({"part":"U","reason":"r"})"},
      {"share_rated", R"({"part":"U","result":"satisfied"})"},
      {"promise_recorded", R"({"part":1,"text":"t","due":"2017-12-31"})"},
      {"promise_fulfilled", R"({"part":1,"evidence":"urn:photo:1"})"},
      {"promise_explained", R"({"part":1,"text":"t"})"}};
  if (event == "submitted") {
    return R"({"number":")" + case_id +
           R"(","body":"npc","level":"city","session":"2017","title":"t","text":"t","lead_proposer":"p","in_session":false})";
  }
  const auto it = data.find(event);
  return it == data.end() ? "{}" : it->second;
}

}  // namespace docket::testing
