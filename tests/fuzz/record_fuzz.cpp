// libFuzzer target: any bytes as a block, a position token, a sealed value, a heads line, a packed value and a key row.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "connectors/embedded/key_rows.h"
#include "connectors/embedded/value_codec.h"
#include "tests/unit/ledger_properties.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string text(bytes, bytes + size);
  std::string broken = docket::ledger::testing::broken_property(text);
  const auto unpacked = docket::embedded::unpack_value(text, docket::ledger::kBlockBytesMax);
  if (unpacked.ok() && *docket::embedded::unpack_value(docket::embedded::pack_value(*unpacked), unpacked->size()) != *unpacked)
    broken = "packing changes a value";
  docket::embedded::WrappedRow row;
  if (docket::embedded::read_row(text, row) == docket::embedded::RowState::kWhole) {
    std::string again;
    docket::embedded::append_row(again, row);
    if (!text.starts_with(again)) broken = "a key row changes by reading";
  }
  if (!broken.empty()) {
    std::fprintf(stderr, "%s\n", broken.c_str());
    std::abort();
  }
  return 0;
}
