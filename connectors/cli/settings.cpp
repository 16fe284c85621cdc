#include "connectors/cli/settings.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <memory>
#include <ostream>
#include <sstream>

#include "connectors/cli/batches.h"
#include "connectors/cli/common.h"
#include "connectors/http/suggest.h"
#include "engine/definition/report.h"
#include "engine/definition/yaml_reader.h"

namespace docket::cli {
namespace {

using definition::Node;

constexpr std::array<std::string_view, 7> kBelowKafka{"brokers", "topics",    "accept_one_copy", "accept_loss_on_power_failure",
                                                      "node",    "advertise", "token_file"};
constexpr std::string_view kConfigKey = "kafka.config";  // NAME=VALUE each: the one key whose value is a map
constexpr std::string_view kFileEnd = "_file";

std::string key_of(const std::string& option) {
  if (option == "kafka-config") return std::string(kConfigKey);
  std::string key = option;
  std::replace(key.begin(), key.end(), '-', '_');
  const bool below = std::find(kBelowKafka.begin(), kBelowKafka.end(), key) != kBelowKafka.end();
  return below ? "kafka." + key : key;
}

std::string variable_of(const std::string& key) {
  std::string out = "DOCKET_";
  for (const char c : key)
    out += c == '.' ? std::string("__") : std::string(1, static_cast<char>(std::toupper(static_cast<unsigned char>(c))));
  return out;
}

// A setting of librdkafka that nobody but the two should know.
bool is_secret(std::string_view name) {
  if (name.ends_with("location")) return false;  // where it is
  constexpr std::array<std::string_view, 4> kSecrets{"password", "secret", "key.pem", "jaas"};
  return std::any_of(kSecrets.begin(), kSecrets.end(), [name](auto word) { return name.find(word) != std::string_view::npos; });
}

std::string shown(const std::string& pair) {
  const auto equals = pair.find('=');
  return equals != std::string::npos && is_secret(pair.substr(0, equals)) ? pair.substr(0, equals) + "=(not shown)" : pair;
}

struct Given {
  std::vector<std::string> values;
  std::string from;
  const Node* at = nullptr;  // in the file
};

class Settler {
 public:
  explicit Settler(CLI::App& serve) {
    for (CLI::Option* option : serve.get_options()) {
      if (option->get_lnames().empty() || option->get_lnames().front() == "help" || option->get_lnames().front() == "config") continue;
      options_.emplace_back(key_of(option->get_lnames().front()), option);
    }
  }

  Settings settle(std::string file) {
    const bool named = !file.empty();
    if (!named) file = kConfigFile;
    if (named || std::filesystem::exists(file)) read_file_of(file, named);
    read_environment();
    for (const auto& [key, option] : options_) apply(key, *option);
    for (const auto& found : report_.take()) out_.findings.push_back(found.format());
    out_.findings.insert(out_.findings.end(), elsewhere_.begin(), elsewhere_.end());
    return std::move(out_);
  }

 private:
  void read_file_of(const std::string& file, bool named) {
    const auto text = read_file(file);
    if (!text) {
      out_.missing = named && !std::filesystem::exists(file);
      elsewhere_.push_back(file + ": can't be read");
      return;
    }
    out_.file = file;
    if (trim(*text).empty()) return;
    document_ = definition::read_yaml(file, *text, report_);
    if (document_ != nullptr) read_map(document_->root, "");
  }

  // The names below a prefix of keys: "kafka." has brokers, ...; the top has kafka itself.
  definition::Names names_below(std::string_view prefix) const {
    definition::Names names;
    for (const auto& [key, option] : options_) {
      if (!key.starts_with(prefix)) continue;
      const auto dot = key.find('.', prefix.size());
      const auto name = std::string_view(key).substr(prefix.size(), dot == std::string::npos ? dot : dot - prefix.size());
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
    return names;
  }

  void read_map(const Node& map, const std::string& prefix) {
    const std::string where = prefix.empty() ? "configuration" : prefix.substr(0, prefix.size() - 1);
    const auto names = names_below(prefix);
    if (!map.is_map()) {
      report_.error(map, where + ": a map of keys and values belongs here, one of its keys " + definition::join(names));
      return;
    }
    for (std::size_t i = 0; i < map.size(); ++i) {
      const Node& name = map.keys[i];
      const Node& value = map.items[i];
      const std::string key = prefix + name.text;
      if (std::find(names.begin(), names.end(), name.text) == names.end()) {
        report_.error(name, where + ": unknown key " + name.text + "; known are " + definition::join(names),
                      definition::nearest(name.text, names));
      } else if (key == kConfigKey) {
        read_pairs(value);
      } else if (std::none_of(options_.begin(), options_.end(), [&key](const auto& row) { return row.first == key; })) {
        read_map(value, key + ".");
      } else if (!value.is_scalar()) {
        report_.error(value, key + ": one value belongs here");
      } else {
        in_file_[key] = {{value.text}, place_of(name), &value};
      }
    }
  }

  void read_pairs(const Node& map) {
    if (!map.is_map()) {
      report_.error(map, std::string(kConfigKey) + ": a map of librdkafka's settings belongs here, such as {client.rack: a}");
      return;
    }
    auto& given = in_file_[std::string(kConfigKey)];
    given.from = map.size() == 0 ? "" : place_of(map.keys[0]);
    given.at = &map;
    for (std::size_t i = 0; i < map.size(); ++i) {
      const auto& name = map.keys[i];
      if (!map.items[i].is_scalar()) {
        report_.error(map.items[i], std::string(kConfigKey) + "." + name.text + ": one value belongs here");
      } else if (auto pair = pair_of(name.text, map.items[i].text); pair) {
        given.values.push_back(std::move(*pair));
      } else {
        report_.error(map.items[i], std::string(kConfigKey) + "." + pair.error().message);
      }
    }
  }

  // A secret is read from the file that NAME_file names, so that no other place holds it.
  static Result<std::string> pair_of(const std::string& name, const std::string& value) {
    const bool by_file = name.ends_with(kFileEnd);
    const std::string bare = by_file ? name.substr(0, name.size() - kFileEnd.size()) : name;
    if (!by_file && is_secret(name))
      return Error{ErrorCode::kInvalid, name + ": a secret stands in a file of its own; write " + name + std::string(kFileEnd) + ": FILE"};
    if (!by_file) return name + "=" + value;
    const auto text = read_file(value);
    if (!text) return Error{ErrorCode::kInvalid, name + ": " + value + " can't be read"};
    return bare + "=" + std::string(trim(*text));
  }

  static std::string place_of(const Node& node) { return *node.file + ":" + std::to_string(node.line) + ":" + std::to_string(node.column); }

  void read_environment() {
    std::vector<std::string> known;
    for (const auto& [key, option] : options_) known.push_back(variable_of(key));
    for (char** entry = environ; *entry != nullptr; ++entry) {
      const std::string text = *entry;
      const auto equals = text.find('=');
      const std::string name = text.substr(0, equals);
      if (!name.starts_with("DOCKET_") || equals == std::string::npos) continue;
      const auto found = std::find(known.begin(), known.end(), name);
      if (found == known.end()) {
        // Other names may be anybody's: the client's own, or of what starts the program.
        if (name.find("__") == std::string::npos) continue;
        const std::string_view near = http::nearest(name, known);
        elsewhere_.push_back(name + ": unknown" + (near.empty() ? "" : "; did you mean " + std::string(near) + "?"));
        continue;
      }
      const std::string& key = options_[static_cast<std::size_t>(found - known.begin())].first;
      in_environment_[key] = {{}, name, nullptr};
      read_variable(key, text.substr(equals + 1), in_environment_[key]);
    }
  }

  void read_variable(const std::string& key, const std::string& value, Given& given) {
    if (key != kConfigKey) {
      given.values = {value};
      return;
    }
    std::istringstream words(value);
    for (std::string word; words >> word;) {
      const auto equals = word.find('=');
      auto pair = equals == std::string::npos ? Result<std::string>(Error{ErrorCode::kInvalid, word + ": write it as NAME=VALUE"})
                                              : pair_of(word.substr(0, equals), word.substr(equals + 1));
      if (pair) {
        given.values.push_back(std::move(*pair));
      } else {
        elsewhere_.push_back(given.from + ": " + pair.error().message);
      }
    }
  }

  // From the weakest to the strongest, each checked as the command checks it.
  void apply(const std::string& key, CLI::Option& option) {
    Setting row{key, "", kDefault};
    const std::vector<std::string> flags = option.results();
    for (const auto* place : {&in_file_, &in_environment_}) {
      const auto found = place->find(key);
      if (found == place->end() || found->second.values.empty()) continue;
      put(option, found->second.values, &found->second, row);
    }
    if (!flags.empty()) put(option, flags, nullptr, row);
    if (row.from == kDefault) row.value = option.get_items_expected_max() == 0 ? "false" : option.get_default_str();
    out_.rows.push_back(std::move(row));
  }

  void put(CLI::Option& option, const std::vector<std::string>& values, const Given* given, Setting& row) {
    option.clear();
    try {
      for (const auto& value : values) option.add_result(value);
      option.run_callback();
    } catch (const CLI::Error& error) {
      complain(option, values, *given, row.key, error);  // a flag was checked before
      option.clear();
      return;
    }
    row.from = given == nullptr ? option.get_name() : given->from;
    row.value.clear();
    for (const auto& value : values) row.value += (row.value.empty() ? "" : " ") + (row.key == kConfigKey ? shown(value) : value);
  }

  void complain(const CLI::Option& option, const std::vector<std::string>& values, const Given& given, const std::string& key,
                const CLI::Error& error) {
    std::string what = error.what();
    if (const std::string name = option.get_name() + ": "; what.starts_with(name)) what.erase(0, name.size());
    if (dynamic_cast<const CLI::ConversionError*>(&error) != nullptr)
      what = "\"" + values.front() + "\" is " + (option.get_items_expected_max() == 0 ? "neither true nor false" : "no such value");
    if (given.at != nullptr) {
      report_.error(*given.at, key + ": " + what);
    } else {
      elsewhere_.push_back(given.from + ": " + what);
    }
  }

  std::vector<std::pair<std::string, CLI::Option*>> options_;  // by key, in the command's order
  std::map<std::string, Given> in_file_;
  std::map<std::string, Given> in_environment_;
  std::unique_ptr<definition::Document> document_;
  definition::Report report_;
  std::vector<std::string> elsewhere_;  // findings that have no line
  Settings out_;
};

}  // namespace

Settings settle(CLI::App& serve, const std::string& file) { return Settler(serve).settle(file); }

int say_findings(const Settings& settings, std::ostream& err) {
  for (const auto& finding : settings.findings) err << "docket: " << finding << "\n";
  if (settings.missing) return kNotFound;
  return settings.findings.empty() ? kOk : kUsage;
}

}  // namespace docket::cli
