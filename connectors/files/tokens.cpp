#include "connectors/files/tokens.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "engine/definition/report.h"
#include "engine/definition/yaml_reader.h"

namespace docket::files {
namespace {

using definition::Fields;
using definition::Names;
using definition::Node;
using definition::Report;

constexpr std::string_view kFileKeys[] = {"tokens"};
constexpr std::string_view kRowKeys[] = {"sha256", "may", "sources", "roles", "units"};
constexpr std::array<std::string_view, 4> kRights{"publish", "read", "metrics", "node"};
constexpr std::size_t kHashDigits = 64;

bool is_hash(std::string_view text) {
  return text.size() == kHashDigits &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

class TokensReader {
 public:
  TokensReader(service::Access::Callers& out, const definition::Bundle& bundle, Report& report) : out_(out), report_(report) {
    for (const auto& source : bundle.sources) {
      if (!source.own) sources_.push_back(source.name);
    }
    for (const auto& [name, id] : bundle.role_ids) roles_.push_back(name);
    for (const auto& unit : bundle.units) units_.push_back(bundle.symbols.text(unit.code));
    for (auto* names : {&sources_, &roles_, &units_}) std::sort(names->begin(), names->end());
  }

  void read(const Node& root) {
    if (!root.is_map()) {
      report_.error(root, "a tokens file is a map; it begins with tokens:");
      return;
    }
    const Fields fields(root, "tokens file", report_, kFileKeys);
    if (fields.need("tokens") == nullptr) return;
    const Node* rows = fields.map("tokens");
    for (std::size_t i = 0; rows != nullptr && i < rows->size(); ++i) read_row(rows->keys[i], rows->items[i]);
  }

 private:
  void read_row(const Node& key, const Node& node) {
    const std::string where = "token " + key.text;
    if (!node.is_map()) {
      report_.error(node, where + ": a map of sha256 and may");
      return;
    }
    const Fields fields(node, where, report_, kRowKeys);
    auto caller = std::make_shared<service::Caller>();
    caller->name = key.text;
    const Node* hash = fields.need_scalar("sha256");
    if (hash != nullptr && !is_hash(hash->text)) {
      report_.error(*hash, where + ": sha256 is the token's SHA-256, 64 digits 0-9 and a-f (docket token make " + key.text + ")");
    }
    read_rights(fields, *caller);
    caller->sources = read_names(fields, "sources", sources_);
    caller->roles = read_names(fields, "roles", roles_);
    caller->units = read_names(fields, "units", units_);
    if (caller->publish && fields.get("sources") == nullptr) {
      report_.error(node, where + ": may publish, so sources must say under which (a list, or all)");
    }
    for (const char* only : {"sources", "roles", "units"}) {
      const Node* given = fields.get(only);
      if (given != nullptr && !caller->publish)
        report_.error(*given, where + ": " + only + " says what may be published; may has no publish");
    }
    if (hash == nullptr) return;
    const auto [it, fresh] = out_.try_emplace(hash->text, std::move(caller));
    if (!fresh) report_.error(*hash, where + ": is the same token as " + it->second->name);
  }

  void read_rights(const Fields& fields, service::Caller& caller) {
    if (fields.need("may") == nullptr) return;
    for (const Node* word : fields.words("may")) {
      const std::array<bool*, kRights.size()> rights{&caller.publish, &caller.read, &caller.metrics, &caller.node};
      const auto* const it = std::find(kRights.begin(), kRights.end(), word->text);
      if (it == kRights.end()) {
        const Names names(kRights.begin(), kRights.end());
        report_.error(*word, fields.where() + ": no right " + word->text + "; there are " + definition::join(names),
                      definition::nearest(word->text, names));
      } else {
        *rights[static_cast<std::size_t>(it - kRights.begin())] = true;
      }
    }
  }

  service::Granted read_names(const Fields& fields, const char* what, const std::vector<std::string>& known) {
    if (fields.get(what) == nullptr) return std::nullopt;
    std::set<std::string, std::less<>> names;
    for (const Node* word : fields.words(what)) {
      if (word->text == "all") return std::nullopt;
      if (!std::binary_search(known.begin(), known.end(), word->text)) {
        const Names all(known.begin(), known.end());
        report_.error(*word,
                      fields.where() + ": this office has no " + std::string(what, std::string_view(what).size() - 1) + " " + word->text,
                      definition::nearest(word->text, all));
      }
      names.insert(word->text);
    }
    return names;
  }

  service::Access::Callers& out_;
  Report& report_;
  std::vector<std::string> sources_;
  std::vector<std::string> roles_;
  std::vector<std::string> units_;
};

}  // namespace

bool Tokens::ok() const {
  return std::none_of(diagnostics.begin(), diagnostics.end(),
                      [](const auto& each) { return each.severity == definition::Severity::kError; });
}

Tokens read_tokens(const std::string& file, const std::string& content, const definition::Bundle& bundle) {
  Report report;
  Tokens out;
  if (const auto document = definition::read_yaml(file, content, report)) TokensReader(out.callers, bundle, report).read(document->root);
  out.diagnostics = report.take();
  if (!out.ok()) out.callers.clear();
  return out;
}

}  // namespace docket::files
