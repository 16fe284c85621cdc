// The workload `case5`: cases x 5 events of four small kinds with 256-byte payloads, fifty units by Zipf's law, in the order of delivery,
// with exact duplicates (2 %), out-of-order (1 %) and month-late events (0.1 %) and ten wrong ones. The generator knows the answer: it
// keeps status counts and figures of its own, by its own arithmetic, never the engine's.
// Thread rule: one thread. Ownership: values. Memory: the events of open cases.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace docket::bench {

struct Case5Options {
  std::uint64_t seed = 1;
  std::uint64_t cases = 200'000;
};

// Figures of one unit in one month. What a ledger answers is put into the same form and compared.
struct Case5Cell {
  std::uint64_t opened = 0;        // opened in the month
  std::uint64_t closed = 0;        // closed in the month
  std::uint64_t due = 0;           // due in the month,
  std::uint64_t on_time = 0;       // of these closed by their due,
  std::uint64_t completed = 0;     // of these closed at all
  std::uint64_t rated = 0;         // closed in the month and rated
  std::uint64_t satisfaction = 0;  // sum of their weights, thousandths
  friend bool operator==(const Case5Cell&, const Case5Cell&) = default;
};

struct Case5Truth {
  std::map<std::pair<std::string, std::string>, std::uint64_t> states;  // (kind, state) -> cases
  std::map<std::pair<std::string, std::string>, Case5Cell> cells;       // (unit, "2025-07")
  // One line a row, rates in millionths and means in thousandths, half up: what the hash is taken of.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::uint64_t hash() const;  // FNV-1a of text()
  friend bool operator==(const Case5Truth&, const Case5Truth&) = default;
};

enum class Case5Fate : std::uint8_t { kAccepted, kDuplicate, kRejected };
struct Case5Counts {
  std::uint64_t events = 0;  // all that were delivered
  std::uint64_t accepted = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t rejected = 0;
  std::uint64_t late = 0;
  std::uint64_t out_of_order = 0;
};

class Case5 {
 public:
  explicit Case5(const Case5Options& options);
  ~Case5();
  Case5(const Case5&) = delete;
  Case5& operator=(const Case5&) = delete;
  // The next event, without a new line; `fate` may be null. False: that was all.
  bool next(std::string& json, Case5Fate* fate = nullptr);
  // Complete once next() has said false.
  [[nodiscard]] const Case5Truth& truth() const;
  [[nodiscard]] const Case5Counts& counts() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace docket::bench
