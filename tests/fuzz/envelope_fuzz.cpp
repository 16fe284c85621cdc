// libFuzzer target: any bytes as an event, a batch, lines, a stored record and as JSON to be made canonical.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "tests/unit/ingest_properties.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static docket::ingest::Ingest ingest(docket::test::test_office(), docket::test::kTagKey);
  const std::string text(bytes, bytes + size);
  const std::string broken = docket::test::broken_property(ingest, text);
  if (!broken.empty()) {
    std::fprintf(stderr, "%s\n", broken.c_str());
    std::abort();
  }
  return 0;
}
