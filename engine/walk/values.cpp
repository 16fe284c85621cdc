// Values of every type of the definition language, as JSON.
#include <algorithm>

#include "engine/ingest/json_text.h"
#include "engine/walk/proposer.h"
#include "engine/walk/text.h"

namespace docket::walk {
namespace {

using definition::TypeSpec;
using definition::ValueType;
using model::Value;

std::string number_text(std::int64_t thousandths, unsigned decimals) {
  std::string out = std::to_string(thousandths / 1000);
  if (thousandths < 0 && thousandths > -1000) out.insert(0, 1, '-');
  std::string digits = std::to_string(1000 + std::abs(thousandths % 1000)).substr(1, decimals);
  while (!digits.empty() && digits.back() == '0') digits.pop_back();
  return digits.empty() ? out : out + "." + digits;
}

}  // namespace

std::string Proposer::value(const TypeSpec& spec, const definition::Test* wanted, model::Instant time) {
  if (!spec.many) return one_value(spec, wanted, time);
  std::vector<std::string> items;
  for (std::uint64_t n = 1 + random_.below(3); n > 0; --n) {
    auto item = one_value(spec, items.empty() ? wanted : nullptr, time);
    if (std::find(items.begin(), items.end(), item) == items.end()) items.push_back(std::move(item));
  }
  std::string out = "[";
  for (const auto& item : items) out += (out.size() > 1 ? "," : "") + item;
  return out + "]";
}

std::string Proposer::one_value(const TypeSpec& spec, const definition::Test* wanted, model::Instant time) {
  const bool chosen = wanted != nullptr && !wanted->values.empty();
  switch (spec.type) {
    case ValueType::kText:
    case ValueType::kPerson: {
      std::string text = "t" + std::to_string(random_.below(90));
      if (spec.min && text.size() < static_cast<std::size_t>(*spec.min))
        text.append(static_cast<std::size_t>(*spec.min) - text.size(), 'x');
      if (spec.max && text.size() > static_cast<std::size_t>(*spec.max)) text.resize(static_cast<std::size_t>(*spec.max));
      return quoted(text);
    }
    case ValueType::kInteger:
    case ValueType::kDecimal: {
      const bool integer = spec.type == ValueType::kInteger;
      const std::int64_t unit = integer ? 1000 : 1;
      std::int64_t low = spec.min ? *spec.min * unit : spec.max ? std::min<std::int64_t>(0, *spec.max * unit) : 0;
      std::int64_t high = spec.max ? *spec.max * unit : low + 100'000;
      if (chosen) return number_text(random_.of(wanted->values), integer ? 0 : spec.decimals);
      if (wanted != nullptr && wanted->is_range) {
        if (wanted->min) low = std::max(low, *wanted->min);
        if (wanted->max) high = std::min(high, *wanted->max);
        if (wanted->min && !spec.max) high = std::max(high, low);
        if (wanted->max && !spec.min) low = std::min(low, high);
      }
      return number_text(integer ? random_.between((low + 999) / 1000, high / 1000) * 1000 : random_.between(low, high),
                         integer ? 0 : spec.decimals);
    }
    case ValueType::kFlag: {
      const bool on = chosen ? random_.of(wanted->values) != 0 : random_.percent(50);
      return on ? "true" : "false";
    }
    case ValueType::kDate:
      return quoted(model::format_date(bundle_->zone.local_day(time) + static_cast<model::Day>(random_.between(1, 20))));
    case ValueType::kInstant:
      return quoted(model::format_instant(time + random_.between(1, 480) * 3'600'000));
    case ValueType::kUnit:
      if (chosen) return quoted(bundle_->symbols.text(static_cast<model::Symbol>(random_.of(wanted->values))));
      return bundle_->units.empty() ? quoted("none") : quoted(bundle_->symbols.text(any_unit()));
    case ValueType::kCode: {
      std::vector<std::int64_t> both;  // a value that the test wants and the type allows
      for (std::size_t i = 0; chosen && i < spec.allowed.size(); ++i) {
        if (std::binary_search(wanted->values.begin(), wanted->values.end(), static_cast<std::int64_t>(spec.allowed[i])))
          both.push_back(spec.allowed[i]);
      }
      if (!both.empty()) return quoted(bundle_->symbols.text(static_cast<model::Symbol>(random_.of(both))));
      return spec.allowed.empty() ? quoted("none") : quoted(bundle_->symbols.text(random_.of(spec.allowed)));
    }
    case ValueType::kUri:
      return quoted("urn:document:" + std::to_string(random_.below(90)));
    case ValueType::kObject:
      return "{\"n\":" + std::to_string(random_.below(90)) + "}";
  }
  return "null";
}

// A value that a case holds, as an event would say it.
std::string Proposer::value_text(const Value& value) const {
  switch (value.type()) {
    case Value::Type::kInteger:
      return std::to_string(value.number());
    case Value::Type::kDecimal:
      return number_text(value.number(), 3);
    case Value::Type::kFlag:
      return value.number() != 0 ? "true" : "false";
    case Value::Type::kDate:
      return quoted(model::format_date(static_cast<model::Day>(value.number())));
    case Value::Type::kInstant:
      return quoted(model::format_instant(value.number()));
    case Value::Type::kSymbol:
      return quoted(bundle_->symbols.text(value.as_symbol()));
    default:
      return quoted(value.as_text());
  }
}

}  // namespace docket::walk
