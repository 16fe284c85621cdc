// A command's result to where it was asked to go, in the format that was asked for.
// Thread rule: free functions.
#pragma once

#include <boost/json/array.hpp>
#include <string>

#include "connectors/cli/common.h"
#include "connectors/cli/table.h"

namespace docket::cli {

struct Output {
  std::string json;                           // the whole answer: --format json
  const boost::json::array* items = nullptr;  // --format ndjson: one a line; null: the whole answer on one line
  Table table;                                // plain, csv, and table if `page` is empty
  std::string page;                           // --format table: a page of text instead of the table alone
};

[[nodiscard]] Look look_of(const CommonOptions& options);
// kOk, or kFailure with a message if the output can't be written.
[[nodiscard]] int print(const CommonOptions& options, const Output& output);

}  // namespace docket::cli
