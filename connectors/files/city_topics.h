// What the people of the generated city ask and complain about: leaf categories of schemas/codes/example.yaml with their seasons, the
// unit in charge, and sentences of our own. Slots in a sentence: {r} road, {e} estate, {n} number, {d} days, {h} hour.
// Thread rule: constants.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "connectors/files/city_random.h"

namespace docket::files {

struct Topic {
  std::string_view code;
  std::array<std::uint8_t, 12> season;      // weight of each month, January first
  std::string_view unit;                    // bureau or enterprise; "": the district
  std::uint16_t to_district;                // of a thousand, how many go to the district nevertheless
  std::uint16_t consult;                    // of a thousand, how many only ask
  std::array<std::string_view, 3> matters;  // complaint, report or request
  std::string_view question;                // consultation
  std::array<std::string_view, 2> replies;
};
[[nodiscard]] std::span<const Topic> topics();

struct CityDistrict {
  std::string_view code;
  std::string_view unit;
  std::string_view title;
  std::string_view child;  // a sub-district office, or ""
  std::uint32_t weight;
};
[[nodiscard]] std::span<const CityDistrict> city_districts();

// Every unit that the generator names; an office must have them all.
[[nodiscard]] std::span<const std::string_view> city_units();

// The sentence with its slots filled. No character of it needs escaping in JSON.
void append_sentence(std::string& out, std::string_view sentence, Random& random);
void append_address(std::string& out, std::string_view district, Random& random);

}  // namespace docket::files
