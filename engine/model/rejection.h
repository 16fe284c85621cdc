// The closed, numbered list of rejection codes (ledger.md sections 6 and 7): each final or curable, each with what
// to do. Names stand in the ledger; numbers are served and never reused. Served at /v1/rejection-codes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace docket::model {

// kFinal: the event, its source and the definition alone decide it. kCurable: the case's other events do, so it parks.
enum class Curability : std::uint8_t { kFinal, kCurable };
enum class Remedy : std::uint8_t { kRepair, kWait, kAsk };

enum class Rejection : std::uint16_t {  // numbers are served: append only
  kNone = 0,
  // final: envelope
  kMalformed = 100,         // unreadable envelope (Kafka intake only; HTTP answers 400)
  kForbidden = 101,         // source, kind, role or unit not registered for that source
  kInvalidAttribute = 102,  // an envelope attribute is missing or wrong
  kUnknownType = 103,       // no such kind, event or major version in this office
  kInvalidSubject = 104,    // not [A-Za-z0-9._:-]{1,64}
  kInvalidData = 105,       // a field is missing, of the wrong type, or not an allowed value
  kInexactNumber = 106,     // a JSON number that a double can't hold exactly
  kTooLarge = 107,          // whole event above 64 KiB (Kafka intake only)
  kFutureTime = 108,        // time more than 5 min ahead of recorded
  kTooLate = 109,           // time further behind recorded than `late`, and no approver
  kSelfApproved = 110,      // approvedby equals authid
  kClassified = 111,        // dataclassification: its payload is dropped
  kIdentityConflict = 112,  // same (source, id), other content
  kRoleNotAllowed = 113,    // no `by` of the event names this role
  kReactionTooDeep = 114,   // a reaction of a case that is itself the last of a long row of them
  // curable: the case's other events decide
  kNoCase = 200,           // the case is not opened yet
  kCaseExists = 201,       // a second opening
  kNotFromState = 202,     // illegal in this state
  kConditionNotMet = 203,  // `when`
  kGateMissing = 204,      // `needs`
  kNothingToAnswer = 205,  // `answers` without an open request
  kWindowClosed = 206,     // `while`: that clock isn't running or has run out
  kNotDue = 207,           // `after`: that clock hasn't run out
  kNoSuchPart = 208,       // no such part instance
  kPartExists = 209,       // the instance is there already
  kNotHolder = 210,        // actor's unit is not @attribute, @part or @key
  kSameAuthor = 211,       // `not_by`
  kOnce = 212,             // happened already (case or round)
  kClockNotRunning = 213,  // extension of a clock that doesn't run
  kExtensionAfterDue = 214,
  kExtensionAgain = 215,
  kExtensionBackward = 216,
  kExtensionCap = 217,
  kWouldBreakLater = 218,  // would make an accepted event illegal
  kTargetNotFound = 219,   // corrected/unlinked: its target isn't accepted
  kVoided = 220,           // the case is voided: nothing but `corrected`
  kLinkExists = 221,       // `one`, or the same target
  kNoLink = 222,           // unlink without that link
  kLinkCycle = 223,        // `forest`
  kOutsideDuring = 224,    // a part's event outside the case states of `during`
  kNoSuchClock = 225,      // clock_adjusted of a clock that doesn't run
  kKindMismatch = 226,     // the case is of another kind
  kNoSuchGate = 227,       // gate_waived of a gate that is not missing, or by a role that may not
  kNotActive = 228,        // migrated to an activation that does not decide in this partition
  kNotMigratable = 229,    // migrated: some event can't be read or is illegal by the new definitions, or a state differs unsaid
  kQuarantined = 230,      // the program itself failed on this case; nothing is judged until somebody releases it
  // time out of a curable one, limits
  kOutOfOrder = 300,  // parked to its limit; names what is in its way
  kTooManyParked = 301,
  kVersionConflict = 302,  // expectedrevision (HTTP answers 412)
};

struct RejectionInfo {
  Rejection code = Rejection::kNone;
  std::string_view name;  // "not-from-state"
  Curability curability = Curability::kFinal;
  Remedy remedy = Remedy::kRepair;
  std::string_view zh;
  std::string_view en;
};

[[nodiscard]] std::span<const RejectionInfo> rejection_codes();
[[nodiscard]] const RejectionInfo& info(Rejection code);
[[nodiscard]] std::string_view name(Rejection code);
[[nodiscard]] Rejection rejection_from_name(std::string_view name);  // kNone if unknown

// One finding about one field: "#/data/due" + what is there + what would be right.
struct FieldError {
  std::string pointer;  // RFC 6901 fragment into the event: "#/data/unit"
  std::string detail;
  std::string code;  // "missing", "type", "value", "range", "format", "unknown"
};

struct Refusal {
  Rejection code = Rejection::kNone;
  std::string detail;  // one sentence: what was expected, what was found
  std::vector<FieldError> errors;
  explicit operator bool() const { return code != Rejection::kNone; }
};

}  // namespace docket::model
