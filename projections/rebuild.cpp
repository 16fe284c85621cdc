#include "projections/rebuild.h"

#include <utility>

#include "projections/store/current.h"

namespace docket::projections {
namespace {

constexpr std::size_t kEventsBetweenLooks = 4096;

}  // namespace

Result<std::unique_ptr<BulkWriter>> BulkWriter::open(Options options) {
  if (auto live = store::current_store(options.folder); !live.ok()) return live.error();
  options.store_name = store::unused_store_name(options.folder);
  options.limits = kBulkLimits;
  options.workers.clear();
  std::string name = options.store_name;
  auto projections = Projections::open(std::move(options));
  if (!projections.ok()) return projections.error();
  return std::unique_ptr<BulkWriter>(new BulkWriter(std::move(name), std::move(*projections)));
}

void BulkWriter::apply(partition::AppliedBlock&& block) {
  if (!failure_.ok()) return;
  events_ += block.records.size();
  projections_->apply(std::move(block));
  if (events_ < kEventsBetweenLooks) return;
  events_ = 0;
  if (projections_->full(0)) failure_ = projections_->flush();  // both layers are full: wait
  projections_->tick(0, 0);
}

Status BulkWriter::finish() {
  if (!failure_.ok()) return failure_;
  return projections_->flush();
}

Result<std::string> rebuild(Options options, const NextBlock& next) {
  auto writer = BulkWriter::open(std::move(options));
  if (!writer.ok()) return writer.error();
  for (;;) {
    auto block = next();
    if (!block.ok()) return block.error();
    if (!block->has_value()) break;
    (*writer)->apply(std::move(**block));
  }
  if (auto done = (*writer)->finish(); !done.ok()) return done.error();
  return (*writer)->name();
}

}  // namespace docket::projections
