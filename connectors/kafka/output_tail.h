// Where an output topic's partitions end: the one place that says how far their rows go (ledger.md section 10). A broker that no longer
// leads may show an older end; then rows are written again, and nothing is missed.
// Thread rule: one thread's; each call waits, `patience_ms` at most. Ownership: nothing is kept.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "connectors/kafka/client.h"
#include "connectors/kafka/output_producer.h"

namespace docket::kafka {

struct OutputTail {
  model::Height height = 0;  // every block below it has been written
  ledger::Offset end = 0;    // behind the last row that was seen
};

// kUnavailable: not all of them answered in time.
[[nodiscard]] Result<std::map<int, OutputTail>> read_tails(const Settings& settings, const std::string& topic,
                                                           const std::vector<int>& partitions, int patience_ms);

// The keys of rows from an offset to the partition's end that another process wrote, and that end.
struct ForeignRows {
  std::set<std::string> keys;
  ledger::Offset end = 0;
};
[[nodiscard]] Result<std::map<int, ForeignRows>> read_foreign(const Settings& settings, const std::string& topic,
                                                              const std::map<int, ledger::Offset>& from, const std::string& writer,
                                                              int patience_ms);

}  // namespace docket::kafka
