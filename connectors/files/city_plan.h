// The planned life of one generated case, and what planning one needs to know. Internal to the city.
// Thread rule: one thread. Ownership: a context points into the bundle.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/files/city.h"
#include "connectors/files/city_random.h"
#include "engine/calendar/calendar.h"

namespace docket::files {

using model::Instant;

inline constexpr std::int64_t kMinuteMs = 60'000;
inline constexpr std::int64_t kHourMs = 60 * kMinuteMs;

struct PlannedEvent {
  Instant time = 0;
  Instant deliver = 0;
  std::string json;
  CityTruth truth;
  std::string_view name;
};

struct Actor {
  std::string_view role;
  std::string_view author;   // beginning of the pseudonym
  std::uint32_t number = 0;  // its end
  std::string_view unit;     // "": none
};

// Writes the members of an event's data; closes the event when it goes.
class DataWriter {
 public:
  explicit DataWriter(std::string& json) : json_(json) {}
  ~DataWriter() { json_ += "}}"; }
  DataWriter(const DataWriter&) = delete;
  DataWriter& operator=(const DataWriter&) = delete;
  // Texts are the generator's own: nothing in them needs escaping.
  DataWriter& text(std::string_view name, std::string_view value);
  DataWriter& list(std::string_view name, std::string_view value);  // of one
  DataWriter& number(std::string_view name, std::int64_t value);
  DataWriter& flag(std::string_view name, bool value);
  DataWriter& object(std::string_view name, std::string_view json);

 private:
  void name(std::string_view name);
  std::string& json_;
  bool first_ = true;
};

class CasePlan {
 public:
  explicit CasePlan(std::string prefix) : prefix_(std::move(prefix)) {}
  void begin(std::string_view kind, std::string_view subject);
  // One more event. The writer must be gone before the next one is added.
  DataWriter add(std::string_view name, Instant time, const Actor& actor);
  [[nodiscard]] const std::string& subject() const { return subject_; }

  // For wrong events: another subject, type or id than the case's own.
  std::string subject_instead;
  std::string type_instead;
  std::string id_instead;
  std::string more_attributes;  // ",\"approvedby\":\"x\""
  CityTruth truth_instead;

  std::vector<PlannedEvent> events;

 private:
  std::string prefix_;
  std::string kind_;
  std::string subject_;
  std::uint32_t number_ = 0;
};

// Office hours of a calendar.
class WorkTime {
 public:
  explicit WorkTime(const definition::Bundle& bundle) : zone_(bundle.zone), calendar_(*bundle.calendar) {}
  // Some time in the working hours of the n-th working day behind that of `after`; 0: later on the same day, if that can be.
  [[nodiscard]] Instant pick(Instant after, int working_days, Random& random) const;
  [[nodiscard]] const model::Zone& zone() const { return zone_; }
  [[nodiscard]] const calendar::Calendar& calendar() const { return calendar_; }
  [[nodiscard]] model::Day day(Instant at) const { return zone_.local_day(at); }

 private:
  const model::Zone& zone_;
  const calendar::Calendar& calendar_;
};

// What all plans share.
struct CityContext {
  CityContext(const CityOptions& city, const definition::Bundle& office);
  const CityOptions& options;
  const definition::Bundle& bundle;
  WorkTime work;
  std::optional<calendar::Duration> handle_limit;
  std::optional<calendar::Duration> handle_cap;
  model::Day end = 0;               // the first day behind the year
  Instant horizon = 0;              // nothing happens behind it
  std::vector<std::string> recent;  // tickets that others may be merged into
  std::size_t next_recent = 0;
  std::vector<std::string> recent_proposals;  // the same of proposals
  std::size_t next_proposal = 0;
};

void plan_ticket(CityContext& context, CasePlan& plan, Instant opened, std::uint32_t number, Random& random);
void plan_call(CasePlan& plan, Instant ended, Random& random);
void plan_session(const CityContext& context, CasePlan& plan, model::Day planned, Random& random);
// `number`: unique in the city.
void plan_proposal(CityContext& context, CasePlan& plan, model::Day day, std::uint64_t number, bool in_session, Random& random);

// Gives each event its delivery, and adds what goes wrong on the way.
void add_disorder(const CityContext& context, CasePlan& plan, Random& random);

}  // namespace docket::files
