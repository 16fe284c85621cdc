// The store alone: all families or none, one process, a format, a pointer to the store in use.
#include <gtest/gtest.h>

#include <fstream>
#include <stdexcept>

#include "projection_samples.h"
#include "projections/store/current.h"
#include "projections/store/store.h"

namespace docket::projections {
namespace {

using samples::TempFolder;
using store::Family;
using store::Store;

std::unique_ptr<Store> open_store(const std::filesystem::path& folder, std::function<void()> hook = nullptr) {
  store::StoreOptions options;
  options.folder = folder;
  options.before_ingest = std::move(hook);
  auto opened = Store::open(options);
  if (!opened.ok()) ADD_FAILURE() << opened.error().message;
  return opened.ok() ? std::move(*opened) : nullptr;
}

std::string get(const store::View& view, Family family, const std::string& key) {
  const auto found = view.get(family, key);
  if (!found.ok()) return "error: " + found.error().message;
  return found->has_value() ? **found : "(none)";
}

TEST(ProjectionStore, RowsOfAllFamiliesComeInTogetherAndViewsStay) {
  TempFolder folder;
  const auto store = open_store(folder / "s");
  const auto empty = store->view();
  store::Batches batches;
  for (std::size_t f = 0; f < store::kFamilies; ++f) {
    batches[f].put("k2", "b");
    batches[f].put("k1", "a");
    batches[f].erase("k3");
  }
  ASSERT_TRUE(store->ingest(batches).ok());
  const auto view = store->view();
  for (std::size_t f = 0; f < store::kFamilies; ++f) {
    EXPECT_EQ(get(*view, static_cast<Family>(f), "k1"), "a");
    EXPECT_EQ(get(*empty, static_cast<Family>(f), "k1"), "(none)");
  }
  store::Batches next;
  next[0].erase("k1");
  next[0].put("k2", "c");
  ASSERT_TRUE(store->ingest(next).ok());
  EXPECT_EQ(get(*store->view(), Family::kMeta, "k1"), "(none)");
  EXPECT_EQ(get(*store->view(), Family::kMeta, "k2"), "c");
  EXPECT_EQ(get(*view, Family::kMeta, "k1"), "a");
  EXPECT_EQ(get(*store->view(), Family::kCases, "k1"), "a");
}

TEST(ProjectionStore, AKeyTwiceIsADefect) {
  TempFolder folder;
  const auto store = open_store(folder / "s");
  store::Batches batches;
  batches[1].put("k", "a");
  batches[1].put("k", "b");
  EXPECT_FALSE(store->ingest(batches).ok());
}

TEST(ProjectionStore, StoppedBetweenWritingAndTakingInLeavesNothing) {
  TempFolder folder;
  bool stop = false;
  auto store = open_store(folder / "s", [&] {
    if (stop) throw std::runtime_error("stopped");
  });
  stop = true;
  store::Batches batches;
  batches[0].put("k", "a");
  batches[1].put("k", "a");
  const auto done = store->ingest(batches);
  ASSERT_FALSE(done.ok());
  EXPECT_TRUE(done.error().retriable);
  EXPECT_EQ(get(*store->view(), Family::kMeta, "k"), "(none)");
  store.reset();
  store = open_store(folder / "s");
  EXPECT_EQ(get(*store->view(), Family::kMeta, "k"), "(none)");
  EXPECT_FALSE(std::filesystem::exists(folder / "s/ingest"));
  ASSERT_TRUE(store->ingest(batches).ok());
  EXPECT_EQ(get(*store->view(), Family::kCases, "k"), "a");
}

TEST(ProjectionStore, SecondOpenIsAConflict) {
  TempFolder folder;
  const auto store = open_store(folder / "s");
  store::StoreOptions options;
  options.folder = folder / "s";
  const auto second = Store::open(options);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, ErrorCode::kConflict);
}

TEST(ProjectionStore, PointerFileSwapsAndComesBack) {
  TempFolder folder;
  const auto root = folder / "root";
  ASSERT_TRUE(store::current_store(root).ok());
  EXPECT_EQ(*store::current_store(root), "store-000001");
  EXPECT_FALSE(store::undo_swap(root).ok());
  std::filesystem::create_directories(root / "store-000001");
  const auto name = store::unused_store_name(root);
  EXPECT_EQ(name, "store-000002");
  EXPECT_FALSE(store::swap_store(root, name).ok()) << "it does not exist yet";
  std::filesystem::create_directories(root / name);
  ASSERT_TRUE(store::swap_store(root, name).ok());
  EXPECT_EQ(*store::current_store(root), name);
  ASSERT_TRUE(store::undo_swap(root).ok());
  EXPECT_EQ(*store::current_store(root), "store-000001");
  std::ofstream(root / "CURRENT-STORE") << "../elsewhere\n";
  EXPECT_FALSE(store::current_store(root).ok());
}

}  // namespace
}  // namespace docket::projections
