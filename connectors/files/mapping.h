// How a row of a file becomes events of a kind: schemas/mappings/<name>.yaml, compiled. The words are explained at the head of
// schemas/mappings/boston-311.yaml. A mapping is pure: the same row gives the same events with the same ids, so that importing twice
// doubles nothing.
// Thread rule: a Mapping is immutable; one RowMapper a thread. Ownership: values.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/files/rows.h"
#include "connectors/files/wall_time.h"
#include "engine/definition/bundle.h"
#include "engine/definition/compile.h"

namespace docket::files {

// "boston311:{CASE_ENQUIRY_ID}": text and columns in turn.
struct Template {
  struct Piece {
    std::string text;
    int column = -1;  // into Mapping::columns; -1: `text`
  };
  std::vector<Piece> pieces;
  [[nodiscard]] bool empty() const { return pieces.empty(); }
};

struct Place {  // in the mapping's file
  int line = 0;
  int column = 0;
};

struct FieldMapping {
  enum class Type : std::uint8_t { kText, kInteger, kDecimal, kFlag, kDate, kInstant };
  std::string name;
  Type type = Type::kText;
  int column = -1;  // -1: `constant`
  std::string constant;
  TimeFormat format;                                        // kDate and kInstant
  std::vector<std::pair<std::string, std::string>> values;  // the file's word -> ours; sorted; empty: as it stands
  Place at;
};

struct EventMapping {
  std::string name;
  int major = 1;
  std::string role;
  Template author;
  Template unit;
  int time_column = -1;
  TimeFormat time_format;
  std::vector<int> when;  // columns that must not be empty
  std::vector<FieldMapping> data;
  Place at;
  Place role_at;
};

struct Mapping {
  std::string file;
  std::string name;
  std::string kind;
  std::string source;
  std::string prefix;
  model::Zone zone;
  Template subject;
  Template id;
  bool clamp = false;                // a time before the last transition to it is moved there
  std::string original;              // data field that keeps the time which was moved
  std::vector<std::string> columns;  // all that the mapping reads, each once
  std::vector<EventMapping> events;
  std::uint64_t fingerprint = 0;  // of its text
  Place kind_at;
  Place source_at;
};

struct CompiledMapping {
  std::shared_ptr<const Mapping> mapping;  // null if there is an error
  std::vector<definition::Diagnostic> diagnostics;
};

// `zone`: the office's; a mapping that names another one is an error.
[[nodiscard]] CompiledMapping compile_mapping(const std::string& file, const std::string& content, const model::Zone& zone);

// What a bundle knows better: kind, source, events, roles, data fields, required fields that nothing fills.
[[nodiscard]] std::vector<definition::Diagnostic> check_mapping(const Mapping& mapping, const definition::Bundle& bundle);

// Row -> events.
class RowMapper {
 public:
  explicit RowMapper(std::shared_ptr<const Mapping> mapping) : mapping_(std::move(mapping)) {}
  // Appends the row's events, as CloudEvents' JSON, to `events`. Returns why it can't, or "". `clamped` counts the times moved.
  [[nodiscard]] std::string map(const Row& row, std::vector<std::string>& events, std::uint32_t& clamped);

 private:
  std::string fill(const Template& text, const Row& row) const;
  std::string append_event(const EventMapping& event, const Row& row, std::string& json);
  std::string append_field(const FieldMapping& field, const Row& row, std::string& json, bool& first) const;

  std::shared_ptr<const Mapping> mapping_;
  // of the present row
  std::string subject_;
  std::string id_;
  model::Instant last_time_ = model::kNoInstant;
  int sequence_ = 0;
  bool moved_ = false;
};

}  // namespace docket::files
