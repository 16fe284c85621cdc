// Any bytes as the target of a request, and as what comes over a connection: nothing may crash, what was decoded must
// come back the same after encoding, and the reader must not depend on where the bytes were cut.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/http/negotiation.h"
#include "connectors/http/request_reader.h"
#include "connectors/http/router.h"
#include "connectors/http/target.h"

namespace {

using docket::http::RequestReader;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_target(std::string_view bytes) {
  if (const auto decoded = docket::http::percent_decode(bytes)) {
    require(docket::http::percent_decode(docket::http::percent_encode(*decoded)) == decoded);
  }
  const auto target = docket::http::split_target(bytes);
  if (!target) return;
  const auto next = docket::http::split_target(docket::http::with_page_token(*target, "a/b=&?"));
  require(next.ok() && next->segments == target->segments && next->params.back().second == "a/b=&?");
}

// What the reader made of the bytes, fed in pieces of at most `piece`.
std::vector<std::string> read_all(std::string_view bytes, std::size_t piece) {
  std::vector<std::string> seen;
  RequestReader reader(docket::http::ReaderLimits{});
  std::size_t begin = 0;
  std::size_t end = 0;
  while (true) {
    std::size_t used = 0;
    const auto step = reader.feed(bytes.substr(begin, end - begin), used);
    begin += used;
    require(begin <= end);
    if (step == RequestReader::Step::kFault) {
      seen.emplace_back("fault");
      return seen;
    }
    if (step == RequestReader::Step::kHead) {
      seen.push_back(reader.head().method + " " + reader.head().target);
      if (!reader.set_body_limit(1000)) return seen;
    } else if (step == RequestReader::Step::kDone) {
      seen.push_back(reader.take_body());
      reader.reset();
    } else if (end == bytes.size()) {
      return seen;
    } else {
      end = std::min(bytes.size(), end + piece);
    }
  }
}

// A fault in a head that is not whole may be seen at once or only with the head's end: that is all that may differ.
bool same_reading(std::vector<std::string> a, std::vector<std::string> b) {
  if (a.size() > b.size()) a.swap(b);
  if (b.size() == a.size() + 1 && b.back() == "fault") b.pop_back();
  return a == b;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(data, data + size);
  check_target(bytes);
  (void)docket::http::body_format(bytes);
  (void)docket::http::language(bytes);
  (void)docket::http::etag_matches(bytes, "\"1.2-none\"");
  static const docket::http::Router router(docket::service::read_routes(), docket::http::BodyLimits{});
  docket::http::RequestHead head;
  head.method = "GET";
  head.target = bytes;
  (void)router.plan(head);
  require(same_reading(read_all(bytes, bytes.size() + 1), read_all(bytes, 7)));
  return 0;
}
