// Rows of the listings family, two kinds of them under each (partition, filter, value):
//   0, case id              -> nothing            the case stands there now
//   1, case id, recorded day -> u8 in (1), out (0)  how it stood at the end of a day on which it came or went
// The first are listed, the second are [from, to) of recorded days for lists as known on a past day. Neither needs a read to be written.
// Streams give the case ids of a filter's value in order, newer layers laid over the store.
// Thread rule: free functions; a stream belongs to one thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "projections/listings/listing_log.h"
#include "projections/store/store.h"

namespace docket::projections::listings {

void put_listings(const ListingLog& log, int partition, store::RowBatch& batch);

// Case ids in ascending order.
class IdStream {
 public:
  virtual ~IdStream() = default;
  // On the first id that is not less than `id`; false: there is none, or reading failed (see status()). Never seek back.
  [[nodiscard]] virtual bool seek(std::string_view id) = 0;
  [[nodiscard]] virtual const std::string& id() const = 0;
  [[nodiscard]] virtual Status status() const = 0;
};
using IdStreamPtr = std::unique_ptr<IdStream>;

// The cases under one (filter, value): now, or as known at the end of recorded `day`.
[[nodiscard]] IdStreamPtr stream_of(const store::View& view, int partition, const FilterValue& of, Overlay newer,
                                    std::optional<model::Day> day);
[[nodiscard]] IdStreamPtr any_of(std::vector<IdStreamPtr> streams);
[[nodiscard]] IdStreamPtr all_of(std::vector<IdStreamPtr> streams);  // of at least one

}  // namespace docket::projections::listings
