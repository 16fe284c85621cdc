// RFC 8785 (JSON Canonicalization Scheme) over JSON text, without building a tree.
// Thread rule: one Canonical per thread (it reuses its scratch).
#pragma once

#include <forward_list>
#include <string>
#include <string_view>
#include <vector>

namespace docket::ingest {

inline constexpr int kDepthMax = 32;  // of an event: the event itself is 1, its data 2

// Order of RFC 8785: by UTF-16 code units, for UTF-8 texts.
[[nodiscard]] bool utf16_less(std::string_view a, std::string_view b);

// "name": with its colon; `escape`: it may hold characters that JSON escapes.
void append_member_name(std::string& out, std::string_view name, bool escape);

struct CanonicalIssue {
  enum class Kind : unsigned char { kInexact, kDuplicate, kDepth, kText };
  Kind kind = Kind::kText;
  std::string pointer;  // below the value given to append(): "/a/0"
  std::string found;    // the number as spelled, or the member name
};

class Canonical {
 public:
  // Appends the canonical form of one value that stands `depth` levels deep. Where it has none (see CanonicalIssue) it
  // appends what was written, so that equal texts still give equal forms, and remembers the issue.
  void append(std::string& out, std::string_view value, int depth);
  [[nodiscard]] std::vector<CanonicalIssue>& issues() { return issues_; }
  void clear_issues() { issues_.clear(); }

 private:
  struct Member {
    std::string_view key;  // decoded
    std::string_view raw;  // without its quotes
    std::string_view value;
  };
  void append_object(std::string& out, std::string_view value, int depth);
  void append_array(std::string& out, std::string_view value, int depth);
  void append_string(std::string& out, std::string_view raw);
  void issue(CanonicalIssue::Kind kind, std::string_view found);
  void prefix_issues(std::size_t from, std::string_view token);

  std::vector<Member> members_;          // a stack: each open object owns the rows from its base on
  std::forward_list<std::string> keys_;  // decoded keys that had escapes
  std::vector<CanonicalIssue> issues_;
  std::string scratch_;
};

}  // namespace docket::ingest
