// Any text as one file of a bundle: compile() answers with findings and never crashes. The first byte chooses the file that the rest
// replaces.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <string>

#include "engine/definition/compile.h"
#include "tests/unit/definition_small_office.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::map<std::string, std::string> texts = docket::definition::small_office();
  auto file = texts.begin();
  std::advance(file, data[0] % texts.size());
  file->second.assign(reinterpret_cast<const char*>(data + 1), size - 1);
  const docket::definition::Compiled compiled = docket::definition::compile(texts, "small");
  if (compiled.ok()) {
    if (compiled.bundle->id.size() != 64) std::abort();
  } else if (compiled.diagnostics.empty()) {
    std::abort();  // refused, but nobody is told why
  }
  for (const auto& each : compiled.diagnostics) {
    if (each.format().empty()) std::abort();
  }
  return 0;
}
