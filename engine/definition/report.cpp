#include "engine/definition/report.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace docket::definition {

void Report::error(const Node& at, std::string message, std::string suggestion) {
  ++errors_;
  found_.push_back(
      {Severity::kError, at.file == nullptr ? std::string() : *at.file, at.line, at.column, std::move(message), std::move(suggestion)});
}

void Report::warn(const Node& at, std::string message) {
  found_.push_back({Severity::kWarning, at.file == nullptr ? std::string() : *at.file, at.line, at.column, std::move(message), {}});
}

void Report::error_at(const std::string& file, int line, int column, std::string message) {
  ++errors_;
  found_.push_back({Severity::kError, file, line, column, std::move(message), {}});
}

std::vector<Diagnostic> Report::take() {
  const auto key = [](const Diagnostic& d) { return std::tie(d.file, d.line, d.column, d.message); };
  std::stable_sort(found_.begin(), found_.end(), [&](const Diagnostic& a, const Diagnostic& b) { return key(a) < key(b); });
  found_.erase(std::unique(found_.begin(), found_.end(), [&](const Diagnostic& a, const Diagnostic& b) { return key(a) == key(b); }),
               found_.end());
  return std::move(found_);
}

std::string Diagnostic::format() const {
  std::string out = file + ":" + std::to_string(line) + ":" + std::to_string(column) + ": ";
  out += severity == Severity::kError ? "error: " : "warning: ";
  out += message;
  if (!suggestion.empty()) out += "; did you mean " + suggestion + "?";
  return out;
}

namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {  // with swaps of neighbours
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

}  // namespace

std::string nearest(std::string_view word, const Names& known) {
  constexpr std::size_t kLongest = 64;
  constexpr std::size_t kBeginning = 2;  // a word that begins another (or is begun by it) counts as two letters off
  if (word.size() > kLongest) return {};
  const std::size_t limit = std::max<std::size_t>(1, word.size() / 3);
  std::size_t best = std::max(limit, kBeginning) + 1;
  std::string_view found;
  for (const std::string_view name : known) {
    if (name.size() > kLongest || name == word) continue;
    std::size_t distance = edit_distance(word, name);
    const bool begins = word.size() >= 3 && name.size() >= 3 && (name.starts_with(word) || word.starts_with(name));
    if (begins) distance = std::min(distance, kBeginning);
    if (distance < best && (distance <= limit || begins)) {
      best = distance;
      found = name;
    }
  }
  return std::string(found);
}

std::string join(const Names& names) {
  std::string out;
  for (const std::string_view name : names) {
    if (!out.empty()) out += ", ";
    out += name;
  }
  return out;
}

void Fields::check(const Names& allowed) const {
  if (!node_.is_map()) {
    report_.error(node_, where_ + ": a map of keys and values belongs here, one of its keys " + join(allowed));
    return;
  }
  for (const Node& key : node_.keys) {
    if (std::find(allowed.begin(), allowed.end(), key.text) != allowed.end()) continue;
    report_.error(key, where_ + ": unknown key " + key.text + "; known are " + join(allowed), nearest(key.text, allowed));
  }
}

const Node* Fields::need(std::string_view key) const {
  const Node* found = get(key);
  if (found == nullptr && node_.is_map()) report_.error(node_, where_ + ": " + std::string(key) + " is missing");
  return found;
}

const Node* Fields::scalar(std::string_view key) const {
  const Node* found = get(key);
  if (found != nullptr && !found->is_scalar()) {
    report_.error(*found, where_ + ": " + std::string(key) + " is one word, not a list or map");
    return nullptr;
  }
  return found;
}

const Node* Fields::need_scalar(std::string_view key) const { return need(key) == nullptr ? nullptr : scalar(key); }

const Node* Fields::map(std::string_view key) const {
  const Node* found = get(key);
  if (found != nullptr && !found->is_map()) {
    report_.error(*found, where_ + ": " + std::string(key) + " is a map, {name: ...}");
    return nullptr;
  }
  return found;
}

std::vector<const Node*> Fields::words(std::string_view key) const {
  const Node* found = get(key);
  if (found == nullptr) return {};
  return read_words(*found, where_ + ": " + std::string(key), report_);
}

bool Fields::flag(std::string_view key) const {
  const Node* found = scalar(key);
  if (found == nullptr) return false;
  if (found->text != "true" && found->text != "false") {
    report_.error(*found, where_ + ": " + std::string(key) + " is true or false, not " + found->text,
                  nearest(found->text, {"true", "false"}));
  }
  return found->text == "true";
}

std::optional<std::int64_t> Fields::integer(std::string_view key, std::int64_t min, std::int64_t max) const {
  const Node* found = scalar(key);
  if (found == nullptr) return std::nullopt;
  const auto number = parse_integer(found->text);
  if (!number || *number < min || *number > max) {
    report_.error(*found, where_ + ": " + std::string(key) + " is a whole number from " + std::to_string(min) + " to " +
                              std::to_string(max) + ", not " + found->text);
    return std::nullopt;
  }
  return number;
}

std::vector<const Node*> read_words(const Node& node, const std::string& where, Report& report) {
  std::vector<const Node*> out;
  if (node.is_scalar()) {
    out.push_back(&node);
    return out;
  }
  if (!node.is_list()) {
    report.error(node, where + ": a word or a list of words belongs here");
    return out;
  }
  if (node.items.empty()) report.error(node, where + ": an empty list; leave the key out");
  for (const Node& item : node.items) {
    if (!item.is_scalar()) {
      report.error(item, where + ": a word belongs here, not a list or map");
      continue;
    }
    const bool twice = std::any_of(out.begin(), out.end(), [&](const Node* other) { return other->text == item.text; });
    if (twice) {
      report.error(item, where + ": " + item.text + " stands twice");
    } else {
      out.push_back(&item);
    }
  }
  return out;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  const bool negative = !text.empty() && text[0] == '-';
  if (negative) text.remove_prefix(1);
  if (text.empty() || text.size() > 15 || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return negative ? -value : value;
}

std::optional<std::int64_t> parse_thousandths(std::string_view text) {
  const bool negative = !text.empty() && text[0] == '-';
  if (negative) text.remove_prefix(1);
  if (text.empty() || text[0] == '-') return std::nullopt;
  const std::size_t dot = text.find('.');
  const auto whole = parse_integer(text.substr(0, dot));
  if (!whole || *whole > 1'000'000'000'000) return std::nullopt;
  std::int64_t value = *whole * 1000;
  if (dot != std::string_view::npos) {
    const std::string_view digits = text.substr(dot + 1);
    if (digits.empty() || digits.size() > 3) return std::nullopt;
    std::int64_t scale = 100;
    for (const char c : digits) {
      if (c < '0' || c > '9') return std::nullopt;
      value += (c - '0') * scale;
      scale /= 10;
    }
  }
  return negative ? -value : value;
}

std::optional<std::int32_t> parse_time_of_day(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  for (const std::size_t at : {0U, 1U, 3U, 4U}) {
    if (text[at] < '0' || text[at] > '9') return std::nullopt;
  }
  const int hour = (text[0] - '0') * 10 + (text[1] - '0');
  const int minute = (text[3] - '0') * 10 + (text[4] - '0');
  if (minute > 59 || hour > 24 || (hour == 24 && minute > 0)) return std::nullopt;
  return (hour * 60 + minute) * 60'000;
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

}  // namespace docket::definition
