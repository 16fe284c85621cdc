// Collects the checker's findings; and reads a YAML tree strictly, so that every unknown word is found and answered
// with the nearest known one.
// Thread rule: one compile, one thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/definition/compile.h"
#include "engine/definition/yaml_reader.h"

namespace docket::definition {

class Report {
 public:
  void error(const Node& at, std::string message, std::string suggestion = {});
  void warn(const Node& at, std::string message);
  void error_at(const std::string& file, int line, int column, std::string message);
  [[nodiscard]] std::size_t errors() const { return errors_; }
  [[nodiscard]] std::vector<Diagnostic> take();  // in file order, each once

 private:
  std::vector<Diagnostic> found_;
  std::size_t errors_ = 0;
};

using Names = std::vector<std::string_view>;

// The nearest of `known` by edit distance, or "" if none is near.
[[nodiscard]] std::string nearest(std::string_view word, const Names& known);
[[nodiscard]] std::string join(const Names& names);

// Reads one map with a closed set of keys.
class Fields {
 public:
  // Reports every key that is not in `allowed`. `where`: "event created", for messages.
  template <std::size_t N>
  Fields(const Node& node, std::string where, Report& report, const std::string_view (&allowed)[N])
      : node_(node), where_(std::move(where)), report_(report) {
    check(Names(allowed, allowed + N));
  }

  [[nodiscard]] const Node& node() const { return node_; }
  [[nodiscard]] const std::string& where() const { return where_; }
  [[nodiscard]] const Node* get(std::string_view key) const { return node_.find(key); }
  [[nodiscard]] const Node* need(std::string_view key) const;    // reports when it is missing
  [[nodiscard]] const Node* scalar(std::string_view key) const;  // null when absent or no scalar (reported)
  [[nodiscard]] const Node* need_scalar(std::string_view key) const;
  [[nodiscard]] const Node* map(std::string_view key) const;                 // null when absent or no map (reported)
  [[nodiscard]] std::vector<const Node*> words(std::string_view key) const;  // a scalar or a list of scalars, none twice
  [[nodiscard]] bool flag(std::string_view key) const;                       // true or false; absent = false
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view key, std::int64_t min, std::int64_t max) const;

 private:
  void check(const Names& allowed) const;

  const Node& node_;
  std::string where_;
  Report& report_;
};

[[nodiscard]] std::vector<const Node*> read_words(const Node& node, const std::string& where, Report& report);
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view text);
[[nodiscard]] std::optional<std::int64_t> parse_thousandths(std::string_view text);  // at most three digits
[[nodiscard]] std::optional<std::int32_t> parse_time_of_day(std::string_view text);  // "09:00", "24:00" -> ms
[[nodiscard]] bool is_name(std::string_view text);                                   // [A-Za-z0-9_-]+, as of a state or a code

}  // namespace docket::definition
