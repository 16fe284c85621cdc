// YAML text -> a plain tree with positions. Every scalar is text; anchors, aliases, tags, repeated keys and empty values are errors.
// Thread rule: plain values. Ownership: a Node points at its file's name, which the Document owns.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace docket::definition {

class Report;

struct Node {
  enum class Kind : unsigned char { kNone, kScalar, kList, kMap };
  Kind kind = Kind::kNone;
  int line = 0;    // 1-based
  int column = 0;  // 1-based
  const std::string* file = nullptr;
  std::string text;         // kScalar
  std::vector<Node> keys;   // kMap: the key of items[i]
  std::vector<Node> items;  // kList, kMap

  [[nodiscard]] bool is_scalar() const { return kind == Kind::kScalar; }
  [[nodiscard]] bool is_list() const { return kind == Kind::kList; }
  [[nodiscard]] bool is_map() const { return kind == Kind::kMap; }
  [[nodiscard]] std::size_t size() const { return items.size(); }
  [[nodiscard]] const Node* find(std::string_view key) const;  // kMap: the value of that key, or null
  [[nodiscard]] const Node* find_key(std::string_view key) const;
};

struct Document {
  std::string file;
  Node root;
};

// The document, or null after reporting what is wrong with it.
[[nodiscard]] std::unique_ptr<Document> read_yaml(const std::string& file, const std::string& content, Report& report);

// Trees read before, the last of each path: of definitions that differ in one file only that one is read again. A text with findings is
// read each time, so that they are told each time. Thread rule: one owner, one thread. Ownership: a tree lives as long as somebody holds
// it.
class Trees {
 public:
  // As read_yaml.
  [[nodiscard]] std::shared_ptr<const Document> read(const std::string& path, const std::string& content, Report& report);

 private:
  struct Last {
    std::string content;
    std::shared_ptr<const Document> document;
  };
  std::map<std::string, Last> last_;
};

// The node as YAML's flow form on one line: "{clock.handle: [met, late]}".
[[nodiscard]] std::string flow_text(const Node& node);

}  // namespace docket::definition
