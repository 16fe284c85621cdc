// Alarms that stand: numbers that name one case and that several have. They stop nothing; a person settles them.
#include "connectors/node/answers.h"
#include "connectors/node/page_token.h"

namespace docket::node {
namespace {

// By the names of the alias's attributes, as the kind has them now; a kind or alias that is gone: "1", "2" ...
json::object values_json(const Reading& reading, const AliasConflict& conflict) {
  json::object out;
  const auto* kind = definition::find_name(reading.bundle.kind_ids, conflict.kind);
  const auto* scope = kind == nullptr ? nullptr : &reading.bundle.kinds[*kind].scopes[0];
  const auto* alias = scope == nullptr ? nullptr : definition::find_name(scope->attribute_ids, conflict.alias);
  const bool same = alias != nullptr && scope->attributes[*alias].alias.size() == conflict.values.size();
  for (std::size_t i = 0; i < conflict.values.size(); ++i) {
    out[same ? scope->attributes[scope->attributes[*alias].alias[i]].name : std::to_string(i + 1)] = conflict.values[i];
  }
  return out;
}

}  // namespace

json::object conflict_json(const Reading& reading, const AliasConflict& conflict) {
  return {{"alarm", "alias"},
          {"kind", conflict.kind},
          {"alias", conflict.alias},
          {"values", values_json(reading, conflict)},
          {"cases", json::array(conflict.cases.begin(), conflict.cases.end())}};
}

service::Answer answer_alarms(const Reading& reading, const Params& params) {
  const auto page_size = asked_page_size(params, 50);
  const auto found = reading.store.conflicts(page_place(params), page_size);
  json::array rows;
  for (const auto& conflict : found.conflicts) rows.push_back(conflict_json(reading, conflict));
  json::object page{{"alarms", std::move(rows)}, {"page_size", page_size}, {"complete", found.complete}};
  const std::string next = found.next.empty() ? std::string() : page_token(params.query(), found.next);
  if (!next.empty()) page["next_page_token"] = next;
  auto answer = json_answer(page);
  answer.next_page = next;
  return answer;
}

}  // namespace docket::node
