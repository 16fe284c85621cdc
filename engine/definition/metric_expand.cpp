#include <algorithm>

#include "engine/definition/metrics.h"

namespace docket::definition {
namespace {

constexpr std::string_view kKeys[] = {"title", "over",   "period",   "only",    "except",     "ratio",    "count",
                                      "sum",   "stock",  "duration", "combine", "complement", "variants", "like",
                                      "by",    "beside", "min_n",    "target",  "rank"};
constexpr std::string_view kVariantKeys[] = {"title", "over", "period", "only", "except", "ratio", "by", "beside", "min_n", "rank"};

using Values = std::map<std::string, const Node*, std::less<>>;

struct Written {
  const Node* key = nullptr;
  const Node* map = nullptr;
  std::string area;
  std::uint16_t version = 1;
};

struct Expander {
  Build& build;
  std::vector<std::string> order;
  std::map<std::string, Written, std::less<>> written;

  [[nodiscard]] static bool is_measure(std::string_view word) {
    return std::find(std::begin(kMeasures), std::end(kMeasures), word) != std::end(kMeasures);
  }

  [[nodiscard]] Names names() const {
    Names out;
    for (const auto& [name, each] : written) out.push_back(name);
    return out;
  }

  static void overlay(Values& values, const Node& map) {
    const bool own_measure = std::any_of(map.keys.begin(), map.keys.end(), [](const Node& key) { return is_measure(key.text); });
    if (own_measure) std::erase_if(values, [](const auto& each) { return is_measure(each.first); });
    for (std::size_t i = 0; i < map.size(); ++i) {
      const std::string& key = map.keys[i].text;
      if (key != "title" && key != "like" && key != "variants") values[key] = &map.items[i];
    }
  }

  // All keys of the metric or variant of that name, `like` followed.
  bool values_of(const Node& at, const std::string& name, std::size_t depth, Values& out) {
    if (depth > written.size() + 1) {
      build.report.error(at, "metric " + at.text + ": `like` goes round in a circle");
      return false;
    }
    const auto found = written.find(name);
    if (found != written.end()) {
      const Node& map = *found->second.map;
      if (!map.is_map()) return false;
      const Node* like = map.find("like");
      if (like != nullptr && !values_of(*like, like->text, depth + 1, out)) return false;
      overlay(out, map);
      return true;
    }
    const std::size_t dot = name.rfind('.');
    const auto base = dot == std::string::npos ? written.end() : written.find(name.substr(0, dot));
    const Node* variants = base == written.end() || !base->second.map->is_map() ? nullptr : base->second.map->find("variants");
    const Node* variant = variants == nullptr || !variants->is_map() ? nullptr : variants->find(name.substr(dot + 1));
    if (variant == nullptr) {
      Names known = names();
      std::vector<std::string> full;
      if (variants != nullptr) {
        for (const Node& key : variants->keys) full.push_back(base->first + "." + key.text);
      }
      known.insert(known.end(), full.begin(), full.end());
      build.report.error(at, "like: no metric " + name, nearest(name, known));
      return false;
    }
    if (!values_of(at, base->first, depth + 1, out)) return false;
    if (variant->is_map()) overlay(out, *variant);
    return true;
  }

  [[nodiscard]] Labels title(const Node& map, const Node& key, const Labels* base) const {
    const Node* node = map.find("title");
    if (node != nullptr) return read_labels(build, *node, "metric " + key.text);
    if (base != nullptr) return {base->zh + " (" + key.text + ")", base->en + " (" + key.text + ")"};
    build.report.error(key, "metric " + key.text + ": title is missing, {zh: ..., en: ...}");
    return {};
  }

  void add(std::vector<MetricText>& out, const std::string& name, const Written& from, const Node& key, Labels labels) {
    MetricText text;
    text.name = name;
    text.area = from.area;
    text.version = from.version;
    text.title = std::move(labels);
    text.key = &key;
    if (values_of(key, name, 0, text.values)) out.push_back(std::move(text));
  }

  void expand(std::vector<MetricText>& out, const std::string& name) {
    const Written& from = written.at(name);
    const Fields fields(*from.map, "metric " + name, build.report, kKeys);
    if (!from.map->is_map()) return;
    const Labels own = title(*from.map, *from.key, nullptr);
    const Node* variants = fields.map("variants");
    const bool measured = std::any_of(from.map->keys.begin(), from.map->keys.end(), [](const Node& key) { return is_measure(key.text); });
    if (variants == nullptr || measured) add(out, name, from, *from.key, own);
    for (std::size_t i = 0; variants != nullptr && i < variants->size(); ++i) {
      const Node& key = variants->keys[i];
      const Fields variant(variants->items[i], "metric " + name + "." + key.text, build.report, kVariantKeys);
      if (!is_name(key.text)) build.report.error(key, "metric " + name + ": a variant is named by a-z, 0-9, _ and -");
      if (!variants->items[i].is_map()) continue;
      add(out, name + "." + key.text, from, key, title(variants->items[i], key, &own));
    }
  }

  void read_area(const Node& area) {
    const Node* root = build.load("metrics/" + area.text + ".yaml", area);
    if (root == nullptr) return;
    const Node* head = root->find("metrics");
    if (head == nullptr || head->text != area.text) {
      build.report.error(head == nullptr ? *root : *head, "metrics: " + area.text + " stands at the top");
    }
    const Node* version = root->find("version");
    const std::int64_t number = version == nullptr ? 0 : parse_integer(version->text).value_or(0);
    if (number < 1 || number > 60'000) {
      build.report.error(version == nullptr ? *root : *version, "metrics " + area.text + ": version is a whole number from 1 on");
    }
    for (std::size_t i = 0; i < root->size(); ++i) {
      const Node& key = root->keys[i];
      if (key.text == "metrics" || key.text == "version") continue;
      if (!key.text.starts_with(area.text + ".") || !is_name(key.text.substr(area.text.size() + 1))) {
        build.report.error(key, "metric " + key.text + ": a name of this file begins with " + area.text + ".");
      }
      if (!written.emplace(key.text, Written{&key, &root->items[i], area.text, static_cast<std::uint16_t>(number)}).second) {
        build.report.error(key, "metric " + key.text + ": stands twice");
        continue;
      }
      order.push_back(key.text);
    }
  }
};

}  // namespace

std::vector<MetricText> expand_metrics(Build& build) {
  std::vector<MetricText> out;
  const Node* list = build.office_node->find("metrics");
  if (list == nullptr) return out;
  Expander expander{build, {}, {}};
  for (const Node* area : read_words(*list, "office: metrics", build.report)) expander.read_area(*area);
  for (const std::string& name : expander.order) expander.expand(out, name);
  return out;
}

}  // namespace docket::definition
