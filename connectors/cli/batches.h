// Events in batches to the server, and what became of each. Thread rule: free functions.
#pragma once

#include <boost/json/array.hpp>
#include <cstddef>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/cli/display.h"
#include "connectors/cli/remote.h"

namespace docket::cli {

[[nodiscard]] std::string publish_target(bool dry_run);
[[nodiscard]] std::string_view trim(std::string_view text);

enum class Shape { kEvent, kArray, kLines };
// Of text that isn't blank: an array; or, if what stands before the first line end is an object of its own and more follows, lines; or one
// event.
[[nodiscard]] Shape shape_of(std::string_view text);
// A file's text, or standard input's for "-"; nullopt: it can't be read, which was said.
[[nodiscard]] std::optional<std::string> read_input(const CommonOptions& options, const std::string& file, std::istream& standard_input);

struct Batch {
  std::string content_type;
  std::string body;
  std::size_t events = 0;  // 0: not known before the answer
};

// Events, one a line, in bodies of at most so many and of at most 4 MiB.
[[nodiscard]] std::vector<Batch> split_lines(std::string_view text, std::size_t lines_max);
// Sends one after the other until one fails: kOk, or the code of that; `results` holds what was answered before.
[[nodiscard]] int send_batches(Remote& remote, bool dry_run, const std::vector<Batch>& batches, json::array& results);
// kOk: all are in the ledger, or wait there; kSomeFailed, kFailure, or kUnavailable: of some nobody knows.
[[nodiscard]] int exit_code_of_results(const json::array& results);

[[nodiscard]] Colour outcome_colour(const std::string& outcome);
// Why an event was refused: the detail, or else the first of the errors; and for a parked one until when it waits.
[[nodiscard]] std::string reason_of(const Display& show, const json::object& result);

}  // namespace docket::cli
