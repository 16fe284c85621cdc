// The decoded cases of one partition that were used last, within a bound of bytes.
// Thread rule: any thread. Ownership: shares the rows.
#pragma once

#include <cstddef>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "projections/cases/case_row.h"

namespace docket::projections::cases {

class CaseCache {
 public:
  explicit CaseCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  [[nodiscard]] CaseRowPtr find(std::string_view case_id);
  void put(std::string_view case_id, CaseRowPtr row);
  [[nodiscard]] std::size_t bytes() const;

 private:
  struct Entry {
    std::string case_id;
    CaseRowPtr row;
    std::size_t bytes = 0;
  };
  void drop_oldest();

  const std::size_t bytes_max_;
  mutable std::mutex mutex_;
  std::list<Entry> entries_;                                                 // newest first; guarded by mutex_, like what follows
  std::unordered_map<std::string_view, std::list<Entry>::iterator> places_;  // keys lie in the entries
  std::size_t bytes_ = 0;
};

}  // namespace docket::projections::cases
