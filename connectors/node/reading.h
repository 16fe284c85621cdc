// What every read needs: the bundle, the projections, the ledger's records, the instants it is asked for. One per request.
// Thread rule: one thread; everything behind it is shared and thread-safe.
#pragma once

#include <boost/json.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "connectors/node/read_model.h"
#include "connectors/service/service.h"
#include "engine/apply/history.h"
#include "engine/partition/history_loader.h"
#include "engine/partition/records.h"
#include "engine/partition/rulebooks.h"

namespace docket::node {

namespace json = boost::json;
using model::Day;
using model::Instant;

// A parameter that can't be used: becomes a 400 invalid-parameter.
struct BadParameter {
  std::string name;
  std::string detail;
};

class Params {
 public:
  explicit Params(const service::Query& query) : query_(query) {}
  [[nodiscard]] std::optional<std::string> text(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> all(std::string_view name) const;
  [[nodiscard]] bool flag(std::string_view name) const;  // throws BadParameter
  [[nodiscard]] std::int64_t integer(std::string_view name, std::int64_t otherwise) const;
  [[nodiscard]] const service::Query& query() const { return query_; }

 private:
  const service::Query& query_;
};

// The two axes of a read. Both inclusive; a bare date is the end of that local day; default now.
struct AsOf {
  Instant now = 0;
  Instant at = 0;
  Instant known_at = 0;
  bool at_given = false;
  bool known_given = false;
  std::optional<Day> at_day;  // `at` is exactly the end of that local day
  std::optional<Day> known_day;
  std::optional<std::uint32_t> version;  // only the case's first acceptances, so many
  [[nodiscard]] bool past_at() const { return at < now; }
  [[nodiscard]] bool past_known() const { return known_at < now || version.has_value(); }
};

// By name: how each of its versions stands, for whoever shows it.
using MetricVersions = std::map<std::string, json::array, std::less<>>;

struct Reading {
  const definition::Bundle& bundle;  // what decides for new cases, or what one was opened with: see of()
  const ReadModel& store;
  const partition::RecordReader& records;
  partition::Rulebooks& books;
  partition::RecordSealer& sealer;
  Instant now = 0;
  const MetricVersions* decided = nullptr;  // what was decided about metrics; null: nothing

  // The same by what that case was opened with.
  [[nodiscard]] Reading of(const model::CaseState& state) const;
  [[nodiscard]] ingest::Ingest& ingest() const { return books.named(bundle.id).ingest; }
  [[nodiscard]] AsOf as_of(const Params& params) const;
  [[nodiscard]] int partition_of(const std::string& case_id) const { return model::partition_of(case_id); }
  // The case as of both axes; nullptr: it did not exist then. Rows answer "now"; anything else is folded from its events.
  [[nodiscard]] model::CasePtr case_as_of(const std::string& case_id, const AsOf& as_of) const;
  [[nodiscard]] Result<apply::CaseHistory> history(const std::string& case_id, const AsOf& as_of) const;

  [[nodiscard]] json::object labels(const definition::Labels& labels) const;
  [[nodiscard]] std::string value_text(const model::Value& value) const;
  [[nodiscard]] json::value value_json(const model::Value& value) const;
  // Labels of a group's text: of a unit, code or inline value; empty if none.
  [[nodiscard]] json::object group_labels(const std::string& text) const;
};

__extension__ typedef __int128 Wide;  // NOLINT(modernize-use-using): products of counts and weights never overflow it

[[nodiscard]] json::value instant_json(Instant instant);  // null for kNoInstant
[[nodiscard]] service::Answer json_answer(const json::value& body, int status = 200);
[[nodiscard]] service::Answer not_found(const std::string& what, std::string_view language);
[[nodiscard]] service::Answer bad_parameter(const BadParameter& bad, std::string_view language);
// "90.00" of numerator / denominator in per cent is for screens; this is the rate 0-1 with 6 digits, half-up from the integers.
[[nodiscard]] json::value rate_json(std::int64_t numerator, std::int64_t denominator);
[[nodiscard]] const char* certainty_text(definition::Certainty certainty);
// {rule, value, source, certainty}: an assumed rule makes an assumed figure.
[[nodiscard]] json::object rule_json(const definition::RuleDef& rule);
void echo_axes(json::object& out, const Reading& reading, const AsOf& as_of);

}  // namespace docket::node
