#include "projections/codec/model_archive.h"

#include <utility>

namespace docket::projections::codec {
namespace {

using model::Value;

Value load_value(SpanIn& in, int depth) {
  std::uint8_t type = 0;
  in(type);
  switch (static_cast<Value::Type>(type)) {
    case Value::Type::kNone:
      return {};
    case Value::Type::kText:
    case Value::Type::kSealed: {
      std::string text;
      in(text);
      return static_cast<Value::Type>(type) == Value::Type::kText ? Value::text(std::move(text)) : Value::sealed(std::move(text));
    }
    case Value::Type::kList: {
      if (depth >= kValueDepthMax) throw cereal::Exception("a list lies too deep");
      const std::size_t count = in.size();
      std::vector<Value> items;
      for (std::size_t i = 0; i < count; ++i) items.push_back(load_value(in, depth + 1));
      return Value::list(std::move(items));
    }
    default:
      break;
  }
  std::int64_t number = 0;
  in(number);
  switch (static_cast<Value::Type>(type)) {
    case Value::Type::kInteger:
      return Value::integer(number);
    case Value::Type::kDecimal:
      return Value::decimal(number);
    case Value::Type::kFlag:
      return Value::flag(number != 0);
    case Value::Type::kDate:
      return Value::date(static_cast<model::Day>(number));
    case Value::Type::kInstant:
      return Value::instant(number);
    case Value::Type::kSymbol:
      return Value::symbol(static_cast<model::Symbol>(number));
    default:
      throw cereal::Exception("a value has an unknown type");
  }
}

}  // namespace

void save(SpanOut& out, const Value& value) {
  out(static_cast<std::uint8_t>(value.type()));
  switch (value.type()) {
    case Value::Type::kNone:
      return;
    case Value::Type::kText:
    case Value::Type::kSealed:
      out(value.as_text());
      return;
    case Value::Type::kList:
      out(value.items());
      return;
    default:
      out(value.number());
      return;
  }
}

void load(SpanIn& in, Value& value) { value = load_value(in, 0); }

}  // namespace docket::projections::codec
