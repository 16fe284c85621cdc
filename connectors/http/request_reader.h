// Bytes in, HTTP/1.1 requests out: no sockets, no clock. What the grammar, the limits or a second reading of the same
// bytes (both Content-Length and Transfer-Encoding, a bare LF, several lengths) make doubtful is refused, and the
// connection is of no further use.
// Thread rule: one thread owns a reader; a BodyBudget is shared by all of them.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace docket::http {

// How many bytes of bodies may be in memory over all connections.
class BodyBudget {
 public:
  explicit BodyBudget(std::size_t bytes_max) : bytes_max_(bytes_max) {}
  [[nodiscard]] bool take(std::size_t bytes);
  void give(std::size_t bytes) { used_.fetch_sub(bytes, std::memory_order_relaxed); }
  [[nodiscard]] std::size_t used() const { return used_.load(std::memory_order_relaxed); }

 private:
  const std::size_t bytes_max_;
  std::atomic<std::size_t> used_{0};
};

// Bytes taken of a budget; given back when it dies.
class BodyLease {
 public:
  BodyLease() = default;
  BodyLease(BodyBudget* budget, std::size_t bytes) : budget_(budget), bytes_(bytes) {}
  BodyLease(BodyLease&& other) noexcept : budget_(std::exchange(other.budget_, nullptr)), bytes_(other.bytes_) {}
  BodyLease& operator=(BodyLease&& other) noexcept {
    std::swap(budget_, other.budget_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  BodyLease(const BodyLease&) = delete;
  BodyLease& operator=(const BodyLease&) = delete;
  ~BodyLease() {
    if (budget_ != nullptr) budget_->give(bytes_);
  }

 private:
  BodyBudget* budget_ = nullptr;
  std::size_t bytes_ = 0;
};

struct RequestHead {
  std::string method;
  std::string target;
  bool keep_alive = true;
  bool expects_continue = false;
  bool has_body = false;
  std::optional<std::uint64_t> content_length;  // nullopt with has_body: chunked
  std::string content_type;
  std::string content_encoding;
  std::string accept_language;
  std::string prefer;
  std::string last_event_id;
  std::string request_id;
  std::optional<std::string> host;  // nullopt: none, in HTTP/1.0
  std::optional<std::string> origin;
  std::optional<std::string> authorization;
  std::optional<std::string> if_match;
  std::optional<std::string> if_none_match;
  std::vector<std::pair<std::string, std::string>> event_attributes;  // fields ce-NAME: NAME in small letters, the value as it came
  std::optional<std::string> partitions;                              // Docket-Partitions: another node hands on a request
};

// What is wrong with the bytes: a problem type of connectors/service/problem.h and one sentence.
struct ReadFault {
  std::string_view type;
  std::string detail;
};

struct ReaderLimits {
  std::size_t header_bytes_max = 16 * 1024;
  std::size_t header_fields_max = 100;
};

class RequestReader {
 public:
  enum class Step {
    kNeedMore,  // all bytes that could be used were used
    kHead,      // head() is there; set_body_limit() before the next feed()
    kDone,      // the request is whole: head(), take_body(), then reset()
    kFault,     // fault(); nothing further can be read
  };

  explicit RequestReader(const ReaderLimits& limits);
  ~RequestReader();
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  // Uses bytes from the front of `bytes`; `used` says how many. What is left must come again, with more behind it.
  [[nodiscard]] Step feed(std::string_view bytes, std::size_t& used);
  // False: the announced length is above it, and fault() says so.
  [[nodiscard]] bool set_body_limit(std::size_t bytes_max);
  [[nodiscard]] const RequestHead& head() const { return head_; }
  [[nodiscard]] std::string take_body();
  [[nodiscard]] const ReadFault& fault() const { return fault_; }
  // True between the first byte of a request and its end.
  [[nodiscard]] bool in_request() const { return in_request_; }
  void reset();

 private:
  struct Impl;
  Step check_head();
  Step fail(std::string_view type, std::string detail);

  ReaderLimits limits_;
  std::unique_ptr<Impl> impl_;
  RequestHead head_;
  ReadFault fault_;
  bool head_given_ = false;
  bool in_request_ = false;
  std::size_t body_bytes_max_ = 0;
};

}  // namespace docket::http
