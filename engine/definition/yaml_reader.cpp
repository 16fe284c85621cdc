#include "engine/definition/yaml_reader.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <exception>
#include <sstream>
#include <utility>

#include "engine/definition/report.h"

namespace docket::definition {
namespace {

constexpr std::size_t kMaxBytes = 4U << 20U;
constexpr std::size_t kMaxKeys = 20'000;  // of one map

// Where a mark of yaml-cpp, which counts bytes, stands for a person, who counts characters.
class Places {
 public:
  explicit Places(std::string_view content) : content_(content) {
    for (std::size_t i = 0; i < content.size(); ++i) {
      if (content[i] == '\n') starts_.push_back(i + 1);
    }
  }
  [[nodiscard]] static int line(const YAML::Mark& mark) { return mark.line < 0 ? 1 : mark.line + 1; }
  [[nodiscard]] int column(const YAML::Mark& mark) const {
    if (mark.line < 0 || static_cast<std::size_t>(mark.line) >= starts_.size()) return 1;
    const std::size_t start = starts_[static_cast<std::size_t>(mark.line)];
    const std::string_view before = content_.substr(start, static_cast<std::size_t>(mark.column < 0 ? 0 : mark.column));
    return 1 + static_cast<int>(
                   std::count_if(before.begin(), before.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
  }

 private:
  std::string_view content_;
  std::vector<std::size_t> starts_{0};
};

class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(const std::string& file, const Places& places, Report& report) : file_(file), places_(places), report_(report) {}

  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] Node take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    fail(mark, "an empty value; write the value, or leave its key out");
    put(at(mark, Node::Kind::kNone));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    fail(mark, "an alias (*name); write the value out");
    put(at(mark, Node::Kind::kNone));
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& value) override {
    refuse_extras(mark, tag, anchor);
    Node node = at(mark, Node::Kind::kScalar);
    node.text = value;
    if (value.empty()) fail(mark, "an empty value; write the value, or leave its key out");
    put(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    refuse_extras(mark, tag, anchor);
    open_.push_back({at(mark, Node::Kind::kList), Node{}, false});
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    refuse_extras(mark, tag, anchor);
    open_.push_back({at(mark, Node::Kind::kMap), Node{}, false});
  }
  void OnMapEnd() override { close(); }

 private:
  struct Level {
    Node node;
    Node key;
    bool has_key = false;
  };

  Node at(const YAML::Mark& mark, Node::Kind kind) const {
    Node node;
    node.kind = kind;
    node.line = Places::line(mark);
    node.column = places_.column(mark);
    node.file = &file_;
    return node;
  }

  void fail(const YAML::Mark& mark, std::string message) {
    failed_ = true;
    report_.error_at(file_, Places::line(mark), places_.column(mark), std::move(message));
  }

  void refuse_extras(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) fail(mark, "an anchor (&name); write the value out where it is used");
    if (!tag.empty() && tag != "?" && tag != "!") fail(mark, "a tag (" + tag + "); every value is read as text");
  }

  void close() {
    Node done = std::move(open_.back().node);
    open_.pop_back();
    put(std::move(done));
  }

  void put(Node node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Level& level = open_.back();
    if (level.node.is_list()) {
      level.node.items.push_back(std::move(node));
      return;
    }
    if (!level.has_key) {
      if (level.node.keys.size() >= kMaxKeys) {
        if (!failed_) report_.error(node, "a map of more than 20000 keys");
        failed_ = true;
      } else if (!node.is_scalar()) {
        failed_ = true;
        report_.error(node, "a key that is no plain word");
      } else if (const Node* before = level.node.find_key(node.text); before != nullptr) {
        failed_ = true;
        report_.error(node, "key " + node.text + " stands twice; first at line " + std::to_string(before->line));
      }
      level.key = std::move(node);
      level.has_key = true;
      return;
    }
    level.has_key = false;
    if (level.node.keys.size() >= kMaxKeys) return;
    level.node.keys.push_back(std::move(level.key));
    level.node.items.push_back(std::move(node));
  }

  const std::string& file_;
  const Places& places_;
  Report& report_;
  std::vector<Level> open_;
  Node root_;
  bool failed_ = false;
};

}  // namespace

const Node* Node::find(std::string_view key) const {
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (keys[i].text == key) return &items[i];
  }
  return nullptr;
}

const Node* Node::find_key(std::string_view key) const {
  for (const Node& each : keys) {
    if (each.text == key) return &each;
  }
  return nullptr;
}

std::unique_ptr<Document> read_yaml(const std::string& file, const std::string& content, Report& report) {
  auto document = std::make_unique<Document>();
  document->file = file;
  if (content.size() > kMaxBytes) {
    report.error_at(document->file, 1, 1, "a file of more than 4 MiB");
    return nullptr;
  }
  const Places places(content);
  TreeBuilder builder(document->file, places, report);
  try {
    std::istringstream stream(content);
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) {
      report.error_at(file, 1, 1, "an empty file");
      return nullptr;
    }
    document->root = builder.take();
    TreeBuilder second(document->file, places, report);
    if (!builder.failed() && parser.HandleNextDocument(second)) {
      report.error_at(file, 1, 1, "more than one document (---) in a file");
      return nullptr;
    }
  } catch (const YAML::Exception& e) {
    report.error_at(file, Places::line(e.mark), places.column(e.mark), "not YAML: " + e.msg);
    return nullptr;
  } catch (const std::exception& e) {
    report.error_at(file, 1, 1, std::string("not YAML: ") + e.what());
    return nullptr;
  }
  if (builder.failed()) return nullptr;
  if (!document->root.is_map()) {
    report.error(document->root, "a file holds a map of keys and values");
    return nullptr;
  }
  return document;
}

std::shared_ptr<const Document> Trees::read(const std::string& path, const std::string& content, Report& report) {
  if (const auto found = last_.find(path); found != last_.end() && found->second.content == content) return found->second.document;
  std::shared_ptr<const Document> document = read_yaml(path, content, report);
  if (document != nullptr) last_.insert_or_assign(path, Last{content, document});
  return document;
}

std::string flow_text(const Node& node) {
  if (node.is_scalar()) return node.text;
  std::string out = node.is_map() ? "{" : "[";
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    if (i > 0) out += ", ";
    if (node.is_map()) out += node.keys[i].text + ": ";
    out += flow_text(node.items[i]);
  }
  out += node.is_map() ? "}" : "]";
  return out;
}

}  // namespace docket::definition
