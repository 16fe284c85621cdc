#include "engine/ledger/activation.h"

#include "engine/ledger/json_reader.h"
#include "engine/ledger/json_text.h"

namespace docket::ledger {

std::string activation_text(const Activation& activation) {
  std::string out = R"({"bundle":)";
  append_json_string(out, activation.bundle);
  out += ",\"number\":" + std::to_string(activation.number) + ",\"by\":";
  append_json_string(out, activation.by);
  out.push_back('}');
  return out;
}

Result<Activation> parse_activation(std::string_view text) {
  json::od::document document;
  json::od::object members;
  std::string_view bundle;
  std::string_view by;
  Activation out;
  if (json::parse(text, document) != simdjson::SUCCESS || document.get_object().get(members) != simdjson::SUCCESS ||
      members["bundle"].get_string().get(bundle) != simdjson::SUCCESS || bundle.empty() ||
      members["number"].get_uint64().get(out.number) != simdjson::SUCCESS || out.number < 1 || out.number > json::kIntegerMax ||
      members["by"].get_string().get(by) != simdjson::SUCCESS)
    return Error{ErrorCode::kInvalid, "not an activation: " + std::string(text)};
  out.bundle.assign(bundle);
  out.by.assign(by);
  return out;
}

}  // namespace docket::ledger
