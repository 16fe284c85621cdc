// The state of one compile: the texts, the trees read so far, the bundle under construction, and where each thing was written.
// Internal to engine/definition.
// Thread rule: one compile, one thread. Ownership: `documents` holds every Node that the pointers here name.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/definition/bundle.h"
#include "engine/definition/report.h"
#include "engine/definition/yaml_reader.h"

namespace docket::definition {

// kOpen: `rows: []`, a limit or number that nobody has set; a higher set decides which.
enum class RuleSort : std::uint8_t { kLimit, kSwitch, kNumber, kValues, kNotices, kOpen };

struct ScopeBuild {  // where a scope's things were written; parallel to ScopeDef's vectors (the keys)
  const Node* node = nullptr;
  std::vector<const Node*> attributes;
  std::vector<const Node*> states;
  std::vector<const Node*> clocks;
  std::vector<const Node*> gates;
};

struct KindBuild {
  KindId id = 0;
  const Node* root = nullptr;
  std::vector<ScopeBuild> scopes;
  std::vector<const Node*> events;      // keys; parallel to KindDef::events
  std::vector<const Node*> event_maps;  // values
  std::vector<const Node*> links;
  std::map<Symbol, const Node*> values;  // inline and rule values in use: each needs a label
};

struct Build {
  Build(const std::map<std::string, std::string>& all, std::string_view name, Trees& read)
      : texts(all), office(name), trees(read), bundle(std::make_shared<Bundle>()) {}

  const std::map<std::string, std::string>& texts;
  std::string office;
  Trees& trees;
  Report report;
  std::shared_ptr<Bundle> bundle;
  std::map<std::string, std::shared_ptr<const Document>> documents;
  const Node* office_node = nullptr;

  std::vector<RuleSort> rule_sorts;     // parallel to Bundle::rules
  std::vector<const Node*> rule_nodes;  // the map {value|rows, source, certainty} that holds
  std::map<std::string, std::size_t, std::less<>> code_lists;
  std::vector<KindBuild> kinds;
  std::set<std::string, std::less<>> levels;  // notice levels in use

  // The tree of that file, kept; null (reported at `at`) if the bundle has no such file or it is not readable.
  const Node* load(const std::string& path, const Node& at);

  KindDef& kind(const KindBuild& k) const { return bundle->kinds[k.id]; }
};

// ---- the office and what it names (office.cpp, units.cpp, calendars.cpp) ---------------------------------------------
[[nodiscard]] bool read_office(Build& build);  // head: title, zone, roles; false when nothing else can be read
void read_calendars(Build& build);
void read_zone(Build& build, const Node& at);
void read_units(Build& build);
void read_codes(Build& build);
void read_sources(Build& build);  // after kinds are known
[[nodiscard]] Labels read_labels(Build& build, const Node& node, const std::string& where);

// ---- rules (rules.cpp) -----------------------------------------------------------------------------------------------
void read_rules(Build& build);
// The rule of that name and sort, or kNone16 after a report.
[[nodiscard]] RuleId find_rule(Build& build, const Node& name, RuleSort sort, const std::string& where);
// A number written out, or the name of a rule that is a number; in thousandths.
[[nodiscard]] std::optional<std::int64_t> read_number(Build& build, const Node& node, const std::string& where);

// ---- kinds ----------------------------------------------------------------------------------------------------------
void declare_kinds(Build& build);                      // kinds.cpp: names, attributes, states of every kind
void compile_events(Build& build, KindBuild& kind);    // events.cpp
void compile_clocks(Build& build, KindBuild& kind);    // clocks.cpp: clocks and gates
void compile_reactions(Build& build);                  // reactions.cpp: what opens a case of another kind
void compile_metrics(Build& build);                    // metrics.cpp
void check_graphs(Build& build, KindBuild& kind);      // check.cpp
void read_kind_labels(Build& build, KindBuild& kind);  // labels.cpp
void read_common_labels(Build& build);

[[nodiscard]] const std::string& scope_name(const KindDef& kind, ScopeId scope);  // "hotline-ticket" or "assist"

// ---- types and values (types.cpp) -------------------------------------------------------------------------------------
// The type of an attribute or field: a word, a list of values, or a map. `where` names it in messages.
[[nodiscard]] TypeSpec read_type(Build& build, KindBuild& kind, const Node& node, const std::string& where, bool in_common);
// Reads the keys `type of many public private min max` of a map.
[[nodiscard]] TypeSpec read_type_map(Build& build, KindBuild& kind, const Fields& fields, bool in_common);
[[nodiscard]] Value read_value(Build& build, const TypeSpec& spec, const Node& node, const std::string& where);
[[nodiscard]] Names names_of(const Build& build, const std::vector<Symbol>& symbols);

// ---- names within a kind ------------------------------------------------------------------------------------------------
struct AttributeRef {
  ScopeId scope = 0;
  AttributeId id = kNone16;
};
// Own scope first, then the case's. kNone16 if there is none (not reported).
[[nodiscard]] AttributeRef find_attribute(const KindDef& kind, ScopeId scope, std::string_view name);
[[nodiscard]] Names attribute_names(const KindDef& kind, ScopeId scope);
[[nodiscard]] Names event_names(const KindDef& kind, ScopeId scope, bool all);
[[nodiscard]] Names state_names(const ScopeDef& scope);
[[nodiscard]] Names clock_names(const ScopeDef& scope);
// States named in a list, `any open`, `any paused`, `any closed` among them.
[[nodiscard]] std::uint64_t read_states(Build& build, const ScopeDef& scope, const std::vector<const Node*>& words,
                                        const std::string& where);

// ---- conditions (conditions.cpp) ------------------------------------------------------------------------------------------
struct ConditionContext {
  ScopeId scope = 0;
  const EventDef* event = nullptr;  // gives data.x
  bool metric = false;              // total.x, @last; no data.x
  bool stock = false;               // clock values may be `overdue`
};
[[nodiscard]] ConditionId compile_condition(Build& build, KindBuild& kind, const Node& node, const ConditionContext& context,
                                            const std::string& where);
// "satisfaction@last" -> name and round; false after a report.
[[nodiscard]] bool split_round(Build& build, const Node& at, std::string_view text, const std::string& where, std::string_view& name,
                               RoundSelect& select, std::uint16_t& round);
// The rows of a limit rule, their conditions compiled for the scope of the clock that uses it.
[[nodiscard]] std::vector<LimitRow> compile_rows(Build& build, KindBuild& kind, RuleId rule, ScopeId scope, const std::string& where);

}  // namespace docket::definition
