#include "connectors/http/request_reader.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <limits>

namespace docket::http {
namespace {

namespace beast_http = boost::beast::http;
using Field = beast_http::field;
using Parser = beast_http::request_parser<beast_http::string_body>;

std::string to_string(boost::beast::string_view text) { return {text.data(), text.size()}; }

bool equals_ignoring_case(boost::beast::string_view a, boost::beast::string_view b) { return boost::beast::iequals(a, b); }

}  // namespace

struct RequestReader::Impl {
  Parser parser;
};

bool BodyBudget::take(std::size_t bytes) {
  std::size_t used = used_.load(std::memory_order_relaxed);
  while (true) {
    if (bytes > bytes_max_ || used > bytes_max_ - bytes) return false;
    if (used_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed)) return true;
  }
}

RequestReader::RequestReader(const ReaderLimits& limits) : limits_(limits) { reset(); }
RequestReader::~RequestReader() = default;

void RequestReader::reset() {
  impl_ = std::make_unique<Impl>();
  impl_->parser.eager(false);
  impl_->parser.header_limit(static_cast<std::uint32_t>(limits_.header_bytes_max));
  // The length is judged after the head, by set_body_limit(): only then is it known what the body is for.
  impl_->parser.body_limit(std::numeric_limits<std::uint64_t>::max());
  head_ = RequestHead{};
  head_given_ = false;
  in_request_ = false;
}

RequestReader::Step RequestReader::fail(std::string_view type, std::string detail) {
  fault_ = ReadFault{type, std::move(detail)};
  return Step::kFault;
}

bool RequestReader::set_body_limit(std::size_t bytes_max) {
  body_bytes_max_ = bytes_max;
  impl_->parser.body_limit(bytes_max);
  if (head_.content_length.value_or(0) <= bytes_max) return true;
  fail("too-large", "the body may have " + std::to_string(bytes_max) + " bytes");
  return false;
}

std::string RequestReader::take_body() { return std::move(impl_->parser.get().body()); }

RequestReader::Step RequestReader::feed(std::string_view bytes, std::size_t& used) {
  used = 0;
  Parser& parser = impl_->parser;
  if (!bytes.empty()) in_request_ = true;
  while (true) {
    if (parser.is_done()) return Step::kDone;
    if (used == bytes.size()) return Step::kNeedMore;
    boost::system::error_code error;
    const std::size_t taken = parser.put(boost::asio::const_buffer(bytes.data() + used, bytes.size() - used), error);
    used += taken;
    if (error == beast_http::error::need_more) return Step::kNeedMore;
    if (error == beast_http::error::header_limit) {
      return fail("headers-too-large",
                  "the request line and the header fields may have " + std::to_string(limits_.header_bytes_max) + " bytes");
    }
    if (error == beast_http::error::body_limit) {
      return fail("too-large", "the body may have " + std::to_string(body_bytes_max_) + " bytes");
    }
    if (error) return fail("malformed-request", error.message());
    if (parser.is_header_done() && !head_given_) {
      head_given_ = true;
      return check_head();
    }
    if (taken == 0 && !parser.is_done()) return Step::kNeedMore;
  }
}

RequestReader::Step RequestReader::check_head() {
  const Parser& parser = impl_->parser;
  const auto& message = parser.get();
  const auto fields = static_cast<std::size_t>(std::distance(message.begin(), message.end()));
  if (fields > limits_.header_fields_max) {
    return fail("headers-too-large", "a request may have " + std::to_string(limits_.header_fields_max) + " header fields");
  }
  if (message.version() != 10 && message.version() != 11) return fail("malformed-request", "only HTTP/1.1 and HTTP/1.0 are spoken here");
  if (message.count(Field::host) > 1 || (message.version() == 11 && message.count(Field::host) == 0)) {
    return fail("malformed-request", "there must be one Host field");
  }
  if (message.count(Field::transfer_encoding) > 0) {
    const bool plain_chunked =
        message.count(Field::transfer_encoding) == 1 && equals_ignoring_case(message[Field::transfer_encoding], "chunked");
    if (message.count(Field::content_length) > 0) return fail("malformed-request", "both Content-Length and Transfer-Encoding");
    if (!plain_chunked || message.version() == 10)
      return fail("malformed-request", "the only Transfer-Encoding taken is chunked, over HTTP/1.1");
  }
  if (message.count(Field::content_length) > 1) return fail("malformed-request", "several Content-Length fields");
  for (const Field once : {Field::authorization, Field::content_type, Field::if_match, Field::origin}) {
    if (message.count(once) > 1) return fail("malformed-request", "the field " + to_string(beast_http::to_string(once)) + " comes twice");
  }

  head_.method = to_string(message.method_string());
  head_.target = to_string(message.target());
  head_.keep_alive = message.keep_alive();
  head_.expects_continue = message.version() == 11 && equals_ignoring_case(message[Field::expect], "100-continue");
  if (!parser.chunked() && parser.content_length()) head_.content_length = *parser.content_length();
  head_.has_body = parser.chunked() || head_.content_length.value_or(0) > 0;
  head_.content_type = to_string(message[Field::content_type]);
  head_.content_encoding = to_string(message[Field::content_encoding]);
  for (auto [at, end] = message.equal_range(Field::accept_language); at != end; ++at) {
    if (!head_.accept_language.empty()) head_.accept_language += ", ";
    head_.accept_language += to_string(at->value());
  }
  for (const auto& field : message) {
    constexpr std::string_view kPrefix = "ce-";
    std::string name = to_string(field.name_string());
    for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (name.size() > kPrefix.size() && name.starts_with(kPrefix))
      head_.event_attributes.emplace_back(name.substr(kPrefix.size()), to_string(field.value()));
  }
  head_.prefer = to_string(message[Field::prefer]);
  head_.last_event_id = to_string(message["Last-Event-ID"]);
  head_.request_id = to_string(message["X-Request-Id"]);
  if (message.count(Field::host) > 0) head_.host = to_string(message[Field::host]);
  if (message.count(Field::origin) > 0) head_.origin = to_string(message[Field::origin]);
  if (message.count("Docket-Partitions") > 0) head_.partitions = to_string(message["Docket-Partitions"]);
  if (message.count(Field::authorization) > 0) head_.authorization = to_string(message[Field::authorization]);
  if (message.count(Field::if_match) > 0) head_.if_match = to_string(message[Field::if_match]);
  for (auto [at, end] = message.equal_range(Field::if_none_match); at != end; ++at) {
    if (head_.if_none_match) {
      *head_.if_none_match += ", " + to_string(at->value());
    } else {
      head_.if_none_match = to_string(at->value());
    }
  }
  return Step::kHead;
}

}  // namespace docket::http
