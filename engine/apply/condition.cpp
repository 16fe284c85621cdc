#include "engine/apply/condition.h"

#include <algorithm>

namespace docket::apply {
namespace {

using definition::Test;

std::int64_t comparable(const Value& value) {
  // Integers compare in thousandths, as bounds of conditions are kept.
  return value.type() == Value::Type::kInteger ? value.number() * 1000 : value.number();
}

bool matches(const Test& test, const Value& value) {
  const bool empty = value.type() == Value::Type::kList && value.items().empty();  // says no more than nothing
  if (!value.present() || empty) return test.if_absent;
  if (test.is_range) {
    const auto n = comparable(value);
    return (!test.min || n >= *test.min) && (!test.max || n <= *test.max);
  }
  if (test.if_present) return true;
  const auto one = [&](const Value& item) { return std::binary_search(test.values.begin(), test.values.end(), comparable(item)); };
  if (value.type() == Value::Type::kList) return std::any_of(value.items().begin(), value.items().end(), one);
  return one(value);
}

bool matches_number(const Test& test, std::int64_t thousandths) {
  if (test.is_range) return (!test.min || thousandths >= *test.min) && (!test.max || thousandths <= *test.max);
  return test.if_present || std::binary_search(test.values.begin(), test.values.end(), thousandths);
}

const Value& attribute_seen(const Seen& seen, const Test& test) {
  if (seen.def != nullptr && seen.event != nullptr && seen.def->scope == test.scope && test.select == definition::RoundSelect::kCurrent) {
    for (const auto& field : seen.event->data) {
      if (field.field != model::kNone16 && seen.def->fields[field.field].attribute == test.id && field.value.present()) return field.value;
    }
  }
  const ScopeState* scope = test.scope == 0 ? &seen.state->scope : seen.part != nullptr ? &seen.part->scope : nullptr;
  static const Value kAbsent;
  if (scope == nullptr) return kAbsent;
  return attribute(seen.kind->scopes[test.scope], *scope, test.id, test.select, test.round, seen.state->round, seen.last_round);
}

bool test_holds(const Seen& seen, const Test& test) {
  using Left = Test::Left;
  static const Value kAbsent;
  const ScopeState* scope = test.scope == 0 ? &seen.state->scope : seen.part != nullptr ? &seen.part->scope : nullptr;
  switch (test.left) {
    case Left::kAttribute:
      return matches(test, attribute_seen(seen, test));
    case Left::kData: {
      const auto* field = seen.event != nullptr ? seen.event->find(test.id) : nullptr;
      return matches(test, field != nullptr ? field->value : kAbsent);
    }
    case Left::kState:
      return scope != nullptr && in_mask(test.mask, scope->state);
    case Left::kRound:
      return matches_number(test, static_cast<std::int64_t>(seen.state->round) * 1000);
    case Left::kCount:
    case Left::kTotal: {
      const auto* counts = scope_for_counts(*seen.state, *seen.kind, test.id, seen.part);
      const auto* count = counts != nullptr ? count_of(*counts, test.id) : nullptr;
      const std::int64_t n = count == nullptr ? 0 : test.left == Left::kCount ? count->in_round : count->total;
      return matches_number(test, n * 1000);
    }
    case Left::kClock: {
      const auto value =
          clock_value(scope != nullptr ? newest(*scope, static_cast<model::ClockId>(test.id)) : nullptr, seen.as_of, seen.original_due);
      const auto bit = [](ClockValue v) { return std::uint64_t{1} << static_cast<unsigned>(v); };
      if ((test.mask & bit(value)) != 0) return true;
      return value == ClockValue::kOverdue && (test.mask & bit(ClockValue::kRunning)) != 0;
    }
  }
  return false;
}

}  // namespace

bool holds(const Seen& seen, definition::ConditionId condition) {
  if (condition == model::kNoCondition) return true;
  const auto& any = seen.kind->conditions[condition].any;
  return std::any_of(any.begin(), any.end(), [&](const std::vector<Test>& all) {
    return std::all_of(all.begin(), all.end(), [&](const Test& test) { return test_holds(seen, test); });
  });
}

}  // namespace docket::apply
