// The data that a supervision event has in tests if nothing else is said: a document's matter, the lead U, due at the end of June 2017.
#pragma once

#include <map>
#include <string>

namespace docket::testing {

inline std::string supervision_data(const std::string& event) {
  static const std::map<std::string, std::string> data{
      {"proposed", R"({"source":"document","matter":"rivers","year":2017,"form":"special"})"},
      {"approved", R"({"plan_no":"2017-1","approver":"mayor","scope":"s"})"},
      {"not_approved", R"({"reason":"r"})"},
      {"dispatched", R"({"notice_no":"n1","lead":"U","due":"2017-06-30","report_cycle":"month"})"},
      {"accepted", R"({"contact":"zhao"})"},
      {"objected", R"({"reason":"r","proposal":"p"})"},
      {"plan_submitted", R"({"plan":"urn:plan:1"})"},
      {"progress_verified", R"({"status":"on_schedule","method":"site_visit","finding":"f"})"},
      {"progress_disputed", R"({"status":"behind","method":"unannounced","finding":"f"})"},
      {"notice_issued", R"({"level":"blue","no":"d1","due":"2017-05-31"})"},
      {"target_adjusted", R"({"target":9,"old":10,"approver":"mayor","reason":"r"})"},
      {"suspended", R"({"approver":"mayor","reason":"r"})"},
      {"resumed", R"({"approver":"mayor","reason":"r"})"},
      {"cancelled", R"({"approver":"mayor","reason":"r"})"},
      {"completion_claimed", R"({"evidence":["urn:photo:1"]})"},
      {"completion_verified", R"({"date":"2017-06-01"})"},
      {"completion_refused", R"({"reason":"r"})"},
      {"conclusion_issued", R"({"facts":"f","conclusion":"c","to":"U"})"},
      {"review_requested", R"({"reason":"r"})"},
      {"review_decided", R"({"decision":"d"})"},
      {"rectification_ordered", R"({"rectify_due":"2017-07-31","items":[1],"text":"t"})"},
      {"rectification_checked", R"({"result":"r"})"},
      {"praise_proposed", R"({"target":"U","basis":"b"})"},
      {"criticism_proposed", R"({"target":"U","basis":"b"})"},
      {"accountability_proposed", R"({"target":"U","basis":"b"})"},
      {"measure_approved", R"({"target":"U","basis":"b","approver":"mayor"})"},
      {"clue_transferred", R"({"clue":"c"})"},
      {"reopened", R"({"trigger":"rebound","due":"2017-09-29"})"},
      {"openness_set", R"({"openness":["execution"]})"},
      {"disclosed", R"({"aspect":"execution","url":"https://example.org/1","redacted":true})"},
      {"assist_filed", R"({"part":"V","text":"t"})"},
      {"progress_reported",
       R"({"part":"2017-03-31","pct":25,"period":"2017-03","next_step":"n","evidence":["urn:photo:1"],"signer":"head"})"},
      {"milestone_planned", R"({"part":1,"date":"2017-04-28","deliverable":"d","share":50})"},
      {"milestone_reached", R"({"part":1,"evidence":"urn:photo:1"})"},
      {"decomposed", R"({"part":1,"case":"S2","weight":1,"leader":"deputy"})"},
      {"child_completed", R"({"part":1})"},
      {"child_dropped", R"({"part":1,"reason":"r"})"},
      {"rectification_reported", R"({"part":1,"evidence":["urn:photo:1"]})"}};
  const auto it = data.find(event);
  return it == data.end() ? "{}" : it->second;
}

}  // namespace docket::testing
