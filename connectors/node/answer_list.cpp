// Lists of cases: by kind and filters, page by page, now or as of an instant; or by another number of theirs.
#include <algorithm>
#include <set>

#include "connectors/node/answers.h"
#include "connectors/node/case_filters.h"
#include "connectors/node/page_token.h"

namespace docket::node {
namespace {

constexpr std::size_t kIdsAtOnce = 1000;

service::Answer by_alias(const Reading& reading, const Params& params, const AsOf& as_of) {
  static_cast<void>(page_place(params));  // all come at once, so there is none
  const auto filters = read_filters(reading, params, false);
  const auto kinds = params.all("kind");
  std::set<std::string> ids;
  for (std::size_t k = 0; k < reading.bundle.kinds.size(); ++k) {
    if (!kinds.empty() && std::find(kinds.begin(), kinds.end(), reading.bundle.kinds[k].name) == kinds.end()) continue;
    for (const auto& alias : params.all("alias")) {
      for (auto& id : reading.store.by_alias(reading.bundle, static_cast<model::KindId>(k), alias)) ids.insert(std::move(id));
    }
  }
  json::array rows;
  for (const auto& id : ids) {
    const auto state = reading.case_as_of(id, as_of);
    if (state != nullptr && fits(reading, filters, *state, as_of.at)) rows.push_back(case_row(reading, *state, as_of.at));
  }
  json::object out;
  if (params.flag("include_total")) out["total"] = rows.size();
  out["cases"] = std::move(rows);
  echo_axes(out, reading, as_of);
  return json_answer(out);
}

}  // namespace

service::Answer answer_cases(const Reading& reading, const Params& params) {
  const AsOf as_of = reading.as_of(params);
  if (params.text("alias")) return by_alias(reading, params, as_of);
  const auto filters = read_filters(reading, params, true);
  const auto page_size = asked_page_size(params, 50);
  const bool total = params.flag("include_total");
  const bool past = as_of.past_at() || as_of.past_known();
  std::string after = page_place(params);
  json::array rows;
  std::int64_t count = 0;
  std::string next;
  for (bool more = true; more;) {
    // A past list looks at every case of the kind: what fits now need not have fitted then.
    const auto ids = reading.store.list(reading.bundle, filters.kind, past ? std::vector<ListFilter>{} : filters.listed, after, kIdsAtOnce);
    more = ids.size() == kIdsAtOnce;
    for (const auto& id : ids) {
      after = id;
      const auto state = reading.case_as_of(id, as_of);
      if (state == nullptr || !fits(reading, filters, *state, as_of.at)) continue;
      ++count;
      if (rows.size() < page_size) {
        rows.push_back(case_row(reading, *state, as_of.at));
        if (rows.size() == page_size) next = id;
      } else if (!total) {
        more = false;
        break;
      }
    }
    if (!total && rows.size() == page_size && count > static_cast<std::int64_t>(page_size)) break;
  }
  next = count > static_cast<std::int64_t>(page_size) ? page_token(params.query(), next) : std::string();
  json::object out{{"cases", std::move(rows)}, {"page_size", page_size}};
  if (!next.empty()) out["next_page_token"] = next;
  if (total) out["total"] = count;
  echo_axes(out, reading, as_of);
  if (past) out["exact"] = true;
  auto answer = json_answer(out);
  answer.next_page = next;
  return answer;
}

}  // namespace docket::node
