// Checks of options' values, whose findings say what would be right.
// Thread rule: free functions.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace docket::cli {

[[nodiscard]] CLI::Validator one_of(std::vector<std::string> names);
// Of these names, and then the value stands for the name.
[[nodiscard]] CLI::Validator value_named(std::map<std::string, int> values);
// A Format by its name.
[[nodiscard]] CLI::Validator format_named();
// `most` 0: as many as there may be.
[[nodiscard]] CLI::Validator whole_number(std::uint64_t least, std::uint64_t most = 0);

}  // namespace docket::cli
