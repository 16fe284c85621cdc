// docket event tail: the server's stream of events (text/event-stream), a line each. When the connection breaks it is opened again behind
// the last event that was shown.
#include <boost/json.hpp>
#include <chrono>
#include <thread>

#include "connectors/cli/commands.h"
#include "connectors/cli/display.h"
#include "connectors/cli/remote.h"
#include "engine/model/time.h"

namespace docket::cli {
namespace {

constexpr std::uint32_t kSilenceMs = 45'000;  // three heartbeats
constexpr auto kPause = std::chrono::seconds(3);

// Fields of a block of lines that ends with an empty one.
struct Block {
  std::string id;
  std::string data;
};
Block block_of(std::string_view text) {
  Block out;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.starts_with("id: ")) out.id = line.substr(4);
    if (line.starts_with("data: ")) out.data = line.substr(6);
  }
  return out;
}

class Tail {
 public:
  Tail(const CommonOptions& options, const TailArgs& args)
      : options_(options), args_(args), after_(args.from_start ? "start" : args.after) {}

  // False: enough was shown.
  bool take(std::string_view piece) {
    text_ += piece;
    for (auto end = text_.find("\n\n"); end != std::string::npos; end = text_.find("\n\n")) {
      const auto block = block_of(std::string_view(text_).substr(0, end));
      text_.erase(0, end + 2);
      if (!block.id.empty()) after_ = block.id;
      if (block.data.empty()) continue;
      show(block.data);
      if (!*options_.out) return false;
      if (args_.limit != 0 && ++shown_ == args_.limit) return false;
    }
    return true;
  }
  [[nodiscard]] std::string target() const {
    Params params;
    for (const auto& kind : args_.kinds) params.emplace_back("kind", kind);
    for (const auto& event : args_.events) params.emplace_back("event", event);
    for (const auto& one : args_.cases) params.emplace_back("case", one);
    for (const auto& by : args_.by) params.emplace_back(by.substr(0, by.find('=')), by.substr(by.find('=') + 1));
    params.emplace_back("after", after_);
    return make_target("/v1/events/stream", params);
  }
  [[nodiscard]] bool done() const { return args_.limit != 0 && shown_ == args_.limit; }
  void forget_rest() { text_.clear(); }

 private:
  void show(const std::string& data) {
    boost::system::error_code error;
    const auto value = json::parse(data, error);
    if (error || !value.is_object() || options_.format == Format::kJson || options_.format == Format::kNdjson) {
      *options_.out << data << std::endl;
      return;
    }
    const auto& event = value.get_object();
    // org.docket.hotline-ticket.dispatched.v1: the kind and the event are what a person reads.
    std::string type = display_.text(event, "type");
    if (const auto major = type.rfind('.'); major != std::string::npos) type.erase(major);
    const auto name = type.rfind('.');
    const auto kind = name == std::string::npos || name == 0 ? name : type.rfind('.', name - 1);
    if (kind != std::string::npos) type = type.substr(kind + 1, name - kind - 1) + "  " + type.substr(name + 1);
    const auto* facts = event.if_contains("data");
    const auto time = model::parse_instant(display_.text(event, "time"));
    *options_.out << (time ? display_.time(model::format_instant(*time)).text : std::string()) << "  "
                  << printable(display_.text(event, "subject")) << "  " << printable(type)
                  << (facts == nullptr ? std::string() : "  " + printable(json::serialize(*facts))) << std::endl;
  }

  const CommonOptions& options_;
  const TailArgs& args_;
  std::string after_;
  std::string text_;
  std::uint64_t shown_ = 0;
  Display display_ = zone_of(options_);

  static Display zone_of(const CommonOptions& options) {
    Display out;
    out.language = options.language.empty() ? "zh" : options.language;
    if (!options.time_zone.empty()) {
      out.time_zone = options.time_zone;
      return out;
    }
    Remote remote(options);
    return remote.display();
  }
};

}  // namespace

int run_event_tail(const CommonOptions& options, const TailArgs& args) {
  for (const auto& by : args.by) {
    if (by.find('=') != std::string::npos && by.front() != '=') continue;
    *options.err << "docket: --by " << by << ": write it as NAME=VALUE, for example district=shinan\n";
    return kUsage;
  }
  if (args.from_start && !args.after.empty()) {
    *options.err << "docket: --from-start and --after contradict each other\n";
    return kUsage;
  }
  Remote remote(options);
  Tail tail(options, args);
  bool begun = false;
  while (true) {
    auto client = remote.connect(kSilenceMs);
    if (client == nullptr) return remote.exit_code();
    HttpCall call;
    call.target = tail.target();
    call.language = options.language;
    const auto reply = client->follow(call, [&](std::string_view piece) {
      begun = true;
      return tail.take(piece);
    });
    if (!*options.out) {
      *options.err << "docket: can't write: no event behind the last one shown was read\n";
      return kFailure;
    }
    if (tail.done()) return kOk;
    if (reply && reply->status != 200 && !(begun && reply->status == 503)) return remote.fail(*reply);
    if (!reply && !begun) return remote.fail(reply.error());
    *options.err << "docket: the stream broke off" << (reply ? "" : ": " + reply.error().message) << "; trying again\n";
    tail.forget_rest();
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace docket::cli
