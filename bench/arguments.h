// The command line of docket_bench. Thread rule: free functions.
#pragma once

#include "bench/harness/options.h"
#include "engine/model/result.h"

namespace docket::bench {

[[nodiscard]] Result<Options> parse_arguments(int argc, char** argv);
extern const char* const kUsage;

}  // namespace docket::bench
