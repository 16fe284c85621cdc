// The compiled form of everything that judges: kinds, rules, calendars, units, codes, sources, metrics of one office.
// Produced by compile() in engine/definition/compile.h from the texts of one bundle; immutable and shared afterwards.
// Judging an event uses ids and masks only; names are resolved at the edges (ingest, answers, the ledger's records).
// Thread rule: immutable, share freely.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/calendar/calendar.h"
#include "engine/definition/link.h"
#include "engine/model/ids.h"
#include "engine/model/time.h"
#include "engine/model/value.h"

namespace docket::definition {

using namespace model;  // NOLINT: ids and values are this layer's vocabulary

// Heterogeneous lookup of names.
struct NameHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};
template <typename T>
using NameMap = std::unordered_map<std::string, T, NameHash, std::equal_to<>>;

template <typename T>
[[nodiscard]] const T* find_name(const NameMap<T>& map, std::string_view name) {
  const auto it = map.find(name);
  return it == map.end() ? nullptr : &it->second;
}

class SymbolTable {  // interned codes, units, inline values; ids are dense and stable within a bundle
 public:
  Symbol intern(std::string_view text);
  [[nodiscard]] Symbol find(std::string_view text) const;  // kNoSymbol if unknown
  [[nodiscard]] const std::string& text(Symbol symbol) const { return texts_[symbol]; }
  [[nodiscard]] std::size_t size() const { return texts_.size(); }

 private:
  std::vector<std::string> texts_;
  NameMap<Symbol> ids_;
};

// ---- values -------------------------------------------------------------------------------------------------------
enum class ValueType : std::uint8_t { kText, kInteger, kDecimal, kFlag, kDate, kInstant, kUnit, kPerson, kUri, kCode, kObject };

struct TypeSpec {
  ValueType type = ValueType::kText;
  std::uint8_t decimals = 0;  // of kDecimal, at most 3; kept as thousandths
  bool many = false;
  bool is_private = false;                          // sealed in the record
  std::vector<Symbol> allowed;                      // kCode: sorted; kUnit: empty (= every unit of the office)
  std::vector<std::pair<Symbol, Symbol>> meanings;  // value -> meaning, when `of` is a rule whose values are a map
  std::vector<Symbol> unused_meanings;              // what the rule declares and no value of this office means
  std::optional<std::int64_t> min;                  // integer: the number; decimal: thousandths; text: characters
  std::optional<std::int64_t> max;
};

struct AttributeDef {
  std::string name;
  Labels labels;
  TypeSpec spec;
  bool dimension = false;
  bool per_round = false;
  Value default_value;
  std::vector<AttributeId> alias;  // the case is findable by these values together; a second case with them is an alarm,
  bool alarm_while_open = false;   // or is one only while neither of the two is closed
  std::vector<RoleId> readers;
};

// ---- conditions ---------------------------------------------------------------------------------------------------
enum class ClockValue : std::uint8_t { kNone, kRunning, kPaused, kMet, kLate, kCancelled, kUnlimited, kOverdue };
enum class RoundSelect : std::uint8_t { kCurrent, kFirst, kLast, kNumber };

struct Test {
  enum class Left : std::uint8_t { kAttribute, kData, kState, kRound, kCount, kTotal, kClock };
  Left left = Left::kAttribute;
  ScopeId scope = 0;     // whose attribute, state or clock
  std::uint16_t id = 0;  // attribute, index into EventDef::fields, event, or clock
  RoundSelect select = RoundSelect::kCurrent;
  std::uint16_t round = 0;           // with kNumber
  std::uint64_t mask = 0;            // kState: 1 << state; kClock: 1 << ClockValue
  std::vector<std::int64_t> values;  // symbols, 0/1 flags, thousandths; sorted
  bool if_present = false;           // `present`
  bool if_absent = false;            // `absent`, or `false` of a flag without a value
  bool is_range = false;             // {min, max, below}: in thousandths (integers x 1000), never true of an absent value
  std::optional<std::int64_t> min;
  std::optional<std::int64_t> max;
};
struct Condition {
  std::vector<std::vector<Test>> any;  // any alternative of which all tests hold
  std::string text;                    // as written, for answers and explanations
};

// ---- rules --------------------------------------------------------------------------------------------------------
enum class Certainty : std::uint8_t { kText, kReported, kAssumed };

struct Notice {
  calendar::Duration at;     // before (negative) or after the due date
  std::int32_t time_ms = 0;  // ms of the local day
  std::string level;
  RoleId to = kNone8;  // kNone8: the clock's holder
};

struct RuleDef {
  std::string name;
  std::string set;  // the rule set (layer) that says so
  std::string source;
  Certainty certainty = Certainty::kAssumed;
  std::string text;  // the value or rows as written
  bool is_switch = false;
  bool on = false;
  std::optional<std::int64_t> thousandths;        // a number
  std::vector<std::pair<Symbol, Symbol>> values;  // a value list (value, value) or map (value, meaning)
  std::vector<Symbol> meanings;                   // those that any office's map may use, as the lowest set says
  std::vector<Notice> notices;
  bool has_limit = false;  // {value: 5wd} or rows: see ClockDef::rows
};

struct LimitRow {                   // a rule's row, its condition compiled for the clock that uses it
  ConditionId when = kNoCondition;  // none: always
  calendar::Duration limit;
  std::optional<std::int32_t> start_before_ms;  // applies only if the start's local time is before it
  std::optional<std::int32_t> at_ms;            // the day limit ends at this time
};

// ---- states, gates, clocks, events --------------------------------------------------------------------------------
enum class Category : std::uint8_t { kOpen, kPaused, kClosed };
enum class CaseOutcome : std::uint8_t { kNone, kDone, kNotAccepted, kWithdrawn, kMerged, kTransferred, kTerminated };

struct StateDef {
  std::string name;
  Labels labels;
  Category category = Category::kOpen;
  CaseOutcome outcome = CaseOutcome::kNone;
};

struct GateDef {
  std::string name;
  Labels labels;
  EventId event = kNone16;  // has happened in this round
  ScopeId part = kNone8;    // or: every instance added or moved in this round is in one of `part_states`
  std::uint64_t part_states = 0;
  bool any_part = false;                    // at least one instance instead of every one
  bool all_rounds = false;                  // of every round
  ConditionId if_condition = kNoCondition;  // not applicable unless it holds
  RuleId rule = kNone16;                    // a switch: off = not applicable
  std::vector<RoleId> waive;                // who may waive it; empty: nobody
};

struct ClockRef {
  ScopeId scope = 0;
  ClockId clock = 0;
  friend bool operator==(const ClockRef&, const ClockRef&) = default;
};

struct Holder {
  enum class Kind : std::uint8_t { kNone, kAttribute, kKey } kind = Kind::kNone;
  ScopeId scope = 0;
  AttributeId attribute = kNone16;
  ScopeId else_scope = 0;  // whose, where that attribute has no value
  AttributeId else_attribute = kNone16;
};

struct ExtendDef {
  EventId by = kNone16;
  std::uint16_t until_field = kNone16;  // index into that event's fields
  std::int32_t times = 1;
  RuleId cap = kNone16;
  std::vector<LimitRow> cap_rows;  // from the clock's start
};

struct ClockDef {
  std::string name;
  Labels labels;
  bool per_round = false;
  bool restart = false;  // again: restart
  bool window = false;
  bool outlives = false;  // closing: keep: the case's closing doesn't cancel it
  RuleId limit = kNone16;
  std::vector<LimitRow> rows;   // of that rule; none matching: unlimited
  AttributeId given = kNone16;  // instead of a limit: a date (its last millisecond) or instant attribute
  ScopeId given_scope = 0;
  bool given_key = false;          // instead of both: the part's key, a date
  std::uint64_t pause_states = 0;  // states of its own scope
  Holder holder;
  std::optional<ExtendDef> extend;
  RuleId notices_rule = kNone16;
  std::vector<Notice> notices;
  bool starts_added = false;  // part clocks: starts when the instance is made, by `adds` or by an opening event
  bool timed = false;         // set by derive(): some event follows `after` it
};

struct ActorRule {
  enum class Kind : std::uint8_t { kRole, kAttribute, kPart, kKey } kind = Kind::kRole;
  RoleId role = kNone8;  // kRole
  ScopeId scope = 0;     // kAttribute: whose; kPart: which part
  AttributeId attribute = kNone16;
};

struct FieldDef {  // a field of an event's data that the definition knows
  std::string name;
  Labels labels;  // of the attribute, the link, the part, or the field's own
  TypeSpec spec;
  bool required = false;
  AttributeId attribute = kNone16;  // set/may: kept as this attribute of the event's scope
  ScopeId adds_part = kNone8;       // adds: each item becomes the key of a new instance
  bool is_part_key = false;         // the reserved field `part`
  LinkId link = kNone8;             // the target of this link
};

enum class EventAction : std::uint8_t {  // what the engine itself does for a common event, beside the words above
  kNone,
  kLinked,
  kUnlinked,
  kCorrected,
  kVoided,
  kGateWaived,
  kClockAdjusted,
  kMigrated,
  kReleased,
  kErased,
};

// The one event that may do kMigrated: a case's history is searched for that name.
inline constexpr std::string_view kMigratedEvent = "migrated";
// The same of kErased.
inline constexpr std::string_view kErasedEvent = "erased";

struct Revocation {
  ClockRef clock;
  ConditionId when = kNoCondition;
};

enum class Once : std::uint8_t { kNo, kCase, kRound };
inline constexpr StateId kStay = 0xFD;  // no `to`: a fact
inline constexpr StateId kBack = 0xFC;  // to: back

struct EventDef {
  std::string name;
  Labels labels;
  ScopeId scope = 0;
  std::uint16_t major = 1;
  bool common = false;     // from common.yaml
  bool opens = false;      // creates the case, or the part instance
  std::uint64_t from = 0;  // states of its scope
  StateId to = kStay;
  std::vector<ActorRule> by;
  EventId not_by = kNone16;
  std::vector<FieldDef> fields;  // set, may, data, also, adds, link, part
  NameMap<std::uint16_t> field_ids;
  std::vector<AttributeId> unset;
  std::vector<std::pair<AttributeId, Value>> fix;
  ConditionId when = kNoCondition;
  std::vector<GateId> needs;     // gates of its scope
  ClockId while_clock = kNone8;  // of its scope,
  ScopeId while_scope = 0;       // or, of a part's event, of the case: then one that has not begun (in this round) is no hindrance
  ClockId after_clock = kNone8;
  EventId answers = kNone16;
  Once once = Once::kNo;
  bool next_round = false;
  std::int64_t late_ms = 86'400'000;  // plain limits (h, min, d); 0 if the calendar decides: see `late`
  calendar::Duration late;            // as written; unit kNone: 24 h
  std::vector<ScopeId> clears;
  LinkId link = kNone8;
  LinkId unlink = kNone8;
  std::vector<LinkId> reacts;  // links whose target this event opens
  EventAction action = EventAction::kNone;
  std::vector<ClockRef> starts;
  std::vector<ClockRef> stops;
  std::vector<ClockRef> cancels;
  std::vector<ClockRef> extends;
  std::vector<Revocation> revokes;
  // set by derive()
  bool author_asked = false;         // some not_by names it: its actor is remembered
  std::vector<EventId> answered_by;  // events that answer it
  bool quiet = false;                // a note or attachment: raises the version, not the revision
};

struct ScopeDef {    // the case itself, or a part
  std::string name;  // "" or the part's name
  Labels labels;
  std::vector<AttributeDef> attributes;
  std::vector<StateDef> states;
  std::vector<GateDef> gates;
  std::vector<ClockDef> clocks;
  NameMap<AttributeId> attribute_ids;
  NameMap<StateId> state_ids;
  NameMap<ClockId> clock_ids;
  NameMap<GateId> gate_ids;
  std::uint64_t open_states = 0;
  std::uint64_t paused_states = 0;
  std::uint64_t closed_states = 0;
  StateId first_open = 0;  // state of an instance made by `adds`
  // parts only
  std::string key_name;
  TypeSpec key_spec;
  bool keys_in_order = false;   // integer keys are 1, 2, 3 ... without a gap, each once for ever
  AttributeId quota = kNone16;  // so many instances may be open, as this attribute of the case says (no value: no bound),
  std::string quota_unless;     // but for an event that carries this field
  std::uint64_t during = 0;     // states of the case in which its events are legal
  // set by derive()
  std::uint64_t back_states = 0;  // states that some event leaves by `to: back`
};

struct Anchor {  // what places a case in a period, or begins or ends a duration (kClockStart: only that)
  enum class Kind : std::uint8_t {
    kClockDue,
    kClockOriginalDue,
    kClockStop,
    kClockStart,
    kEventFirst,
    kEventLast
  } kind = Kind::kEventFirst;
  ScopeId scope = 0;
  std::uint16_t id = 0;  // clock or event
  friend bool operator==(const Anchor&, const Anchor&) = default;
};

// What of a case something reads, or an event changed: bits by id. Of a part all instances are one bit.
struct Touched {
  static constexpr std::size_t kIdsMax = 256;
  std::array<std::uint64_t, 4> attributes{};  // of the case itself
  std::array<std::uint64_t, 4> events{};      // counted in the case itself
  std::uint64_t clocks = 0;                   // of the case itself
  std::uint64_t parts = 0;                    // 1 << scope
  bool state = false;
  bool round = false;
  bool all = false;
  [[nodiscard]] bool meets(const Touched& other) const;
};

struct KindDef {
  std::string name;
  std::uint16_t version = 1;
  Labels labels;
  std::int64_t parking_ms = 72 * 3'600'000LL;
  std::vector<ScopeDef> scopes;  // [0] = the case, then its parts
  std::vector<EventDef> events;  // all scopes and the common ones; EventId is the index
  std::vector<LinkDef> links;
  std::vector<Condition> conditions;  // ConditionId is the index
  NameMap<EventId> event_ids;
  NameMap<ScopeId> part_ids;
  NameMap<LinkId> link_ids;
  // set by derive()
  std::vector<std::uint16_t> metrics;  // over this kind, with contributions of their own
  std::vector<Anchor> anchors;         // of those metrics, each once
};

// ---- metrics ------------------------------------------------------------------------------------------------------
struct FieldRef {  // a dimension, or what a ratio weighs
  enum class Kind : std::uint8_t { kAttribute, kEach, kKey, kState, kRound, kClockHolder, kEventHour } kind = Kind::kAttribute;
  ScopeId scope = 0;
  std::uint16_t id = 0;
  RoundSelect select = RoundSelect::kCurrent;
  std::uint16_t round = 0;
};

struct MetricDef {
  enum class Measure : std::uint8_t {
    kRatioWhen,
    kRatioWeigh,
    kRatioByEnd,
    kCount,
    kSum,
    kStock,
    kDuration,
    kCombine,
    kComplement,
    kRatioSums
  };
  std::string name;  // with its variant: "hotline.satisfaction.v1"
  std::string area;
  Labels title;
  std::uint16_t version = 1;
  KindId kind = kNone16;
  ScopeId scope = 0;  // 0: over the case; n: over each instance of that part
  Measure measure = Measure::kCount;
  std::vector<Anchor> period;       // several: the earliest
  bool original_due = false;        // met and late are against the due without extensions
  ConditionId only = kNoCondition;  // into the kind's conditions
  struct Except {
    std::string name;
    ConditionId when = kNoCondition;
  };
  static constexpr std::size_t kExceptMax = 28;  // what a cell has room for
  std::vector<Except> except;
  ConditionId when = kNoCondition;                       // kRatioWhen
  FieldRef weigh;                                        // kRatioWeigh, kSum; kRatioSums: the numerator's field
  FieldRef weigh_of;                                     // kRatioSums: the denominator's
  std::vector<std::pair<Symbol, std::int64_t>> weights;  // thousandths
  std::optional<std::int64_t> weight_absent;
  std::int64_t weight_else = 0;
  bool in_thousandths = false;  // kSum, kRatioSums of decimals
  EventId by_end = kNone16;     // kRatioByEnd
  ConditionId stock = kNoCondition;
  std::vector<std::pair<std::uint16_t, std::int64_t>> combine;  // metric, weight in thousandths
  std::uint16_t complement = kNone16;
  struct By {
    std::string name;
    FieldRef field;
  };
  std::vector<By> by;
  std::vector<std::uint16_t> beside;  // companions, always shown with it
  std::int64_t min_n = 0;
  struct Duration {
    enum class Show : std::uint8_t { kMedian, kP90, kMean };
    Anchor from;
    Anchor to;
    std::optional<ClockRef> less;  // without the pauses of that clock
    bool plain = false;            // in hours, in working hours: what is shown; both are kept
    bool working = false;
    std::vector<Show> show;
  } duration;
  struct Target {  // what the figure is to reach
    enum class Kind : std::uint8_t { kNone, kYear, kAtLeast, kAtMost } kind = Kind::kNone;
    RuleId rule = kNone16;        // a number; without one there is no target
    bool by_working_day = false;  // kYear: what is due by a day grows with the working days, else with all days
  } target;
  bool ranked = true;
  std::string formula;  // as written, for the definition card
  Touched reads;        // set by derive(): a change of nothing of this changes no contribution
};

// ---- the rest of an office ----------------------------------------------------------------------------------------
struct UnitDef {
  Symbol code = kNoSymbol;
  Labels title;
  Symbol parent = kNoSymbol;
  std::string peer;
  Day valid_from = 0;
  std::optional<Day> valid_to;
};

struct CodeDef {
  Symbol code = kNoSymbol;
  Labels title;
  Symbol under = kNoSymbol;
};
struct CodeList {
  std::string name;
  std::vector<CodeDef> codes;
};

struct SourceDef {
  std::string name;  // the `source` attribute, to the letter
  Labels title;
  std::vector<KindId> kinds;
  std::vector<RoleId> roles;
  std::vector<Symbol> units;  // empty with all_units
  bool all_units = false;
  bool in_order = false;
  bool backfill = false;
  bool own = false;  // Docket's own: every office has it, nobody else may publish under it
};

// The source of timer events and notices.
inline constexpr std::string_view kOwnSource = "docket";

struct Bundle {
  std::string id;                            // hex SHA-256 of the texts (see bundle_id in compile.h)
  std::map<std::string, std::string> texts;  // path under schemas/ -> content; what the ledger stores
  std::string office;
  Labels title;
  std::string prefix;  // of CloudEvents types
  Zone zone;
  SymbolTable symbols;
  std::vector<std::string> roles;  // RoleId is the index
  std::vector<Labels> role_labels;
  NameMap<RoleId> role_ids;
  RoleId unit_role = kNone8;
  RoleId system_role = kNone8;
  std::shared_ptr<const calendar::Calendar> calendar;
  std::string rules_version;  // names of the layers, "base+example@2017-01-01"
  std::vector<RuleDef> rules;
  NameMap<RuleId> rule_ids;
  std::vector<KindDef> kinds;
  NameMap<KindId> kind_ids;
  std::vector<MetricDef> metrics;
  NameMap<std::uint16_t> metric_ids;
  std::vector<UnitDef> units;
  std::unordered_map<Symbol, std::size_t> unit_ids;  // symbol -> index into units
  std::vector<CodeList> codes;
  std::vector<SourceDef> sources;
  NameMap<std::uint16_t> source_ids;
  std::unordered_map<Symbol, Labels> symbol_labels;  // of codes, units and inline values

  // Whether `unit` is `ancestor` or below it in the unit tree.
  [[nodiscard]] bool unit_within(Symbol unit, Symbol ancestor) const;
};

using BundlePtr = std::shared_ptr<const Bundle>;

// Fills what follows from the rest of the tables; compile() ends with it.
void derive(Bundle& bundle);

}  // namespace docket::definition
