// One event's JSON cut into its attributes and data members, as views of one owned copy of the text.
// Thread rule: free functions.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "engine/model/event.h"

namespace docket::ingest {

enum class Attr : unsigned char {
  kSpecversion,
  kId,
  kSource,
  kType,
  kSubject,
  kTime,
  kDatacontenttype,
  kDataschema,
  kDataBase64,
  kSequence,
  kExpectedrevision,
  kDataclassification,
  kAuthid,
  kActorunit,
  kActorrole,
  kOnbehalfof,
  kApprovedby,
  kData,
  kOther,
};
inline constexpr std::size_t kAttrs = static_cast<std::size_t>(Attr::kOther);
inline constexpr std::size_t kAttributesMax = 100;

[[nodiscard]] Attr attr_from(std::string_view name);
[[nodiscard]] std::string_view name_of(Attr attr);

// What is not in Event itself.
struct Split {
  std::array<std::string_view, kAttrs> raw{};  // empty: not there, or null
  std::size_t others = 0;                      // attributes that no Attr names
  std::string_view problem;                    // why it can't be read; empty if it can
  std::string_view problem_name;               // the member it is about
  [[nodiscard]] std::string_view at(Attr attr) const { return raw[static_cast<std::size_t>(attr)]; }
};

// Fills event.text, event.attributes and, if `data` is an object, event.data (name and raw). `json`: one value, trimmed,
// that has passed JsonCheck or stands in the ledger.
[[nodiscard]] Split split(model::Event& event, std::string_view json);

// Whether a name of the event stands in its text as it is: then nothing in it needs an escape.
[[nodiscard]] inline bool stands_in_text(const model::Event& event, std::string_view name) {
  if (event.text == nullptr) return false;
  const char* from = event.text->data();
  return !std::less<>{}(name.data(), from) && std::less<>{}(name.data(), from + event.text->size());
}

}  // namespace docket::ingest
