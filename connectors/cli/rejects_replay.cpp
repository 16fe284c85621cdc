// Refused events once more, unchanged, under a new id (conventions C4, `replayof`). The ledger holds no content of a refused event, so that
// comes from a file; the list of rejects says which of its events those are.
#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <filesystem>
#include <map>
#include <set>

#include "connectors/cli/batches.h"
#include "connectors/cli/commands.h"
#include "connectors/cli/output.h"
#include "connectors/cli/remote.h"
#include "connectors/cli/words.h"
#include "engine/ingest/json_scan.h"
#include "engine/ingest/json_text.h"

namespace docket::cli {
namespace {

constexpr std::size_t kWhyWidth = 90;
constexpr std::string_view kReplayMark = ":replay:";

struct FileEvent {
  std::string source, id, subject, type;
  std::string_view text;
};

// What of the text is no object, or names no event, is no event of the file; its numbers stay as they are spelled.
std::optional<FileEvent> file_event(std::string_view text) {
  FileEvent event;
  event.text = text;
  const std::map<std::string_view, std::string*> wanted{
      {"source", &event.source}, {"id", &event.id}, {"subject", &event.subject}, {"type", &event.type}};
  ingest::MemberReader members(text);
  while (members.next()) {
    const auto found = wanted.find(members.key());
    std::string scratch;
    std::string_view value;
    if (found != wanted.end() && ingest::string_text(members.value(), scratch, value)) *found->second = value;
  }
  if (members.broken() || !trim(members.rest()).empty() || event.source.empty() || event.id.empty()) return std::nullopt;
  return event;
}

std::string replayed(const FileEvent& event, std::string_view new_id, std::string_view replay_of) {
  std::string out = "{\"id\":";
  ingest::append_json_string(out, new_id);
  out += ",\"replayof\":";
  ingest::append_json_string(out, replay_of);
  for (ingest::MemberReader members(event.text); members.next();) {
    if (members.key() == "id" || members.key() == "replayof") continue;
    out.append(",\"").append(members.key()).append("\":");
    ingest::append_json_compact(out, members.value());
  }
  return out + "}";
}

// "T1-2:replay:40" -> "T1-2", of which it was a replay; else nothing.
std::optional<std::string> replay_root(const std::string& id) {
  const auto mark = id.rfind(kReplayMark);
  if (mark == std::string::npos || mark == 0) return std::nullopt;
  const std::string height = id.substr(mark + kReplayMark.size());
  const bool digits = !height.empty() && height.find_first_not_of("0123456789") == std::string::npos;
  return digits ? std::optional(id.substr(0, mark)) : std::nullopt;
}

class Replay {
 public:
  Replay(const CommonOptions& options, const ReplayArgs& args) : options_(options), args_(args), remote_(options) {}

  int run(const std::string& text) {
    read_events(text);
    if (events_.empty()) {
      *options_.err << "docket: " << (args_.file == "-" ? "standard input" : args_.file) << " holds no event\n";
      return kUsage;
    }
    const auto rejects =
        remote_.get_pages("/v1/rejects", {{"source", args_.of.source}, {"code", args_.of.code}}, "rejects", args_.of.limit);
    if (!rejects) return remote_.exit_code();
    if (array_of(*rejects, "rejects").empty()) {
      if (!options_.quiet) *options_.err << "no such event was refused: there is nothing to replay\n";
      return kOk;
    }
    match(array_of(*rejects, "rejects"));
    if (!choose()) return remote_.exit_code();
    return publish();
  }

 private:
  using Key = std::pair<std::string, std::string>;  // source, id

  // One that stands there twice counts as it stands last.
  void read_events(std::string_view text) {
    const auto add = [this](std::string_view one) {
      auto event = file_event(one);
      if (!event) {
        ++unreadable_;
        return;
      }
      const Key key{event->source, event->id};
      if (const auto [at, fresh] = places_.try_emplace(key, events_.size()); fresh) {
        events_.push_back(std::move(*event));
      } else {
        events_[at->second] = std::move(*event);
      }
    };
    text = trim(text);
    if (text.empty()) return;
    switch (shape_of(text)) {
      case Shape::kEvent:
        return add(text);
      case Shape::kArray: {
        ingest::ItemReader items(text);
        while (items.next()) add(items.value());
        return;
      }
      case Shape::kLines:
        while (!text.empty()) {
          const auto line_end = text.find('\n');
          if (const auto line = trim(text.substr(0, line_end)); !line.empty()) add(line);
          text = line_end == std::string_view::npos ? std::string_view() : text.substr(line_end + 1);
        }
    }
  }

  struct Refused {
    std::string id, height, subject, type;
  };

  // The newest refusal of each event counts, be it of a replay: so one that was refused again can be tried again under another id, and one
  // that was taken is a duplicate.
  void match(const json::array& rejects) {
    const Display plain;
    std::set<Key> said;
    for (const auto& entry : rejects) {
      if (!entry.is_object()) continue;
      const auto& row = entry.get_object();
      const std::string source = plain.text(row, "source");
      const Refused refused{plain.text(row, "id"), plain.text(row, "height"), plain.text(row, "subject"), plain.text(row, "type")};
      std::string root = refused.id;
      while (!places_.contains({source, root})) {
        auto before = replay_root(root);
        if (!before) break;
        root = std::move(*before);
      }
      if (const auto place = places_.find({source, root}); place != places_.end()) {
        refused_.try_emplace(place->second, refused);
      } else if (said.insert({source, root}).second) {
        rest_.push_back(json::object{{"outcome", "not-in-file"},
                                     {"replayof", refused.id},
                                     {"source", source},
                                     {"case", refused.subject},
                                     {"code", plain.text(row, "code")},
                                     {"detail", plain.text(row, "detail")}});
      }
    }
  }

  void leave_out(const FileEvent& event, const Refused& refused, std::string_view outcome, const std::string& detail) {
    rest_.push_back(json::object{
        {"outcome", outcome}, {"replayof", refused.id}, {"source", event.source}, {"case", event.subject}, {"detail", detail}});
  }

  // In the file's order, which is the order that they happened in.
  bool choose() {
    for (const auto& [place, refused] : refused_) {
      const auto& event = events_[place];
      if ((!refused.subject.empty() && refused.subject != event.subject) || (!refused.type.empty() && refused.type != event.type)) {
        leave_out(event, refused, "other-event", "refused was " + refused.type + " of " + refused.subject);
        continue;
      }
      const auto standing = standing_outcome(event);
      if (!standing) return false;
      if (!standing->empty() && *standing != "rejected") {
        leave_out(event, refused, "settled", "since then " + *standing + " under its own id " + event.id);
        continue;
      }
      lines_ += replayed(event, event.id + std::string(kReplayMark) + refused.height, refused.id) + "\n";
      replay_of_.push_back(refused.id);
    }
    return true;
  }

  // What stands of the event's own id: one that was repaired and sent again must not be taken a second time. "": nothing that can be told.
  std::optional<std::string> standing_outcome(const FileEvent& event) {
    const auto reply = remote_.send({"GET", make_target("/v1/events", {{"source", event.source}, {"id", event.id}}), "", "", "", ""});
    if (!reply) return std::nullopt;
    if (reply->status == 400 || reply->status == 404) return "";
    boost::system::error_code error;
    const auto body = json::parse(reply->body, error);
    if (reply->status == 200 && !error && body.is_object()) return Display{}.text(body.get_object(), "outcome");
    (void)remote_.fail(*reply);
    return std::nullopt;
  }

  int publish() {
    json::array results;
    const int sent = send_batches(remote_, args_.dry_run, split_lines(lines_, args_.lines_per_batch), results);
    if (sent != kOk && results.empty()) return sent;
    for (std::size_t i = 0; i < results.size() && i < replay_of_.size(); ++i) {
      if (results[i].is_object()) results[i].get_object()["replayof"] = replay_of_[i];
    }
    const int judged = exit_code_of_results(results);
    const std::size_t replays = results.size();
    for (auto& row : rest_) results.push_back(std::move(row));
    const int printed = print_results(results, replays);
    if (sent != kOk) return sent;
    if (printed != kOk) return printed;
    return refused_.empty() ? kNotFound : judged;
  }

  int print_results(const json::array& results, std::size_t replays) {
    const Display show = remote_.display();
    Output output;
    output.items = &results;
    output.table.columns = {{"replayof", false}, {"id", false}, {"outcome", false}, {"case", false}, {"code", false}, {"detail", false}};
    std::map<std::string, std::size_t> counts;
    for (const auto& entry : results) {
      if (!entry.is_object()) continue;
      const auto& row = entry.get_object();
      const std::string outcome = show.text(row, "outcome");
      const std::string why = reason_of(show, row);
      ++counts[outcome];
      output.table.rows.push_back({show.text(row, "replayof"), show.text(row, "id"),
                                   Cell(value_word("outcome", outcome, show.language), outcome, outcome_colour(outcome)),
                                   show.text(row, "case"), show.text(row, "code"), Cell(clip(why, kWhyWidth), why)});
    }
    json::object whole{{"results", results}};
    if (args_.dry_run) whole["dry_run"] = true;
    output.json = json::serialize(whole);
    const int printed = print(options_, output);
    if (options_.quiet) return printed;
    auto& err = *options_.err;
    err << (args_.dry_run ? either(show.language, "试算，未写入：", "dry run, nothing was written: ") : "")
        << either(show.language, "重放 ", "replayed ") << replays;
    for (const auto& [outcome, count] : counts) err << ", " << value_word("outcome", outcome, show.language) << " " << count;
    err << "\n";
    if (unreadable_ > 0) err << either(show.language, "文件中读不出的事件：", "of the file not read as events: ") << unreadable_ << "\n";
    return printed;
  }

  const CommonOptions& options_;
  const ReplayArgs& args_;
  Remote remote_;
  std::vector<FileEvent> events_;
  std::map<Key, std::size_t> places_;       // in events_
  std::map<std::size_t, Refused> refused_;  // by the place of its event
  std::size_t unreadable_ = 0;
  std::string lines_;                   // to publish
  std::vector<std::string> replay_of_;  // of each
  json::array rest_;                    // what isn't published, and why
};

}  // namespace

int run_rejects_replay(const CommonOptions& options, const ReplayArgs& args, std::istream& standard_input) {
  const auto input = read_input(options, args.file, standard_input);
  if (!input) return std::filesystem::exists(args.file) ? kUsage : kNotFound;
  return Replay(options, args).run(*input);
}

}  // namespace docket::cli
