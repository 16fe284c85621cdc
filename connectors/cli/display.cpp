#include "connectors/cli/display.h"

#include <date/tz.h>

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <chrono>
#include <iterator>
#include <sstream>
#include <vector>

#include "connectors/cli/words.h"

namespace docket::cli {
namespace {

struct LightWord {
  std::string_view key;
  std::string_view shape;
  std::string_view zh;
  std::string_view en;
  Colour colour;
};
constexpr std::array kLights{
    LightWord{"none", "", "", "", Colour::kNone},
    LightWord{"on_track", "●", "正常", "On track", Colour::kGreen},
    LightWord{"due_soon", "▲", "临期", "Due soon", Colour::kYellow},
    LightWord{"overdue", "■", "超期", "Overdue", Colour::kRed},
    LightWord{"paused", "‖", "暂停", "Paused", Colour::kBlue},
    LightWord{"closed_in_time", "✓", "按时办结", "Closed in time", Colour::kDim},
    LightWord{"closed_late", "◆", "逾期办结", "Closed late", Colour::kRed},
};

json::string_view key_of(std::string_view text) { return {text.data(), text.size()}; }
std::string string_of(json::string_view text) { return {text.data(), text.size()}; }

bool looks_like_utc(std::string_view text) {
  return text.size() >= 20 && text[4] == '-' && text[7] == '-' && text[10] == 'T' && text[13] == ':' && text.back() == 'Z';
}

}  // namespace

const json::array& array_of(const json::object& object, std::string_view key) {
  static const json::array kEmpty;
  const auto* found = object.if_contains(key_of(key));
  return found != nullptr && found->is_array() ? found->get_array() : kEmpty;
}

std::int64_t integer_of(const json::object& object, std::string_view key, std::int64_t fallback) {
  const auto* found = object.if_contains(key_of(key));
  return found != nullptr && found->is_int64() ? found->get_int64() : fallback;
}

bool has(const json::object& object, std::string_view key) {
  const auto* found = object.if_contains(key_of(key));
  return found != nullptr && !found->is_null();
}

Cell Display::light(std::string_view key) const {
  for (const auto& row : kLights) {
    if (row.key != key) continue;
    const std::string word(language == "zh" ? row.zh : row.en);
    return {row.shape.empty() ? std::string("—") : std::string(row.shape) + " " + word, std::string(key), row.colour};
  }
  return std::string(key);
}

Cell Display::unit(const json::object& object) const {
  const std::string code = text(object, "unit");
  const auto known = units.find(code);
  const std::string label = has(object, "unit_label") ? text(object, "unit_label") : known == units.end() ? "" : known->second;
  return {label.empty() ? code : code + " " + label, code};
}

Cell Display::time(std::string_view utc) const {
  if (!looks_like_utc(utc)) return std::string(utc);
  std::istringstream in{std::string(utc)};
  date::sys_time<std::chrono::milliseconds> instant;
  in >> date::parse("%FT%TZ", instant);
  if (in.fail()) return std::string(utc);
  try {
    return {date::format("%F %H:%M", date::floor<std::chrono::minutes>(date::locate_zone(time_zone)->to_local(instant))), std::string(utc)};
  } catch (const std::runtime_error&) {  // the zone is not known to this machine
    return std::string(utc);
  }
}

std::string Display::text(const json::value& value) const {
  if (value.is_null()) return "";
  if (value.is_string()) return string_of(value.get_string());
  if (value.is_bool()) return value.get_bool() ? "yes" : "no";
  if (value.is_double()) {  // 0.45, where JSON may say 4.5E-1
    char digits[32];
    const auto end = std::to_chars(std::begin(digits), std::end(digits), value.get_double()).ptr;
    return {digits, end};
  }
  if (const auto* object = value.if_object()) {
    const auto* own = object->if_contains(key_of(language));
    if (own == nullptr) own = object->if_contains("zh");
    if (own == nullptr) own = object->if_contains("en");
    if (own != nullptr && own->is_string()) return string_of(own->get_string());
    return pairs(value);
  }
  if (const auto* list = value.if_array()) {
    std::string out;
    for (const auto& entry : *list) out += (out.empty() ? "" : ", ") + text(entry);
    return out;
  }
  return json::serialize(value);
}

std::string Display::text(const json::object& object, std::string_view key) const {
  const auto* found = object.if_contains(key_of(key));
  return found == nullptr ? std::string() : text(*found);
}

Cell Display::cell(const json::object& object, std::string_view key) const {
  const std::string shown = text(object, key);
  if (key == "light") return light(shown);
  if (key == "unit") return unit(object);
  if (looks_like_utc(shown)) return time(shown);
  const auto* value = object.if_contains(key_of(key));
  if (key == "value" && shown == "overdue" && has(object, "window")) {  // a time to act that is over is nobody's lateness
    return {std::string(either(language, "已过", "over")), shown};
  }
  return {value_word(value != nullptr && value->is_bool() ? "" : key, shown, language), shown};
}

std::string Display::pairs(const json::value& value) const {
  const auto* object = value.if_object();
  if (object == nullptr) return text(value);
  std::string out;
  for (const auto& member : *object) {
    const std::string inner =
        member.value().is_object() || member.value().is_array() ? json::serialize(member.value()) : text(member.value());
    out += (out.empty() ? "" : " ") + string_of(member.key()) + "=" + inner;
  }
  return out;
}

std::string Display::duration(std::int64_t ms) {
  std::string out = ms < 0 ? "-" : "";
  std::uint64_t left = (ms < 0 ? 0 - static_cast<std::uint64_t>(ms) : static_cast<std::uint64_t>(ms)) / 1000;
  constexpr std::array<std::pair<std::uint64_t, char>, 4> kUnits{{{86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}}};
  int parts = 0;
  for (const auto& [seconds, letter] : kUnits) {
    const std::uint64_t count = left / seconds;
    left %= seconds;
    if (count == 0) continue;
    out += (parts++ > 0 ? " " : "") + std::to_string(count) + letter;
  }
  return parts == 0 ? "0" : out;
}

Table Display::rows(const json::array& items, std::initializer_list<std::string_view> preferred, bool rest) const {
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  for (const auto name : preferred) {
    for (const auto& item : items) {
      if (item.is_object() && has(item.get_object(), name)) add(std::string(name));
    }
  }
  for (const auto& item : items) {
    if (!rest || !item.is_object()) continue;
    for (const auto& member : item.get_object()) {
      if (!member.value().is_array() && !member.value().is_null()) add(string_of(member.key()));
    }
  }
  Table table;
  for (const auto& name : names) {
    bool numbers = !items.empty();
    for (const auto& item : items) {
      const auto* value = item.is_object() ? item.get_object().if_contains(key_of(name)) : nullptr;
      numbers = numbers && value != nullptr && value->is_number();
    }
    table.columns.push_back({name, numbers});
  }
  for (const auto& item : items) {
    std::vector<Cell> row;
    if (item.is_object()) {
      for (const auto& name : names) row.push_back(cell(item.get_object(), name));
    } else {
      row.emplace_back(text(item));
    }
    table.rows.push_back(std::move(row));
  }
  if (table.columns.empty() && !table.rows.empty()) table.columns.push_back({"name", false});
  return table;
}

}  // namespace docket::cli
