#include "engine/ingest/canonical.h"

#include <algorithm>

#include "engine/ingest/describe.h"
#include "engine/ingest/ingest.h"
#include "engine/ingest/json_check.h"
#include "engine/ingest/json_scan.h"
#include "engine/ingest/json_text.h"
#include "engine/ingest/number.h"

namespace docket::ingest {
namespace {

constexpr std::size_t kIssuesMax = 50;

}  // namespace

bool utf16_less(std::string_view a, std::string_view b) {
  const std::size_t shared = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < shared; ++i) {
    const auto x = static_cast<unsigned char>(a[i]);
    const auto y = static_cast<unsigned char>(b[i]);
    if (x == y) continue;
    // Code points from U+10000 (lead bytes F0 and above) are surrogates in UTF-16 and so lie before U+E000 (EE, EF).
    if (x >= 0xF0 && (y == 0xEE || y == 0xEF)) return true;
    if (y >= 0xF0 && (x == 0xEE || x == 0xEF)) return false;
    return x < y;
  }
  return a.size() < b.size();
}

void append_member_name(std::string& out, std::string_view name, bool escape) {
  out.push_back('"');
  if (escape) {
    append_json_escaped(out, name);
  } else {
    out.append(name);
  }
  out += "\":";
}

void Canonical::issue(CanonicalIssue::Kind kind, std::string_view found) {
  if (issues_.size() < kIssuesMax) issues_.push_back({kind, {}, std::string(found)});
}

void Canonical::prefix_issues(std::size_t from, std::string_view token) {
  for (std::size_t i = from; i < issues_.size(); ++i) {
    std::string pointer;
    append_pointer(pointer, token);
    issues_[i].pointer.insert(0, pointer);
  }
}

void Canonical::append_string(std::string& out, std::string_view raw) {
  std::string_view text;
  if (!has_escape(raw)) {
    out.append(raw);
  } else if (string_text(raw, scratch_, text)) {
    append_json_string(out, text);
  } else {
    issue(CanonicalIssue::Kind::kText, raw);
    out.append(raw);
  }
}

void Canonical::append_object(std::string& out, std::string_view value, int depth) {
  const std::size_t base = members_.size();
  const std::size_t issues_before = issues_.size();
  MemberReader reader(value);
  while (reader.next()) {
    Member member{reader.key(), reader.key(), reader.value()};
    if (has_escape(member.raw)) {
      std::string& decoded = keys_.emplace_front();
      if (!append_decoded(decoded, member.raw)) issue(CanonicalIssue::Kind::kText, member.raw);
      member.key = decoded;
    }
    members_.push_back(member);
  }
  if (reader.broken()) issue(CanonicalIssue::Kind::kText, value.substr(0, 40));
  const auto rows = members_.begin() + static_cast<std::ptrdiff_t>(base);
  std::sort(rows, members_.end(),
            [](const Member& a, const Member& b) { return a.key == b.key ? a.raw.data() < b.raw.data() : utf16_less(a.key, b.key); });
  const auto twin = std::adjacent_find(rows, members_.end(), [](const Member& a, const Member& b) { return a.key == b.key; });
  if (twin != members_.end() && issues_.size() == issues_before) issue(CanonicalIssue::Kind::kDuplicate, twin->key);
  out.push_back('{');
  const std::size_t count = members_.size();
  for (std::size_t i = base; i < count; ++i) {
    const Member member = members_[i];  // a copy: nested objects grow the stack
    if (i > base) out.push_back(',');
    append_member_name(out, member.key, member.key.data() != member.raw.data());
    const std::size_t before = issues_.size();
    append(out, member.value, depth + 1);
    if (issues_.size() > before) prefix_issues(before, member.key);
  }
  out.push_back('}');
  members_.resize(base);
  if (base == 0) keys_.clear();
}

void Canonical::append_array(std::string& out, std::string_view value, int depth) {
  ItemReader reader(value);
  out.push_back('[');
  for (std::size_t i = 0; reader.next(); ++i) {
    if (i > 0) out.push_back(',');
    const std::size_t before = issues_.size();
    append(out, reader.value(), depth + 1);
    if (issues_.size() > before) prefix_issues(before, std::to_string(i));
  }
  if (reader.broken()) issue(CanonicalIssue::Kind::kText, value.substr(0, 40));
  out.push_back(']');
}

void Canonical::append(std::string& out, std::string_view value, int depth) {
  switch (type_of(value)) {
    case JsonType::kString:
      append_string(out, value);
      return;
    case JsonType::kNumber:
      if (!append_canonical_number(out, value)) issue(CanonicalIssue::Kind::kInexact, value);
      return;
    case JsonType::kObject:
    case JsonType::kArray:
      if (depth > kDepthMax) {
        issue(CanonicalIssue::Kind::kDepth, {});
        out.append(value);
      } else if (value[0] == '{') {
        append_object(out, value, depth);
      } else {
        append_array(out, value, depth);
      }
      return;
    case JsonType::kFlag:
    case JsonType::kNull:
      out.append(value);
      return;
    case JsonType::kBroken:
      break;
  }
  issue(CanonicalIssue::Kind::kText, value.substr(0, 40));
  out.append(value);
}

Result<std::string> canonical_json(std::string_view json) {
  JsonCheck check;
  if (const std::string broken = check.check(json); !broken.empty()) return Error{ErrorCode::kInvalid, "not JSON: " + broken};
  Canonical canonical;
  std::string out;
  out.reserve(json.size());
  canonical.append(out, trim(json), 1);
  if (canonical.issues().empty()) return out;
  const CanonicalIssue& first = canonical.issues().front();
  std::string reason;
  switch (first.kind) {
    case CanonicalIssue::Kind::kInexact:
      reason = "a number that a double can't hold exactly: " + quote(first.found);
      break;
    case CanonicalIssue::Kind::kDuplicate:
      reason = "a duplicate member name: " + quote(first.found);
      break;
    case CanonicalIssue::Kind::kDepth:
      reason = "nested deeper than " + std::to_string(kDepthMax);
      break;
    case CanonicalIssue::Kind::kText:
      reason = "half a surrogate pair: " + quote(first.found);
      break;
  }
  return Error{ErrorCode::kInvalid, "#" + first.pointer + ": " + reason};
}

}  // namespace docket::ingest
