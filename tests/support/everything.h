// All bytes of a data folder as somebody would have them who may read every file: raw, and what the stores hold unpacked.
#pragma once

#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "connectors/embedded/value_codec.h"
#include "engine/ledger/chain.h"
#include "tests/support/docket_process.h"

namespace docket::testing {

using TakeBytes = std::function<void(const std::string& place, const std::string& bytes)>;

// Nobody may hold the store.
inline void read_rocks(const fs::path& folder, const TakeBytes& take) {
  std::vector<std::string> names;
  const auto listed = rocksdb::DB::ListColumnFamilies({}, folder.string(), &names);
  ASSERT_TRUE(listed.ok()) << folder << ": " << listed.ToString();
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const auto& name : names) families.emplace_back(name, rocksdb::ColumnFamilyOptions());
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* raw = nullptr;
  const auto opened = rocksdb::DB::OpenForReadOnly({}, folder.string(), families, &handles, &raw);
  ASSERT_TRUE(opened.ok()) << folder << ": " << opened.ToString();
  const std::unique_ptr<rocksdb::DB> db(raw);
  for (std::size_t i = 0; i < handles.size(); ++i) {
    const std::unique_ptr<rocksdb::Iterator> rows(db->NewIterator({}, handles[i]));
    for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
      const std::string place = folder.string() + ": " + names[i];
      take(place, rows->key().ToString());
      take(place, rows->value().ToString());
      if (const auto plain = embedded::unpack_value(rows->value().ToString(), ledger::kBlockBytesMax)) take(place, *plain);
    }
    EXPECT_TRUE(rows->status().ok());
  }
  for (auto* handle : handles) db->DestroyColumnFamilyHandle(handle);
}

// Nobody may hold the folder.
inline void read_everything(const fs::path& folder, const TakeBytes& take) {
  std::vector<fs::path> stores;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    take(entry.path().string(), std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>()));
    if (entry.path().filename() == "CURRENT") stores.push_back(entry.path().parent_path());
  }
  for (const auto& store : stores) read_rocks(store, take);
}

}  // namespace docket::testing
