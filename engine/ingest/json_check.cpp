#include "engine/ingest/json_check.h"

#include <simdjson.h>

#include <cstring>
#include <vector>

#include "engine/ingest/number.h"

namespace docket::ingest {
namespace {

constexpr std::size_t kKeptBytes = 1024 * 1024;

bool ends_number(char c) { return std::strchr(",]} \n\r\t:", c) != nullptr; }

// Replaces every number that a parser might find too large by as many bytes of "0   ", so that the rest is checked.
void blank_long_numbers(char* text, std::size_t size) {
  constexpr std::size_t kShort = 15;
  for (std::size_t i = 0; i < size; ++i) {
    if (text[i] == '"') {
      for (++i; i < size && text[i] != '"'; ++i) {
        if (text[i] == '\\') ++i;
      }
      continue;
    }
    if (text[i] != '-' && (text[i] < '0' || text[i] > '9')) continue;
    std::size_t end = i;
    while (end < size && !ends_number(text[end])) ++end;
    const std::string_view number(text + i, end - i);
    if ((number.size() > kShort || number.find_first_of("eE") != std::string_view::npos) && is_json_number(number)) {
      text[i] = '0';
      std::memset(text + i + 1, ' ', end - i - 1);
    }
    i = end - 1;
  }
}

std::string explain(simdjson::error_code code) {
  switch (code) {
    case simdjson::EMPTY:
      return "empty";
    case simdjson::UTF8_ERROR:
      return "not UTF-8";
    case simdjson::DEPTH_ERROR:
      return "nested too deeply";
    case simdjson::CAPACITY:
      return "too large";
    case simdjson::STRING_ERROR:
      return "a string with a broken escape";
    case simdjson::UNESCAPED_CHARS:
      return "a control character inside a string";
    case simdjson::UNCLOSED_STRING:
      return "a string that isn't closed";
    case simdjson::NUMBER_ERROR:
      return "a broken number";
    default:
      return "not JSON";
  }
}

}  // namespace

struct JsonCheck::Parser {
  simdjson::dom::parser parser;
  std::vector<char> buffer;

  simdjson::error_code parse(std::size_t size) { return parser.parse(buffer.data(), size, false).error(); }
};

JsonCheck::JsonCheck() : parser_(std::make_unique<Parser>()) {}
JsonCheck::~JsonCheck() = default;

std::string JsonCheck::check(std::string_view text) {
  auto& buffer = parser_->buffer;
  if (buffer.size() < text.size() + simdjson::SIMDJSON_PADDING) buffer.resize(text.size() * 2 + simdjson::SIMDJSON_PADDING);
  if (!text.empty()) std::memcpy(buffer.data(), text.data(), text.size());
  std::memset(buffer.data() + text.size(), ' ', simdjson::SIMDJSON_PADDING);
  auto code = parser_->parse(text.size());
  if (code == simdjson::NUMBER_ERROR) {
    blank_long_numbers(buffer.data(), text.size());
    code = parser_->parse(text.size());
  }
  if (text.size() > kKeptBytes) parser_ = std::make_unique<Parser>();  // simdjson's tape takes eight times the text
  return code == simdjson::SUCCESS ? std::string{} : explain(code);
}

}  // namespace docket::ingest
