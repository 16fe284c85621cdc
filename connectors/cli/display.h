// From the server's JSON to what a person reads: tolerant getters, lights with shape and word, local times, generic tables.
// Thread rule: free functions; a Display is a plain value.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>

#include "connectors/cli/table.h"

namespace docket::cli {

namespace json = boost::json;

struct Display {
  std::string language = "zh";
  std::string time_zone = "UTC";
  std::map<std::string, std::string> units = {};  // code -> title, as far as asked for

  // "U Example bureau" of what names its unit.
  [[nodiscard]] Cell unit(const json::object& object) const;
  [[nodiscard]] Cell light(std::string_view key) const;
  // "2017-03-13T15:59:59.999Z" -> "2017-03-13 23:59"; what is no such time stays as it is.
  [[nodiscard]] Cell time(std::string_view utc) const;
  // A string, number, bool or null; {"zh","en"} by language; anything else as compact JSON.
  [[nodiscard]] std::string text(const json::value& value) const;
  // text() of a member, "" if it is not there.
  [[nodiscard]] std::string text(const json::object& object, std::string_view key) const;
  // A member as a cell: times, lights, units and Docket's own words as people read them, numbers as they are.
  [[nodiscard]] Cell cell(const json::object& object, std::string_view key) const;
  // {"unit":"U","n":2} -> "unit=U n=2".
  [[nodiscard]] std::string pairs(const json::value& value) const;
  // Milliseconds as "2d 3h 5m".
  [[nodiscard]] static std::string duration(std::int64_t ms);

  // A column for each of `preferred` that any row has, then for each further scalar member if `rest`.
  [[nodiscard]] Table rows(const json::array& items, std::initializer_list<std::string_view> preferred, bool rest = false) const;
};

// A member array; an empty one if it is not there.
[[nodiscard]] const json::array& array_of(const json::object& object, std::string_view key);
[[nodiscard]] std::int64_t integer_of(const json::object& object, std::string_view key, std::int64_t fallback = 0);
[[nodiscard]] bool has(const json::object& object, std::string_view key);  // there, and not null

}  // namespace docket::cli
