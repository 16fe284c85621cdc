// The data of an event against its definition, and its identity.
#include <algorithm>
#include <numeric>

#include "engine/ingest/describe.h"
#include "engine/ingest/json_scan.h"
#include "engine/ingest/json_text.h"
#include "engine/ingest/names.h"
#include "engine/ingest/state.h"

namespace docket::ingest {

using model::Rejection;

namespace {

// Members of the content in RFC 8785 order; `data` lies between authid and id.
constexpr std::array kBeforeData{Attr::kActorrole, Attr::kActorunit, Attr::kApprovedby, Attr::kAuthid};
constexpr std::array kAfterData{Attr::kId, Attr::kOnbehalfof, Attr::kSource, Attr::kSubject, Attr::kTime, Attr::kType};

std::string data_pointer(std::string_view name) {
  std::string pointer = "#/data";
  append_pointer(pointer, name);
  return pointer;
}

void add_issues(const std::vector<CanonicalIssue>& issues, const std::string& pointer, bool show, Findings& findings) {
  for (const auto& issue : issues) {
    switch (issue.kind) {
      case CanonicalIssue::Kind::kInexact:
        findings.add(Rejection::kInexactNumber, pointer + issue.pointer, kOutOfRange,
                     std::string("found ") + (show ? quote(issue.found) : "a number") +
                         ", which a double can't hold exactly; expected at most " +
                         "15 significant digits, a whole number of at most 2^53, or a string");
        break;
      case CanonicalIssue::Kind::kDuplicate:
        findings.add(Rejection::kInvalidData, pointer + issue.pointer, kWrongValue,
                     show ? "the member name " + quote(issue.found) + " stands twice" : "a member name stands twice");
        break;
      case CanonicalIssue::Kind::kDepth:
        findings.add(Rejection::kMalformed, pointer + issue.pointer, kOutOfRange, "nested deeper than " + std::to_string(kDepthMax));
        break;
      case CanonicalIssue::Kind::kText:
        findings.add(Rejection::kMalformed, pointer + issue.pointer, kBadFormat, "half a surrogate pair in a string");
        break;
    }
  }
}

}  // namespace

void Ingest::State::check_data(model::Event& event, const Split& split, Findings& findings) {
  const std::string_view data = split.at(Attr::kData);
  if (!data.empty() && type_of(data) != JsonType::kObject) {
    findings.add(Rejection::kInvalidData, "#/data", kWrongType, "found " + describe(data, false) + ", expected an object");
    return;
  }
  const definition::EventDef* event_def = def(event);
  for (auto& row : event.data) {
    const auto* index = event_def == nullptr ? nullptr : definition::find_name(event_def->field_ids, row.name);
    if (index == nullptr) {
      row.is_private = true;
      if (row.raw != "null") row.value = model::Value::sealed({});
      continue;
    }
    const definition::FieldDef& field = event_def->fields[*index];
    row.field = *index;
    row.is_private = field.spec.is_private;
    if (row.raw == "null") continue;
    row.value = fields.parse(field.spec, row.name, row.raw, findings);
    if (field.is_part_key) event.part_key = row.value;
    const bool links = field.link != model::kNone8 || (event_def->action == definition::EventAction::kLinked && row.name == "target");
    const bool no_case = links && row.value.type() == model::Value::Type::kText && !valid_subject(row.value.as_text());
    if (no_case)
      findings.add(Rejection::kInvalidData, data_pointer(field.name), kBadFormat,
                   "found " + quote(row.value.as_text()) + ", expected a case id, [A-Za-z0-9._:-]{1,64}");
  }
  if (event_def != nullptr) check_action(event, *event_def, findings);
  check_required(event, findings);
}

// Of common events: nobody approves what he does himself, and what takes a case out of the figures is no mere link.
void Ingest::State::check_action(const model::Event& event, const definition::EventDef& event_def, Findings& findings) {
  using Action = definition::EventAction;
  const auto text = [&](std::string_view name) -> std::string_view {
    const auto* index = definition::find_name(event_def.field_ids, name);
    const auto* row = index != nullptr ? event.find(*index) : nullptr;
    return row != nullptr && row->value.type() == model::Value::Type::kText ? std::string_view(row->value.as_text()) : std::string_view();
  };
  switch (event_def.action) {
    case Action::kCorrected:
    case Action::kVoided:
    case Action::kGateWaived:
    case Action::kClockAdjusted:
    case Action::kMigrated:
      if (!event.authid.empty() && text("approver") == event.authid)
        findings.add(Rejection::kSelfApproved, data_pointer("approver"), kWrongValue,
                     "found the author's own authid, expected somebody else");
      return;
    case Action::kLinked: {
      const auto& kind = bundle->kinds[event.kind];
      const auto* id = definition::find_name(kind.link_ids, text("link"));
      if (id == nullptr || !kind.links[*id].counts_primary) return;
      const auto by = std::find_if(kind.events.begin(), kind.events.end(), [&](const auto& one) { return one.link == *id; });
      findings.add(Rejection::kInvalidData, data_pointer("link"), kWrongValue,
                   "found " + quote(text("link")) + ", a link that takes the case out of figures, expected another; it is made by " +
                       (by != kind.events.end() ? by->name : "no event"));
      return;
    }
    default:
      return;
  }
}

void Ingest::State::check_required(const model::Event& event, Findings& findings) {
  const definition::EventDef* event_def = def(event);
  seen.assign(event_def == nullptr ? 0 : event_def->fields.size(), 0);
  for (const auto& row : event.data) {
    if (row.field < seen.size() && row.raw != "null") seen[row.field] = 1;
  }
  for (std::size_t i = 0; i < seen.size(); ++i) {
    const definition::FieldDef& field = event_def->fields[i];
    if (seen[i] == 0 && field.required) {
      findings.add(Rejection::kInvalidData, data_pointer(field.name), kMissing, "missing, expected " + expected(*bundle, field.spec));
    }
  }
}

void Ingest::State::identify(model::Event& event, const Split& split, Findings& findings) {
  content.assign("{");
  const auto append_name = [&](std::string_view name) {
    if (content.size() > 1) content.push_back(',');
    append_member_name(content, name, false);
  };
  const auto append_attributes = [&](const auto& attrs) {
    for (const Attr attr : attrs) {
      if (split.at(attr).empty()) continue;
#ifdef DOCKET_FAULT_TAG_WITHOUT_ACTOR
      if (attr == Attr::kAuthid || attr == Attr::kActorunit) continue;
#endif
      append_name(name_of(attr));
      if (attr == Attr::kTime && event.time != model::kNoInstant) {
        append_json_number(content, event.time);
      } else {
        canonical.append(content, split.at(attr), 2);
      }
      if (canonical.issues().empty()) continue;
      std::string pointer = "#";
      append_pointer(pointer, name_of(attr));
      // A number in a string attribute is a finding of its own already.
      std::erase_if(canonical.issues(), [](const CanonicalIssue& issue) { return issue.kind == CanonicalIssue::Kind::kInexact; });
      add_issues(canonical.issues(), pointer, true, findings);
      canonical.clear_issues();
    }
  };
  append_attributes(kBeforeData);

  append_name("data");
  const std::string_view data = split.at(Attr::kData);
  if (!data.empty() && type_of(data) != JsonType::kObject) {
    canonical.append(content, data, 2);
    add_issues(canonical.issues(), "#/data", false, findings);
    canonical.clear_issues();
  } else {
    content.push_back('{');
    order.resize(event.data.size());
    std::iota(order.begin(), order.end(), 0U);
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
      const std::string_view x = event.data[a].name;
      const std::string_view y = event.data[b].name;
      return x == y ? a < b : utf16_less(x, y);
    });
    const model::DataField* before = nullptr;
    for (const auto index : order) {
      const model::DataField& row = event.data[index];
      if (before != nullptr) content.push_back(',');
      if (before != nullptr && before->name == row.name) {
        findings.add(Rejection::kInvalidData, data_pointer(row.name), kWrongValue, "this member name stands twice");
      }
      before = &row;
      append_member_name(content, row.name, !stands_in_text(event, row.name));
      canonical.append(content, row.raw, 3);
      if (canonical.issues().empty()) continue;
      add_issues(canonical.issues(), data_pointer(row.name), !row.is_private, findings);
      canonical.clear_issues();
    }
    content.push_back('}');
  }
  append_attributes(kAfterData);
  content.push_back('}');
  event.identity.fingerprint = digest.fingerprint(event.source, event.id);
  event.identity.tag = digest.tag(content);
}

}  // namespace docket::ingest
