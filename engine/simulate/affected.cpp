#include "engine/simulate/affected.h"

#include <algorithm>
#include <string_view>

namespace docket::simulate {
namespace {

using definition::Bundle;

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

// As a whole word, or behind "rules.".
bool names(std::string_view text, const std::string& rule) {
  constexpr std::string_view kOf = "rules.";
  for (auto at = text.find(rule); at != std::string_view::npos; at = text.find(rule, at + 1)) {
    const auto end = at + rule.size();
    if (end < text.size() && is_word(text[end])) continue;
    const bool of = at >= kOf.size() && text.substr(at - kOf.size(), kOf.size()) == kOf;
    const auto begin = of ? at - kOf.size() : at;
    if (begin == 0 || !is_word(text[begin - 1])) return true;
  }
  return false;
}

std::string kind_of(const Bundle& was, const Bundle& changed, std::string_view path) {
  constexpr std::string_view kFolder = "definitions/";
  constexpr std::string_view kEnd = ".yaml";
  if (!path.starts_with(kFolder) || !path.ends_with(kEnd)) return {};
  std::string name(path.substr(kFolder.size(), path.size() - kFolder.size() - kEnd.size()));
  return was.kind_ids.contains(name) || changed.kind_ids.contains(name) ? name : std::string();
}

// The office's text without the list of its rule sets: what those say is compared rule by rule.
std::string without_sets(const std::string& text) {
  const auto begin = text.find("\nrules:");
  const auto end = begin == std::string::npos ? begin : text.find('\n', begin + 1);
  return begin == std::string::npos ? text : text.substr(0, begin) + (end == std::string::npos ? std::string() : text.substr(end));
}

class Affected {
 public:
  Affected(const Bundle& was, const Bundle& changed) : was_(was), changed_(changed) {}

  std::set<std::string> run() {
    for (const auto* bundle : {&was_, &changed_}) {
      for (const auto& [path, text] : bundle->texts) see_file(path);
    }
    for (const auto* bundle : {&was_, &changed_}) {
      for (const auto& rule : bundle->rules) see_rule(rule.name);
    }
    add_combined();
    return std::move(out_);
  }

 private:
  void add_all() {
    for (const auto* bundle : {&was_, &changed_}) {
      for (const auto& kind : bundle->kinds) out_.insert(kind.name);
    }
  }
  void see_file(const std::string& path) {
    const auto before = was_.texts.find(path);
    const auto after = changed_.texts.find(path);
    const bool both = before != was_.texts.end() && after != changed_.texts.end();
    if (both && before->second == after->second) return;
    if (path.starts_with("labels/") || path.starts_with("rules/")) return;
    if (both && path.starts_with("offices/") && without_sets(before->second) == without_sets(after->second)) return;
    if (auto kind = kind_of(was_, changed_, path); !kind.empty()) {
      out_.insert(std::move(kind));
    } else {
      add_all();
    }
  }
  void see_rule(const std::string& name) {
    const auto text_of = [&](const Bundle& bundle) {
      const auto* id = definition::find_name(bundle.rule_ids, name);
      return id == nullptr ? std::string() : bundle.rules[*id].text;
    };
    if (text_of(was_) == text_of(changed_)) return;
    for (const auto* bundle : {&was_, &changed_}) {
      for (const auto& [path, text] : bundle->texts) {
        if (!path.starts_with("definitions/") && !path.starts_with("metrics/")) continue;
        if (!names(text, name)) continue;
        if (auto kind = kind_of(was_, changed_, path); !kind.empty()) {
          out_.insert(std::move(kind));
        } else {
          add_all();
        }
      }
    }
  }
  void add_combined() {
    for (bool again = true; again;) {
      const auto size = out_.size();
      for (const auto* bundle : {&was_, &changed_}) {
        for (const auto& metric : bundle->metrics) {
          std::set<std::string> kinds;
          for (const auto& [part, weight] : metric.combine) {
            if (const auto kind = bundle->metrics[part].kind; kind != model::kNone16) kinds.insert(bundle->kinds[kind].name);
          }
          const bool any = std::any_of(kinds.begin(), kinds.end(), [&](const auto& kind) { return out_.contains(kind); });
          if (any) out_.merge(kinds);
        }
      }
      again = out_.size() != size;
    }
  }

  const Bundle& was_;
  const Bundle& changed_;
  std::set<std::string> out_;
};

}  // namespace

std::set<std::string> affected_kinds(const Bundle& was, const Bundle& changed) { return Affected(was, changed).run(); }

}  // namespace docket::simulate
