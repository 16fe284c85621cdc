// The loop over the real projections, in a folder of its own: one partition, an in-memory ledger, virtual time. It can write back, restart
// from what is in the store, and be followed by a second one that only replays the same ledger.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/ledger/block_codec.h"
#include "engine/partition/loop.h"
#include "projections/projections.h"
#include "tests/support/engine_fixture.h"
#include "tests/unit/projection_samples.h"

namespace docket::testing {

class StoreFixture final : public partition::RecordReader, public partition::Sink {
 public:
  // `follows`: takes that one's ledger and keys, and judges nothing. `only_metrics`: as Options::only_metrics says; `source`: bundles as it
  // reads them, if not as the other does.
  StoreFixture(definition::BundlePtr bundle, Instant now, StoreFixture* follows = nullptr, std::vector<std::string> only_metrics = {},
               std::shared_ptr<KnownBundles> source = nullptr)
      : bundle_(std::move(bundle)),
        only_metrics_(std::move(only_metrics)),
        keys_(follows != nullptr ? follows->keys_ : std::make_shared<MemoryKeys>()),
        log_(follows != nullptr ? follows->log_ : std::make_shared<std::vector<std::string>>()),
        source_(source != nullptr    ? std::move(source)
                : follows != nullptr ? follows->source_
                                     : std::make_shared<KnownBundles>()),
        books_(bundle_, keys_->tag_key_text(), source_.get()),
        follower_(follows != nullptr),
        now_(now) {
    open();
  }

  void set_now(Instant now) { now_ = now; }
  [[nodiscard]] Instant now() const { return now_; }

  // `by`: what the caller's door has heard of; null: the first.
  partition::EventOutcome offer(const std::string& json, const definition::BundlePtr& by = {}) {
    partition::Offer offer;
    offer.events.push_back((by ? books_.named(by->id) : books_.first()).ingest.parse(json));
    partition::EventOutcome outcome;
    offer.done = [&](std::vector<partition::EventOutcome> told) { outcome = told.front(); };
    EXPECT_TRUE(loop_->offer(std::move(offer)));
    pump();
    return outcome;
  }

  // Lets a bundle decide for new cases from now on.
  void activate(const definition::BundlePtr& bundle, std::uint64_t number) {
    source_->add(bundle);
    loop_->activate({number, bundle->id, "tester"});
    pump();
    EXPECT_EQ(loop_->activation(), number);
  }

  void pump() {
    for (int i = 0; i < 4; ++i) {
      for (auto& appending : loop_->turn(now_)) {
        const auto offset = static_cast<ledger::Offset>(log_->size());
        log_->push_back(appending.value);
        loop_->report({appending.token, 0, true, offset, false, {}});
      }
    }
  }

  // Reads what is new in the ledger, by replay.
  void follow() {
    ledger::ReadBatch batch;
    for (std::size_t i = read_; i < log_->size(); ++i) batch.blocks.push_back({static_cast<ledger::Offset>(i), (*log_)[i]});
    read_ = log_->size();
    batch.next = static_cast<ledger::Offset>(read_);
    batch.end = true;
    loop_->read_done(batch);
    ASSERT_EQ(loop_->stop_reason(), "");
  }

  void flush() { ASSERT_TRUE(projections_->flush().ok()) << projections_->health().error().message; }

  // As after kill -9: what was not written back is gone, and replayed from the ledger.
  void restart() {
    loop_.reset();
    projections_.reset();
    open();
  }

  [[nodiscard]] std::string dump() const {
    const auto text = projections_->dump(0);
    EXPECT_TRUE(text.ok());
    return text.ok() ? *text : std::string();
  }
  [[nodiscard]] auto digest() const {
    const auto sums = projections_->digest(0);
    EXPECT_TRUE(sums.ok());
    return *sums;
  }

  Result<partition::RecordAt> record(int /*partition*/, model::Height height) const override {
    const auto it = records_.find(height);
    if (it == records_.end()) return Error{ErrorCode::kNotFound, "no record " + std::to_string(height), false};
    return it->second;
  }
  void apply(partition::AppliedBlock&& block) override {
    for (const auto& row : block.records) {
      records_[row.height] = {*row.record, row.recorded};
      if (row.after != nullptr) cases_[row.case_id] = row.after;
    }
    projections_->apply(std::move(block));
  }

  [[nodiscard]] projections::Projections& projections() { return *projections_; }
  [[nodiscard]] std::unique_ptr<projections::Projections> take_projections() {
    loop_.reset();
    return std::move(projections_);
  }
  [[nodiscard]] const std::map<std::string, model::CasePtr>& cases() const { return cases_; }
  [[nodiscard]] const std::vector<std::string>& log() const { return *log_; }
  [[nodiscard]] MemoryKeys& keys() { return *keys_; }
  [[nodiscard]] ingest::Ingest& ingest() { return books_.first().ingest; }
  [[nodiscard]] partition::Rulebooks& books() { return books_; }

 private:
  void open() {
    projections::Options options;
    options.folder = folder_ / "p";
    options.only_metrics = only_metrics_;
    source_->add(bundle_);
    options.bundles = [source = source_](std::string_view id) {
      const auto found = source->find(id);
      return found.ok() ? *found : definition::BundlePtr();
    };
    options.case_cache_bytes = 1U << 20U;
    options.block_cache_bytes = 4U << 20U;
    projections_ = projections::samples::open_or_fail(std::move(options));
    partition::LoopOptions loop;
    loop.ledger_id = "test-ledger";
    loop_ = std::make_unique<partition::PartitionLoop>(loop, books_, *keys_, *projections_, *this, *this);
    const auto heights = projections_->heights();
    ASSERT_TRUE(heights.ok());
    const auto& head = heights->front();
    read_ = 0;
    if (head.position.height > 0) {
      for (; read_ < log_->size(); ++read_) {  // the block at whose end the store stands
        const auto block = ledger::decode_block((*log_)[read_]);
        ASSERT_TRUE(block.ok());
        if (block->end() != head.position.height) continue;
        const auto hash = ledger::hash_text(ledger::block_hash((*log_)[read_]));
        ++read_;
        auto position = head.position;
        position.partition = 0;
        loop_->restore(position, hash, head.term, head.recorded, static_cast<ledger::Offset>(read_));
        ASSERT_TRUE(loop_->restore_bundle(block->bundle, head.activation).ok());
        break;
      }
    }
    if (!follower_) loop_->own();
    follow();
    if (follower_) return;
    pump();
    read_ = log_->size();
    EXPECT_TRUE(loop_->owner());
  }

  definition::BundlePtr bundle_;
  std::vector<std::string> only_metrics_;
  projections::samples::TempFolder folder_;
  std::shared_ptr<MemoryKeys> keys_;
  std::shared_ptr<std::vector<std::string>> log_;
  std::shared_ptr<KnownBundles> source_;
  partition::Rulebooks books_;
  bool follower_;
  Instant now_;
  std::map<model::Height, partition::RecordAt> records_;
  std::map<std::string, model::CasePtr> cases_;
  std::unique_ptr<projections::Projections> projections_;
  std::unique_ptr<partition::PartitionLoop> loop_;
  std::size_t read_ = 0;
};

}  // namespace docket::testing
