// A believable year of a city: hotline tickets, calls, question sessions and proposals as CloudEvents of source docket:city, in the order
// in which a ledger would get them, with what goes wrong in a real year: late, double, out of order and plainly wrong events at small
// rates. The same seed, size, first day and office give the same bytes everywhere.
// Nothing of it touches 2016-12 to 2017-06, which belongs to the worked example.
// Thread rule: one thread. Ownership: the bundle must outlive the city. Memory: the events of open cases.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "engine/definition/bundle.h"
#include "engine/model/result.h"

namespace docket::files {

inline constexpr std::string_view kCitySource = "docket:city";

struct CityOptions {
  std::uint64_t seed = 1;
  std::uint64_t cases = 10'000;  // of all kinds together; at most 100 million
  model::Day from = 20'270;      // 2025-07-01; a year from there
};

// What a ledger must make of an event once all of the city is in.
enum class CityFate : std::uint8_t {
  kAccepted,
  kDuplicate,  // the same bytes once more
  kRejected,   // wrong by itself; `code`
  kConflict,   // the id of another event with other content
  kParks,      // can't ever become legal; waits with `code` until its time is over
};
struct CityTruth {
  CityFate fate = CityFate::kAccepted;
  std::string_view code;
  bool late = false;          // delivered more than a day after it happened
  bool out_of_order = false;  // delivered after the event that follows it
  model::Instant delivered = 0;
};

// Whether this office can have such a city: kinds, units, categories, districts, source; and whether the year may be made.
[[nodiscard]] Status check_city(const CityOptions& options, const definition::Bundle& bundle);

class City {
 public:
  // `options` and `bundle` have passed check_city().
  City(const CityOptions& options, const definition::Bundle& bundle);
  ~City();
  City(const City&) = delete;
  City& operator=(const City&) = delete;
  // The next event, without a new line; `truth` may be null. False: the year is over.
  bool next(std::string& json, CityTruth* truth = nullptr);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace docket::files
