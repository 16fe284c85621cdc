#include "projections/codec/value_text.h"

namespace docket::projections::codec {
namespace {

std::string decimal_text(std::int64_t thousandths) {
  const bool negative = thousandths < 0;
  const std::uint64_t size = negative ? 0 - static_cast<std::uint64_t>(thousandths) : static_cast<std::uint64_t>(thousandths);
  std::string text = (negative ? "-" : "") + std::to_string(size / 1000);
  if (size % 1000 == 0) return text;
  std::string digits = std::to_string(1000 + size % 1000).substr(1);
  while (digits.back() == '0') digits.pop_back();
  return text + "." + digits;
}

}  // namespace

std::string value_text(const definition::Bundle& bundle, const model::Value& value) {
  switch (value.type()) {
    case model::Value::Type::kNone:
      return {};
    case model::Value::Type::kInteger:
      return std::to_string(value.number());
    case model::Value::Type::kDecimal:
      return decimal_text(value.number());
    case model::Value::Type::kFlag:
      return value.number() != 0 ? "true" : "false";
    case model::Value::Type::kDate:
      return model::format_date(static_cast<model::Day>(value.number()));
    case model::Value::Type::kInstant:
      return model::format_instant(value.number());
    case model::Value::Type::kSymbol: {
      const auto symbol = value.as_symbol();
      return symbol < bundle.symbols.size() ? bundle.symbols.text(symbol) : "#" + std::to_string(symbol);
    }
    case model::Value::Type::kText:
    case model::Value::Type::kSealed:
      return value.as_text();
    case model::Value::Type::kList:
      break;
  }
  std::string text;
  for (const auto& item : value.items()) {
    if (!text.empty()) text += ", ";
    text += value_text(bundle, item);
  }
  return text;
}

}  // namespace docket::projections::codec
