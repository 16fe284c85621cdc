#include "engine/ingest/binary_mode.h"

#include "engine/ingest/json_check.h"
#include "engine/ingest/json_text.h"

namespace docket::ingest {

std::string structured(std::span<const BinaryAttribute> attributes, std::string_view data) {
  thread_local JsonCheck json;
  std::string out = "{";
  for (const auto& [name, value] : attributes) {
    if (out.size() > 1) out += ',';
    append_json_string(out, name);
    out += ':';
    append_json_string(out, value);
  }
  if (!data.empty()) {
    // Checked alone, so that it can't say anything of the envelope.
    if (!json.check(data).empty()) return std::string(data);
    if (out.size() > 1) out += ',';
    out += "\"data\":";
    out += data;
  }
  return out + "}";
}

}  // namespace docket::ingest
