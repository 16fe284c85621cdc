#include "connectors/local/schemas.h"

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "connectors/http/suggest.h"

namespace docket::local {
namespace {

std::vector<std::string> names_in(const Texts& texts, std::string_view folder) {
  constexpr std::string_view kEnd = ".yaml";
  std::vector<std::string> out;
  for (const auto& [path, text] : texts) {
    if (path.starts_with(folder) && path.ends_with(kEnd))
      out.push_back(path.substr(folder.size(), path.size() - folder.size() - kEnd.size()));
  }
  return out;
}

}  // namespace

Result<Texts> schema_texts(const std::string& folder) {
  Texts texts = embedded_schemas();
  if (folder.empty()) return texts;
  const std::filesystem::path root(folder);
  std::error_code error;
  if (!std::filesystem::is_directory(root, error)) return Error{ErrorCode::kNotFound, "no folder " + folder, false};
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (!entry.is_regular_file() || entry.path().extension() != ".yaml") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    texts[std::filesystem::relative(entry.path(), root).generic_string()] =
        std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return texts;
}

Status has_office(const Texts& texts, const std::string& office) {
  if (texts.contains("offices/" + office + ".yaml")) return {};
  const auto names = names_in(texts, "offices/");
  std::string all;
  for (const auto& name : names) all += (all.empty() ? "" : ", ") + name;
  const std::string_view near = http::nearest(office, names);
  return Error{ErrorCode::kNotFound,
               "no office " + office + "; there are: " + all + (near.empty() ? "" : "; did you mean " + std::string(near) + "?")};
}

Result<definition::Compiled> compile_office(const std::string& folder, const std::string& office) {
  const auto texts = schema_texts(folder);
  if (!texts) return texts.error();
  if (auto there = has_office(*texts, office); !there) return there.error();
  return definition::compile(*texts, office);
}

Status lay_sets(Texts& texts, const std::string& office, const std::vector<std::string>& sets) {
  const auto known = names_in(texts, "rules/");
  std::string& text = texts["offices/" + office + ".yaml"];
  for (const auto& set : sets) {
    if (!texts.contains("rules/" + set + ".yaml")) {
      const std::string_view near = http::nearest(set, known);
      return Error{ErrorCode::kNotFound,
                   "no rule set " + set + (near.empty() ? std::string() : "; did you mean " + std::string(near) + "?")};
    }
    const auto list = text.find("\nrules: [");
    const auto end = list == std::string::npos ? list : text.find(']', list);
    if (end == std::string::npos)
      return Error{ErrorCode::kInvalid, "offices/" + office + ".yaml: sets are laid over a list written rules: [base, ...]"};
    text.insert(end, ", " + set);
  }
  return {};
}

std::string texts_to_json(const Texts& texts) {
  boost::json::object out;
  for (const auto& [path, text] : texts) out[path] = text;
  return boost::json::serialize(out);
}

Result<Texts> texts_from_json(const std::string& json) {
  boost::system::error_code error;
  const auto value = boost::json::parse(json, error);
  if (error || !value.is_object()) return Error{ErrorCode::kCorrupt, "a stored bundle can't be read", false};
  Texts texts;
  for (const auto& member : value.get_object()) {
    if (!member.value().is_string()) return Error{ErrorCode::kCorrupt, "a stored bundle can't be read", false};
    texts.emplace(std::string(member.key()), std::string(member.value().get_string()));
  }
  return texts;
}

std::string findings_text(const std::vector<definition::Diagnostic>& findings) {
  std::string out;
  for (const auto& finding : findings) out += finding.format() + "\n";
  return out;
}

}  // namespace docket::local
